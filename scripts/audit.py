"""Look up what runs in the databases of known vulnerabilities: python scripts/audit.py [--offline-is-failure]

Exit status: 0 nothing is known, or nobody can be asked; 1 something is known. A machine that reaches no
database says so and goes on, because a build must not fail for that; one that reaches it and learns of a
vulnerability fails. `--offline-is-failure` is for a job whose only work is this.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UNREACHED = (
    "connection",
    "timed out",
    "timeout",
    "max retries",
    "resolve",
    "proxy",
    "unreachable",
    "403",
    "502",
)
SECONDS = 120


def ask() -> tuple[dict[str, Any] | None, str]:
    """Return what pip-audit says as JSON, None where it says nothing of use; and its messages."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--require-hashes"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None, f"timed out after {SECONDS} s"
    try:
        return json.loads(done.stdout), done.stderr
    except ValueError:
        return None, done.stderr


def verdict(report: dict[str, Any] | None, messages: str, offline_is_failure: bool) -> tuple[int, str]:
    """Return the exit status and what to print."""
    if report is None:
        said = " ".join(messages.split())[-300:]
        if any(word in messages.lower() for word in UNREACHED):
            return int(offline_is_failure), f"warning: not audited: no database can be reached ({said})"
        return 1, f"the audit itself failed: {said}"
    found = report["dependencies"]
    known = [
        f"{each['name']} {each['version']}: {weakness['id']}, mended in {weakness['fix_versions'] or 'none'}"
        for each in found
        for weakness in each.get("vulns", ())
    ]
    if known:
        return 1, "\n".join(
            [*known, "raise these in constraints.txt (`make lock`), or say why they may stay"]
        )
    skipped = [each["name"] for each in found if "skip_reason" in each]
    if len(skipped) == len(found):
        return int(offline_is_failure), "warning: not audited: no database knows any of the packages"
    rest = f"; not in the database: {', '.join(skipped)}" if skipped else ""
    return 0, f"no known vulnerability in {len(found) - len(skipped)} packages{rest}"


def main() -> int:
    """Audit, and say what came of it."""
    status, words = verdict(*ask(), offline_is_failure="--offline-is-failure" in sys.argv[1:])
    print(words)
    return status


if __name__ == "__main__":
    sys.exit(main())
