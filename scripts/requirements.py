"""Write requirements.txt, from which a Hugging Face Space installs: python scripts/requirements.py

A Space installs this file and nothing else of ours, together with packages of its own, in one call of pip:

    pip install -r requirements.txt "gradio[oauth,mcp]==…" "uvicorn>=0.14.0" "websockets>=10.4" spaces

So it lists everything. What must give way to the Space's own packages is pinned as pip settles it with them
(`YIELDING`), all else as in constraints.txt. torch comes from PyTorch's index for processors, or pip would
take gigabytes of GPU libraries. The first line holds a digest of what the file was made from: `--check`
compares it, without a network. No packages.txt is needed: nothing outside of Python is called.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "requirements.txt"
YIELDING = ("pydantic", "pydantic-core")  # gradio[mcp] wants older ones than we would take
GPU = ("nvidia-", "cuda-", "triton")
PROCESSOR_INDEX = "https://download.pytorch.org/whl/cpu"
SHOWN = 16  # digits of the digest


def card() -> dict[str, str]:
    """Return the front matter of README.md, which tells a Space what it is."""
    return dict(yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1]))


def needs() -> list[str]:
    """Return the requirements of pyproject.toml, without those of its groups."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [")
    listed = lines[start + 1 : lines.index("]", start)]
    return [line.split('"')[1] for line in listed if line.strip().startswith('"')]


def brought() -> list[str]:
    """Return what a Space's builder installs by itself, in the same call."""
    return [f"gradio[oauth,mcp]=={card()['sdk_version']}", "uvicorn>=0.14.0", "websockets>=10.4", "spaces"]


def pins(python: str) -> dict[str, str]:
    """Return name → version of constraints.txt, for one version of Python on Linux."""
    found = {}
    environment = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
    environment |= {"sys_platform": "linux", "platform_system": "Linux"}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate(environment):
                found[pin.name] = str(pin.specifier).removeprefix("==")
    return found


def digest() -> str:
    """Return a digest of all that the file depends on."""
    parts = [*needs(), *brought(), str(card()["python_version"]), PROCESSOR_INDEX, *YIELDING]
    parts += [f"{name}=={version}" for name, version in pins(str(card()["python_version"])).items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:SHOWN]


def resolve(wanted: list[str]) -> dict[str, str]:
    """Return name → version of all that pip would install for `wanted`, with our pins as far as they go."""
    python = str(card()["python_version"])
    with tempfile.TemporaryDirectory() as folder:
        kept, report = Path(folder) / "pins.txt", Path(folder) / "report.json"
        fixed = {name: version for name, version in pins(python).items() if name not in YIELDING}
        kept.write_text("".join(f"{name}=={version}\n" for name, version in fixed.items()), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary=:all:", "--python-version", python, "--target", folder]
        command += ["--constraint", str(kept), "--report", str(report), *wanted]
        subprocess.run(command, check=True, cwd=ROOT)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"].split("+")[0]
        for item in installs
    }


def text() -> str:
    """Return the file anew."""
    own, together = resolve(needs()), resolve([*needs(), *brought()])
    names = sorted(name for name in own if not name.startswith(GPU))
    header = f"# Made by `python scripts/requirements.py` for a Hugging Face Space; from {digest()}."
    lines = [header, f"--extra-index-url {PROCESSOR_INDEX}", *(f"{name}=={together[name]}" for name in names)]
    return "\n".join(lines) + "\n"


def is_current() -> bool:
    """Tell whether the file was made from what is there now."""
    return FILE.exists() and f"; from {digest()}." in FILE.read_text(encoding="utf-8").splitlines()[0]


def main() -> int:
    """Write the file, or with --check say whether it is up to date."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is out of date")
    if parser.parse_args().check:
        print("requirements.txt is up to date" if is_current() else "requirements.txt is out of date")
        return 0 if is_current() else 1
    FILE.write_text(text(), encoding="utf-8")
    print(f"requirements.txt: {len(FILE.read_text(encoding='utf-8').splitlines()) - 2} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
