"""Write constraints.txt: one pin for every package, resolved for the oldest Python and for newer ones.

    python scripts/lock.py

Asks pip what it would install on Python 3.10 and on 3.11 and later, without installing it. Where the two
differ, the older Python's pin carries a marker. The GPU libraries that torch names on Linux are left out:
they follow from torch's own pin.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWER = "3.10", "3.11"
GPU = ("nvidia-", "cuda-", "triton")
HEADER = """\
# Made by `make lock`; every install here reads it (PIP_CONSTRAINT).
# torch is exact in pyproject.toml too: a range makes pip take a build with gigabytes of GPU libraries.
"""


def resolve(version: str) -> dict[str, str]:
    """Return name → version of all that the project and its groups need on Python `version`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary=:all:", "--python-version", version, "--target", folder]
        command += ["--report", str(report), *requirements()]
        subprocess.run(command, check=True, cwd=ROOT)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {
        item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"] for item in installs
    }
    return {name: found[name].split("+")[0] for name in found if not name.startswith(GPU)}


def requirements() -> list[str]:
    """Return the requirements of pyproject.toml, with those of its dependency groups."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    return [*project["project"]["dependencies"], *(line for group in groups for line in group)]


def main() -> None:
    """Write the file."""
    oldest, newer = resolve(OLDEST), resolve(NEWER)
    lines = []
    for name in sorted(oldest.keys() | newer.keys()):
        old, new = oldest.get(name), newer.get(name)
        if old == new:
            lines.append(f"{name}=={new}")
            continue
        if new:
            lines.append(f'{name}=={new}; python_version >= "{NEWER}"')
        if old:
            lines.append(f'{name}=={old}; python_version < "{NEWER}"')
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(lines)} pins")


if __name__ == "__main__":
    main()
