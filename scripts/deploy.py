"""Put the chat on a Hugging Face Space: python scripts/deploy.py OWNER/NAME [--dry-run]

What goes are the files under version control that the chat needs, as they are in this folder, and nothing
else; what was there before and is not among them goes away. `--dry-run` lists them, with their sizes, and
sends nothing. Sign in with `hf auth login` first.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import requirements

ROOT = Path(__file__).resolve().parent.parent
FILES = ("app.py", "CHANGELOG.md", "LICENSE", "README.md", "requirements.txt")
ZERO_GPU_TORCH = "torch>=2.8,<2.12"  # what ZeroGPU takes, with the GPU libraries
FOLDERS = ("docs", "rag", "seeds", "ui", "vectorstore")


def files() -> list[str]:
    """Return the paths of what goes, relative to the root, in order.

    Raises:
        SystemExit: if this is no checkout, or one of `FILES` is not under version control.
    """
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--", *FILES, *FOLDERS], capture_output=True, check=True, cwd=ROOT
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"git cannot list the files under version control ({error})") from None
    found = sorted(path for path in listed.stdout.decode().split("\0") if path and (ROOT / path).is_file())
    if missing := set(FILES) - set(found):
        raise SystemExit(f"not under version control: {', '.join(sorted(missing))}; add them first")
    return found


def stage(folder: Path, *, zero_gpu: bool = False) -> list[str]:
    """Copy what goes into `folder`, and return the paths."""
    paths = files()
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    if zero_gpu:
        listed = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
        lines = [ZERO_GPU_TORCH if line.startswith("torch==") else line for line in listed]
        kept = [line for line in lines if not line.startswith("--extra-index-url")]
        (folder / "requirements.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return paths


def describe(folder: Path, paths: Sequence[str]) -> str:
    """Return a line for each file with its size in bytes, and the sum."""
    sizes = [(folder / path).stat().st_size for path in paths]
    lines = [f"{size:>12,}  {path}" for size, path in zip(sizes, paths, strict=True)]
    return "\n".join([*lines, f"{sum(sizes):>12,}  bytes in {len(paths)} files"])


def upload(space: str, folder: Path, *, private: bool, variables: dict[str, str]) -> str:
    """Send `folder` to a Space, made if there is none, and return its address."""
    from huggingface_hub import HfApi

    api = HfApi()
    address = api.create_repo(space, repo_type="space", space_sdk="gradio", private=private, exist_ok=True)
    for name, value in variables.items():
        api.add_space_variable(space, name, value)
    api.upload_folder(
        repo_id=space,
        repo_type="space",
        folder_path=folder,
        delete_patterns="*",
        commit_message="Deploy",
    )
    return str(address)


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy, or say what would go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("space", metavar="OWNER/NAME")
    parser.add_argument("--dry-run", action="store_true", help="list what would go, and send nothing")
    parser.add_argument("--zero-gpu", action="store_true", help="for a Space with ZeroGPU hardware")
    parser.add_argument("--private", action="store_true", help="make a new Space private")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the Space, such as ISNAD_READER=timpal0l/mdeberta-v3-base-squad2",
    )
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", given.space):
        parser.error(f"'{given.space}' is not the name of a Space, such as somebody/isnad")
    variables = dict(each.partition("=")[::2] for each in given.set)
    if not all(re.fullmatch(r"ISNAD_[A-Z_]+", name) and name != "ISNAD_PASSWORD" for name in variables):
        parser.error("variables begin with ISNAD_; set ISNAD_PASSWORD as a secret, on the Space's own page")
    if not requirements.is_current():
        parser.error("requirements.txt is out of date; run python scripts/requirements.py")
    with tempfile.TemporaryDirectory() as folder:
        paths = stage(Path(folder), zero_gpu=given.zero_gpu)
        print(describe(Path(folder), paths))
        if given.dry_run:
            print(f"nothing was sent to {given.space}")
        else:
            print(upload(given.space, Path(folder), private=given.private, variables=variables))
    return 0


if __name__ == "__main__":
    sys.exit(main())
