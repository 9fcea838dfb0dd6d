"""What is installed is what was locked, byte by byte, and is looked up among what is known to be weak."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit, hashes = script("audit"), script("hashes")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked(python: str, system: str = "linux") -> dict[str, str]:
    """Return name → version of what is installed from the lock on one machine."""
    environment = {
        "python_version": python, "python_full_version": f"{python}.9", "sys_platform": system,
        "platform_system": system.capitalize(), "platform_machine": "x86_64", "extra": "",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
    }  # fmt: skip
    found = {}
    for line in re.findall(r"^[^#\s].*?(?= \\)", LOCK, re.MULTILINE):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(environment):
            assert pin.name not in found, f"{pin.name} twice on {python}"
            found[pin.name] = str(pin.specifier).removeprefix("==")
    return found


@pytest.mark.parametrize("python", ["3.10", "3.12"])
def test_the_lock_holds_the_versions_of_the_constraints(python: str) -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        pin = Requirement(line) if line and not line.startswith("#") else None
        if pin and (pin.marker is None or pin.marker.evaluate({"python_version": python})):
            pins[pin.name] = str(pin.specifier).removeprefix("==")
    found = locked(python)
    common = found.keys() & pins.keys()
    assert {name: found[name] for name in common} == {name: pins[name] for name in common}
    assert found.keys() - pins.keys() <= {"torch"}


def test_the_lock_holds_all_that_runs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert listed is not None
    wanted = {Requirement(line).name.lower() for line in re.findall(r'^ +"([^"]+)"', listed[1], re.MULTILINE)}
    assert len(wanted) > 15
    assert {"torch"} == wanted - locked("3.11").keys()
    assert wanted <= locked("3.11", "darwin").keys()


def test_every_release_has_hashes_and_no_host_is_named() -> None:
    entries = re.findall(r"^[^#\s].*(?:\n +--hash.*)*", LOCK, re.MULTILINE)
    assert len(entries) > 100
    for entry in entries:
        assert re.fullmatch(r"\S+==\S+( ; [^\\\n]+)?( \\\n +--hash=sha256:[0-9a-f]{64})+", entry), entry[:200]
    assert "//" not in LOCK


def test_builds_for_gpus_are_left_out_of_the_lock() -> None:
    assert hashes.portable("nvidia-cublas==13.1 ; sys_platform == 'linux' \\\n    --hash=sha256:00") is None
    assert hashes.portable("numpy==2.3.1 \\\n    --hash=sha256:00").startswith("numpy==2.3.1 \\")
    assert "sys_platform != 'linux'" in hashes.portable("torch==2.13.0 \\\n    --hash=sha256:00")


WEAK = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SOUND, UNKNOWN = {"name": "y", "version": "1", "vulns": []}, {"name": "z", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("report", "messages", "status", "words"),
    [
        ({"dependencies": [WEAK, SOUND]}, "", (1, 1), "x 1: CVE-1, mended in ['2']"),
        ({"dependencies": [SOUND]}, "", (0, 0), "no known vulnerability in 1 packages"),
        ({"dependencies": [SOUND, UNKNOWN]}, "", (0, 0), "1 packages; not in the database: z"),
        ({"dependencies": [UNKNOWN]}, "", (0, 1), "warning: not audited"),
        (None, "ConnectionError: Max retries exceeded", (0, 1), "warning: not audited"),
        (None, "TypeError: a defect", (1, 1), "the audit itself failed: TypeError: a defect"),
    ],
)
def test_an_audit_fails_for_what_is_known_and_not_for_want_of_a_network(
    report: dict[str, object] | None, messages: str, status: tuple[int, int], words: str
) -> None:
    for offline_is_failure in (False, True):
        found, told = audit.verdict(report, messages, offline_is_failure)
        assert found == status[offline_is_failure]
        assert words in told
