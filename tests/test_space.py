"""A Hugging Face Space: what it is told, what would be uploaded, and that it runs with that alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import plain_http
import pytest
from api_support import call, tool
from packaging.requirements import Requirement
from space_support import NAME, ROOT, SECONDS, Space, script, started
from ui_visit import PHONE, Windows

from rag.settings import Settings
from ui import space, space_gpu

QUESTION = "من هو المتحدث باسم البنتاغون؟"
deploy, requirements = script("deploy"), script("requirements")


@pytest.fixture(autouse=True)
def checkout() -> None:
    """Skip where nothing says which files are under version control."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")


# -- What a Space is told --------------------------------------------------------------------------------


def test_the_front_matter_is_a_spaces() -> None:
    from huggingface_hub import SpaceCard

    card = SpaceCard.load(ROOT / "README.md", ignore_metadata_errors=False).data.to_dict()
    assert (card["sdk"], card["app_file"], card["python_version"]) == ("gradio", "app.py", "3.12")
    assert card["sdk_version"] == requirements.pins("3.12")["gradio"]
    assert card["suggested_hardware"] == "cpu-basic"
    assert card["license"] == "apache-2.0"
    assert len(card["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {card["colorFrom"], card["colorTo"]} <= colours


def test_requirements_were_made_from_what_is_there_now() -> None:
    assert requirements.is_current(), "run make requirements"


def test_requirements_are_the_pins_that_everybody_has_but_for_those_that_yield() -> None:
    lines = requirements.FILE.read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    known = requirements.pins("3.12")
    differing = {name for name, version in pinned.items() if known[name] != version}
    assert differing <= set(requirements.YIELDING)
    for need in map(Requirement, requirements.needs()):
        assert need.specifier.contains(pinned[re.sub("[-_.]+", "-", need.name).lower()])


def test_requirements_take_torch_for_processors() -> None:
    lines = requirements.FILE.read_text(encoding="utf-8").splitlines()
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in lines
    assert [line for line in lines if line.startswith("torch")] == ["torch==2.13.0"]
    assert not [line for line in lines if line.startswith(("nvidia-", "triton", "cuda-"))]


def test_requirements_stand_alone() -> None:
    for line in requirements.FILE.read_text(encoding="utf-8").splitlines():
        assert not re.match(r"-e|-r|-c|\.|--requirement|--constraint", line), "a Space has no other file yet"


def test_nothing_outside_of_python_is_called_so_that_there_is_no_packages_txt() -> None:
    assert not (ROOT / "packages.txt").exists()
    for path in deploy.files():
        if path.endswith(".py"):
            source = (ROOT / path).read_text(encoding="utf-8")
            assert not re.search(r"shutil\.which\(|os\.(system|popen|exec\w*|spawn\w*)\(", source)
            # What is started is Python itself.
            assert source.count("[sys.executable,") == len(re.findall(r"subprocess\.(?:run|Popen)\(", source))


# -- What would be uploaded ------------------------------------------------------------------------------


def test_what_goes_is_what_runs_and_what_is_read() -> None:
    files = set(deploy.files())
    assert {"app.py", "README.md", "LICENSE", "requirements.txt", "ui/space.py"} <= files
    assert {path.split("/")[0] for path in files if "/" in path} == {
        "docs", "rag", "seeds", "ui", "vectorstore"
    }  # fmt: skip
    assert not [path for path in files if "__pycache__" in path or path.endswith((".pyc", ".env"))]


def test_a_dry_run_lists_what_would_go_with_sizes_and_sends_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi", None)
    assert deploy.main(["news/isnad", "--dry-run"]) == 0
    *lines, total, last = capsys.readouterr().out.splitlines()
    listed = {line.split()[1]: int(line.split()[0].replace(",", "")) for line in lines}
    assert listed == {path: (ROOT / path).stat().st_size for path in deploy.files()}
    assert total.split() == [f"{sum(listed.values()):,}", "bytes", "in", str(len(listed)), "files"]
    assert last == "nothing was sent to news/isnad"


class Hub:
    """The hub, as far as a deployment needs it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.sent: dict[str, bytes] = {}

    def create_repo(self, name: str, **named: Any) -> str:
        self.calls.append(("create", {"name": name, **named}))
        return f"https://huggingface.co/spaces/{name}"

    def add_space_variable(self, name: str, key: str, value: str) -> None:
        self.calls.append(("variable", {key: value}))

    def upload_folder(self, *, folder_path: Path, **named: Any) -> None:
        self.calls.append(("upload", named))
        paths = [path for path in Path(folder_path).rglob("*") if path.is_file()]
        self.sent = {path.relative_to(folder_path).as_posix(): path.read_bytes() for path in paths}


def test_a_deployment_sends_exactly_what_a_dry_run_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    monkeypatch.setattr("huggingface_hub.HfApi", lambda: hub)
    assert deploy.main(["news/isnad", "--private", "--set", "ISNAD_READER=somebody/reader"]) == 0
    assert hub.sent == {path: (ROOT / path).read_bytes() for path in deploy.files()}
    made = {
        "name": "news/isnad",
        "repo_type": "space",
        "space_sdk": "gradio",
        "private": True,
        "exist_ok": True,
    }
    assert hub.calls == [
        ("create", made),
        ("variable", {"ISNAD_READER": "somebody/reader"}),
        (
            "upload",
            {
                "repo_id": "news/isnad",
                "repo_type": "space",
                "delete_patterns": "*",
                "commit_message": "Deploy",
            },
        ),
    ]


def test_for_zero_gpu_torch_comes_with_its_gpu_libraries(tmp_path: Path) -> None:
    deploy.stage(tmp_path, zero_gpu=True)
    staged = (tmp_path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ours = requirements.FILE.read_text(encoding="utf-8").splitlines()
    assert set(staged) - set(ours) == {"torch>=2.8,<2.12"}
    assert set(ours) - set(staged) == {
        "torch==2.13.0", "--extra-index-url https://download.pytorch.org/whl/cpu"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["isnad"], "'isnad' is not the name of a Space"),
        (["a/b/c"], "'a/b/c' is not the name of a Space"),
        (["news/isnad", "--set", "PATH=/x"], "variables begin with ISNAD_"),
        (["news/isnad", "--set", "ISNAD_PASSWORD=12345678"], "set ISNAD_PASSWORD as a secret"),
    ],
)
def test_a_deployment_that_cannot_be_meant_is_refused(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi", None)
    with pytest.raises(SystemExit):
        deploy.main(arguments)
    assert reason in capsys.readouterr().err


def test_make_deploy_can_be_tried_without_sending() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    command = ["make", "--dry-run", "--always-make", "deploy", "SPACE=news/isnad; touch x", "DRY=1"]
    recipe = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert 'scripts/deploy.py --dry-run -- "$SPACE"' in recipe  # so that nothing of the name is run


# -- Settings --------------------------------------------------------------------------------------------


def test_a_space_with_storage_keeps_its_index_and_reports_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ISNAD_HOME")
    monkeypatch.setattr(space, "KEPT", tmp_path)
    assert space.settings().home == tmp_path / "isnad"
    monkeypatch.setattr(space, "KEPT", tmp_path / "none")
    assert space.settings().home == Settings.load().home
    monkeypatch.setattr(space, "KEPT", tmp_path)
    monkeypatch.setenv("ISNAD_HOME", str(tmp_path / "own"))
    assert space.settings().home == tmp_path / "own"


def test_models_of_the_hub_are_a_spaces_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_ENCODER", "intfloat/multilingual-e5-small")
    monkeypatch.setenv("ISNAD_READER", "timpal0l/mdeberta-v3-base-squad2")
    assert space.settings().encoder == "intfloat/multilingual-e5-small"
    assert space.settings().reader == "timpal0l/mdeberta-v3-base-squad2"


# -- ZeroGPU ---------------------------------------------------------------------------------------------


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, int | None]]:
    """A Space with ZeroGPU, and what it has decorated."""
    decorated: list[tuple[Any, int | None]] = []

    def gpu(function: Any, duration: int | None = None) -> Any:
        decorated.append((function, duration))
        return lambda *arguments: ("on the GPU", function(*arguments))

    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=gpu))
    return decorated


def test_where_a_gpu_is_lent_models_are_opened_on_the_processor(
    lent: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert space.settings().device == "cpu"
    monkeypatch.setenv("ISNAD_DEVICE", "cuda")
    assert space.settings().device == "cuda"


def test_where_none_is_lent_spaces_need_not_be_installed() -> None:
    assert not space_gpu.is_lent()
    assert space.settings().device == "auto"


def test_the_forward_pass_of_a_reader_of_the_hub_goes_to_the_gpu(lent: list[Any]) -> None:
    from rag.hub_reader import HubReader

    reader = HubReader.__new__(HubReader)
    reader._ends = lambda windows: [f"ends of {window}" for window in windows]  # type: ignore[method-assign]
    reader._model = None
    space_gpu.borrow(SimpleNamespace(_reader=SimpleNamespace(_model=reader)))
    assert reader._ends(["a window"]) == ("on the GPU", ["ends of a window"])  # type: ignore[comparison-overlap]
    assert [duration for _, duration in lent] == [space_gpu.SECONDS]


def test_with_the_embedded_reader_a_space_with_zero_gpu_starts_all_the_same(lent: list[Any]) -> None:
    space_gpu.borrow(SimpleNamespace(_reader=SimpleNamespace(_model=object())))
    assert len(lent) == 1  # one that is decorated is what it takes


# -- A simulated Space -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what would be uploaded."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    folder = tmp_path_factory.mktemp("space")
    deploy.stage(folder)
    return folder


@pytest.fixture(scope="module")
def opened(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """The Space after its first start."""
    with started(folder, tmp_path_factory.mktemp("home"), ISNAD_CALLS_PER_MINUTE="60") as space:
        yield space


def test_the_space_runs_its_own_files(folder: Path) -> None:
    code = "import rag, ui.space; print(rag.__file__); print(ui.space.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert all(Path(line).is_relative_to(folder) for line in done.stdout.splitlines())


def test_at_its_first_start_a_space_says_that_it_reads_and_how_far_it_is(opened: Space) -> None:
    assert "تُقرأ الوثائق الآن" in opened.first_page
    assert "<progress " in opened.first_page
    assert opened.refused is not None
    assert (opened.refused.status_code, opened.refused.headers["retry-after"]) == (503, "2")
    log = "".join(opened.log)
    assert re.search(r"^\S.*: 7 of 7$", log, re.M), log
    assert "Traceback" not in log
    assert "hot-reloading" not in log  # Gradio's second port, which writes files and runs them


def ask(space: Space, **headers: str) -> dict[str, Any]:
    event, (answer,) = call(space.url, "ask", QUESTION, headers=headers)
    assert event == "complete"
    return {**answer, "took_ms": 0}


def test_a_space_answers_from_its_documents(opened: Space) -> None:
    answer = ask(opened)
    assert answer["answered"] is True
    for citation in answer["groups"][0]["citations"]:
        text = (ROOT / "seeds" / citation["document"]).read_bytes().decode("utf-8")
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    asked = tool(opened.url, "tools/call", name="ask", arguments={"question": QUESTION})
    assert asked["structuredContent"]["answer"] == answer["answer"]


def ask_in_a_browser(space: Space, windows: Windows) -> None:
    """Ask as a visitor does, and open the source of the answer."""
    visit = windows.visit(space.url, PHONE)
    answer = visit.ask(QUESTION)
    assert "جون كيربي" in answer.inner_text()
    answer.locator("a[href^='#src-']").first.click()
    mark = visit.page.locator("#is-panel mark").first
    mark.wait_for()
    assert mark.inner_text() == "جون كيربي"
    visit.close()


@pytest.mark.browser
def test_a_space_is_asked_through_the_browser(opened: Space, windows: Windows) -> None:
    ask_in_a_browser(opened, windows)


def test_a_space_can_be_shown_by_the_hub_and_knows_clients_by_what_its_proxy_says(opened: Space) -> None:
    page = plain_http.get(opened.url, headers={"host": NAME, "x-forwarded-proto": "https"})
    assert "frame-ancestors 'self' https://huggingface.co" in page.headers["content-security-policy"]
    assert f'"root":"https://{NAME}"' in page.text.replace(" ", "")
    for number in range(200):
        client = {"x-forwarded-for": "192.0.2.9, 8.8.8.8" if number % 2 else "192.0.2.1, 8.8.8.8"}
        status = plain_http.post(f"{opened.url}/docs", headers=client).status_code
        if status == 429:
            break
    else:
        pytest.fail("one client was never asked to wait")
    assert plain_http.post(f"{opened.url}/docs", headers={"x-forwarded-for": "8.8.4.4"}).status_code == 404


@pytest.mark.soak
def test_a_space_that_slept_answers_as_before(folder: Path, opened: Space, tmp_path: Path) -> None:
    before = ask(opened)
    secret = "a password of its own"
    header = {"authorization": f"Bearer {secret}"}
    with started(folder, tmp_path, ISNAD_PASSWORD=secret) as awake:  # in a new container, with an empty disk
        assert plain_http.get(awake.url).status_code == 401
        assert ask(awake, **header) == before
        event, (checked,) = call(awake.url, "verify", before, headers=header)
        assert (event, checked["verified"]) == ("complete", True)
        login = plain_http.post(f"{awake.url}/isnad/login", data={"password": secret})
    cookie = {"cookie": login.headers["set-cookie"].split(";")[0]}
    with started(folder, tmp_path, ISNAD_PASSWORD=secret) as again:  # with storage that was kept
        assert plain_http.get(again.url, headers=cookie).status_code == 200
        assert ask(again, **cookie) == before
        assert not re.search(r": 7 of 7$", "".join(again.log), re.M)  # nothing was read again


def test_a_space_that_cannot_start_says_why_in_one_line(folder: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError) as caught,
        started(folder, tmp_path, ISNAD_READER=str(tmp_path / "no such model")),
    ):
        pass
    *_, line = str(caught.value).strip().splitlines()
    assert line.startswith("isnad: ")
    assert "no such model" in line


# -- In an environment of its own ------------------------------------------------------------------------


@pytest.mark.space
def test_a_space_runs_with_what_its_requirements_install(
    folder: Path, tmp_path: Path, windows: Windows
) -> None:
    """Takes minutes and a package index: python -m pytest -m space"""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    # An index that is not reached from here is asked once for each package, not six times.
    pip = [str(python), "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--retries", "0"]
    # As a Space's builder does, in one call.
    subprocess.run([*pip, "-r", "requirements.txt", *requirements.brought()], cwd=folder, check=True)
    listed = subprocess.run(
        [str(python), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    installed = {each["name"].lower() for each in json.loads(listed.stdout)}
    assert not installed & {"isnad", "pytest", "nvidia-cublas", "triton"}
    subprocess.run([str(python), "-m", "pip", "check"], check=True)
    with started(folder, tmp_path, str(python)) as space:
        first = ask(space)
        assert first["answered"] is True
        assert tool(space.url, "tools/list")["tools"][0]["name"] == "ask"
        ask_in_a_browser(space, windows)
        assert "Warning" not in "".join(space.log)
    # Put to sleep while it reads for the first time, and woken on what it had kept by then.
    home = tmp_path / "interrupted"
    with started(folder, home, str(python), wait=False) as space:
        until_it_writes(home, space)
    with started(folder, home, str(python)) as space:
        assert ask(space) == first
    with started(folder, home, str(python)) as space:  # and once more, with all of it there
        assert ask(space) == first
        assert not re.search(r": 7 of 7$", "".join(space.log), re.M)


def until_it_writes(home: Path, space: Space) -> None:
    """Wait until the first documents are in the catalog."""
    until = time.monotonic() + SECONDS
    while not list(home.rglob("catalog.sqlite-wal")):
        assert space.process.poll() is None, "".join(space.log)
        assert time.monotonic() < until
        time.sleep(0.005)
