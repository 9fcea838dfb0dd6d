"""Write requirements.lock: what runs, every release of it with the SHA-256 of each of its files.

    python scripts/hashes.py

    pip install --require-hashes --no-deps -r requirements.lock
    pip install --no-deps -e .

The versions are those of constraints.txt, the hashes the package index's own, for every system and every
Python from 3.10 on. On Linux torch and the GPU libraries are left out: which build of it is wanted, of
processors or of GPUs, decides which index it comes from, and so its hash. The default encoder and reader do
without.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "requirements.lock"
GPU = ("nvidia-", "cuda-", "triton")
HEADER = """\
# Made by `make lock`: what runs, with the SHA-256 of every file of each release. On Linux torch is apart.
#     pip install --require-hashes --no-deps -r requirements.lock
"""


def entries() -> list[str]:
    """Return an entry for each release, its hashes on lines of their own."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal"]
    command += ["--constraint", "constraints.txt", "--python-version", "3.10", "--generate-hashes"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url"]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return re.findall(r"^\S.*(?:\n +--hash.*)*", done.stdout, re.MULTILINE)


def portable(entry: str) -> str | None:
    """Return an entry as it is kept; None for one that is left out."""
    if entry.startswith(GPU):
        return None
    if entry.startswith("torch=="):
        return entry.replace(" \\", " ; sys_platform != 'linux' \\", 1)
    return entry


def main() -> None:
    """Write the file."""
    kept = [entry for entry in map(portable, entries()) if entry is not None]
    if not any(entry.startswith("torch==") for entry in kept):
        raise SystemExit("torch is not among what was resolved")
    FILE.write_text(HEADER + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"requirements.lock: {len(kept)} pins")


if __name__ == "__main__":
    main()
