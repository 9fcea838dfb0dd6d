"""Readers of the hub: runs that a decode of our own finds, windows, "no answer", and what is refused."""

from __future__ import annotations

import json
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_support import (
    change,
    copy,
    make_deberta_reader,
    make_electra_reader,
    make_xlmr,
    make_xlmr_reader,
    serve_hub,
    write,
)

from rag import vetting
from rag.decoding import LONGEST_ANSWER, Page, Run
from rag.errors import ModelError
from rag.hub_reader import HubReader
from rag.question import Question, parse
from rag.reader import load_reader
from rag.schema import Chunk

KINDS = ("xlm-roberta", "deberta-v2", "electra")
MAKE: dict[str, Callable[[Path], Path]] = {
    "xlm-roberta": make_xlmr_reader,
    "deberta-v2": make_deberta_reader,
    "electra": make_electra_reader,
}
QUESTION = parse("كم سفينة يستقبل مرفأ اللؤلؤ في اليوم؟")
PASSAGES = [
    "اُفْتُتِحَ المَرْفَأُ الجَديدُ في (اللؤلؤ).وبلغت الكلفة ٢٥٠ مليونا",  # harakat, no space after the stop
    "المرفـــأ يستقبل ٤٠ سفينة، أي 40 ships a day",  # tatweel, both kinds of digits, mixed direction
    "أحمد إلى آخر ٱلمرفأ",  # alef forms
    "The old lighthouse was painted white.",
    "زارت Marie المرفأ (the port) عام ٢٠١٩",
    "سفينة",
]
PAGES = [Page.of(text) for text in PASSAGES]
FILLER = "وقف العمال عند الرصيف وحيّوا السفن الداخلة إليه من البحر البعيد، ثم عادوا."
MARKER = "2019"  # `point` teaches a head to find it; nothing else here has its digits


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for kind, make in MAKE.items():
        make(folder / kind)
        point(folder / kind, folder / f"{kind}-pointed")
    return folder


@pytest.fixture(scope="module")
def readers(models: Path) -> dict[str, HubReader]:
    return {kind: HubReader.open(str(models / kind), device="cpu") for kind in KINDS}


@pytest.fixture(scope="module")
def pointed(models: Path) -> dict[str, HubReader]:
    return {kind: HubReader.open(str(models / f"{kind}-pointed"), device="cpu") for kind in KINDS}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the hosts that are looked up, each of which fails as without a network."""
    seen: list[Any] = []

    def fail(*arguments: Any, **options: Any) -> None:
        seen.append(arguments[0])
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    return seen


def library(folder: Path) -> tuple[Any, Any]:
    """Return the library's tokenizer and model, loaded without our code."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    return AutoTokenizer.from_pretrained(folder), AutoModelForQuestionAnswering.from_pretrained(folder)


def point(folder: Path, to: Path) -> None:
    """Copy a reader and set its weights so that a piece of `MARKER` scores 1, and any other, [CLS] too, 0.

    Nothing but a piece's own vector gets through its layers, and there are two vectors.
    """
    import torch

    copy(folder, to)
    tokenizer, model = library(folder)
    marked = [i for piece, i in tokenizer.get_vocab().items() if set(piece) & set(MARKER)]
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("word_embeddings.weight"):
                weight[:] = torch.eye(2, weight.shape[1])[0]
                weight[marked] = torch.eye(2, weight.shape[1])[1]
            elif "LayerNorm" in name:
                weight[:] = float(name.endswith("weight"))
            elif "embeddings_project" not in name:
                weight.zero_()
        inputs = tokenizer("مرفأ", MARKER, return_tensors="pt")
        hidden = getattr(model, model.base_model_prefix)(**inputs).last_hidden_state[0]
        other, own = hidden[0], hidden[-2]  # [CLS], and the marker's last piece before the separator
        away = (own - other) / (own - other).square().sum()
        model.qa_outputs.weight[:] = away
        model.qa_outputs.bias[:] = -away @ other
    model.save_pretrained(to)


def by_hand(folder: Path, question: str, page: Page, null: int = 0) -> list[tuple[float, int, int]]:
    """Return every (margin, first, last) of a short page, best first: all pairs of words, from raw scores."""
    import torch

    tokenizer, model = library(folder)
    inputs = tokenizer(question, page.text, return_tensors="pt", return_offsets_mapping=True)
    offsets = inputs.pop("offset_mapping")[0].tolist()
    if model.config.model_type == "electra":
        assert inputs["token_type_ids"].max() == 1
    else:
        inputs.pop("token_type_ids", None)
    texts = inputs.sequence_ids(0)
    with torch.no_grad():
        output = model(**inputs)
    start, end = output.start_logits[0].tolist(), output.end_logits[0].tolist()
    scores = []  # of starting and of ending at each word: the best of its pieces
    for word in page.words:
        pieces = [i for i, (a, b) in enumerate(offsets) if texts[i] == 1 and a < word.end and b > word.start]
        scores.append((max(start[i] for i in pieces), max(end[i] for i in pieces)))
    none = start[null] + end[null]
    pairs = [
        (scores[first][0] + scores[last - 1][1] - none, first, last)
        for first in range(len(scores))
        for last in range(first + 1, min(first + LONGEST_ANSWER, len(scores)) + 1)
    ]
    return sorted(pairs, reverse=True)


def apart(pairs: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    kept: list[tuple[float, int, int]] = []
    for pair in pairs:
        if all(pair[2] <= other[1] or other[2] <= pair[1] for other in kept):
            kept.append(pair)
    return kept


def quoted(run: Run, pages: list[Page]) -> str:
    page = pages[run.page]
    return page.text[page.words[run.first].start : page.words[run.last - 1].end]


def best(reader: HubReader, passage: str, question: Question = QUESTION) -> str:
    pages = [Page.of(passage)]
    return quoted(reader.runs(question, pages, [], 1)[0], pages)


def refusal(folder: Path, pattern: str) -> None:
    with pytest.raises(ModelError, match=pattern) as caught:
        HubReader.open(str(folder), device="cpu")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(" or set ISNAD_READER=embedded")


# -- Runs ------------------------------------------------------------------------------------------------


def test_runs_are_words_of_their_page_best_first_and_none_twice(
    readers: dict[str, HubReader], kind: str
) -> None:
    runs = readers[kind].runs(QUESTION, PAGES, [], 3)
    assert [run.page for run in runs] == sorted(run.page for run in runs)
    assert {run.page for run in runs} == set(range(len(PAGES)))
    for number, page in enumerate(PAGES):
        own = [run for run in runs if run.page == number]
        assert 1 <= len(own) <= 3
        assert [run.margin for run in own] == sorted((run.margin for run in own), reverse=True)
        words = [i for run in own for i in range(run.first, run.last)]
        assert len(words) == len(set(words))
        assert set(words) <= set(range(len(page.words)))
        assert all(quoted(run, PAGES) for run in own)


def test_runs_are_the_same_each_time(readers: dict[str, HubReader], kind: str, models: Path) -> None:
    first = readers[kind].runs(QUESTION, PAGES, [], 3)
    assert readers[kind].runs(QUESTION, PAGES, [], 3) == first
    assert HubReader.open(str(models / kind), device="cpu").runs(QUESTION, PAGES, [], 3) == first


def test_runs_are_those_of_all_pairs_of_words_tried_by_hand(
    readers: dict[str, HubReader], models: Path, kind: str
) -> None:
    for page in PAGES:
        runs = readers[kind].runs(QUESTION, [page], [], 3)
        expected = apart(by_hand(models / kind, QUESTION.text, page))[: len(runs)]
        assert [(run.first, run.last) for run in runs] == [pair[1:] for pair in expected]
        np.testing.assert_allclose([run.margin for run in runs], [pair[0] for pair in expected], atol=1e-4)


@pytest.mark.parametrize("size", [1, 3, 64])
def test_the_batch_size_does_not_change_the_runs(
    readers: dict[str, HubReader], models: Path, kind: str, size: int
) -> None:
    pages = [*PAGES, Page.of(" ".join([FILLER] * 20))]
    expected = readers[kind].runs(QUESTION, pages, [], 2)
    other = HubReader.open(str(models / kind), device="cpu", batch_size=size).runs(QUESTION, pages, [], 2)
    assert [(run.page, run.first, run.last) for run in other] == [
        (run.page, run.first, run.last) for run in expected
    ]
    np.testing.assert_allclose([run.margin for run in other], [run.margin for run in expected], atol=1e-4)


@pytest.mark.parametrize("question", ["", " \n", "\u200b", "؟!", "ـ"])
def test_a_question_without_a_word_gives_no_run(
    readers: dict[str, HubReader], kind: str, question: str
) -> None:
    assert readers[kind].runs(parse(question), PAGES, [], 3) == []


def test_a_passage_of_nothing_gives_no_run(readers: dict[str, HubReader], kind: str) -> None:
    assert readers[kind].runs(QUESTION, [], [], 3) == []
    runs = readers[kind].runs(QUESTION, [Page.of(""), Page.of("… ؟"), PAGES[0], Page.of(" \n")], [], 1)
    assert [run.page for run in runs] == [2]


def test_a_text_may_hold_anything(readers: dict[str, HubReader], kind: str) -> None:
    odd = "\ud800 \udfff\0 </s> [SEP] <s> [CLS] \u202bمرفأ\u202c 🚢" + "ـ" * 50
    pages = [Page.of(odd), Page.of("مرفأ\udc00"), Page.of("ا" * 3000)]
    runs = readers[kind].runs(parse(odd), pages, [], 1)
    assert [run.page for run in runs] == [0, 1, 2]
    assert runs == readers[kind].runs(parse(odd), pages, [], 1)


def test_threads_that_share_a_reader_find_what_one_finds(readers: dict[str, HubReader], kind: str) -> None:
    alone = [readers[kind].runs(QUESTION, [page], [], 2) for page in PAGES]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda page: readers[kind].runs(QUESTION, [page], [], 2), PAGES * 3))
    assert found == alone * 3


# -- Windows ---------------------------------------------------------------------------------------------


def test_a_window_is_what_the_model_reads_at_once(readers: dict[str, HubReader]) -> None:
    # XLM-R counts the positions of its 130 from 2 on; mDeBERTa reads 512, of which 384 are used.
    assert {kind: reader.length for kind, reader in readers.items()} == {
        "xlm-roberta": 128, "deberta-v2": 384, "electra": 128,
    }  # fmt: skip


@pytest.mark.parametrize("share", [0, 0.13, 0.27, 0.5, 0.61, 0.78, 0.9, 1])
def test_an_answer_is_found_wherever_it_stands_in_a_long_passage(
    pointed: dict[str, HubReader], kind: str, share: float
) -> None:
    words = " ".join([FILLER] * 12).split()
    words.insert(round(share * len(words)), MARKER)
    assert best(pointed[kind], " ".join(words)) == MARKER


def test_every_word_is_in_a_window_and_windows_overlap_by_a_third_at_most_128(
    readers: dict[str, HubReader], kind: str
) -> None:
    reader = readers[kind]
    page = Page.of(" ".join([FILLER] * 30))
    windows = reader._windows(QUESTION.text, [page])
    assert all(len(window.ids) == reader.length for window in windows[:-1])
    assert len(windows[-1].ids) <= reader.length
    assert set(np.concatenate([window.word_of for window in windows])) == {-1, *range(len(page.words))}
    asked = len(reader._tokenizer(QUESTION.text, add_special_tokens=False)["input_ids"])
    lead = asked + reader._tokenizer.num_special_tokens_to_add(pair=True) - 1
    for window, after in pairwise(windows):
        overlap = reader.length // 3
        np.testing.assert_array_equal(window.ids[-1 - overlap : -1], after.ids[lead : lead + overlap])


@pytest.mark.parametrize("repeats", [3, 60])
def test_a_long_question_loses_its_end_and_not_the_passage(
    pointed: dict[str, HubReader], kind: str, repeats: int
) -> None:
    reader = pointed[kind]
    question = " ".join([QUESTION.text] * repeats)
    page = Page.of(" ".join([FILLER] * 8) + " " + MARKER)
    whole, kept = (
        reader._tokenizer(text, add_special_tokens=False)["input_ids"]
        for text in (question, reader._cut(question))
    )
    most = reader.length // 2 - reader._tokenizer.num_special_tokens_to_add(pair=True)
    assert min(len(whole), most - 2) <= len(kept) <= most
    assert kept == whole[: len(kept)]
    assert all(window.ids[1 : 1 + len(kept)].tolist() == kept for window in reader._windows(question, [page]))
    assert best(reader, page.text, parse(question)) == MARKER
    if repeats > 3:
        longer = reader._windows(question + " وغيرها", [page])
        assert [window.ids.tolist() for window in longer] == [
            window.ids.tolist() for window in reader._windows(question, [page])
        ]


def test_a_word_is_quoted_whole_and_without_what_stands_around_it(
    pointed: dict[str, HubReader], kind: str
) -> None:
    assert best(pointed[kind], f"افتتح المرفأ ({MARKER}).ثم أُغلِق") == MARKER
    assert best(pointed[kind], f"The port\u200f «{MARKER}»، ثم عاد العمّال") == MARKER


# -- No answer -------------------------------------------------------------------------------------------


def test_a_passage_without_the_answer_scores_lower_than_one_with_it(
    pointed: dict[str, HubReader], kind: str
) -> None:
    runs = pointed[kind].runs(QUESTION, [Page.of(FILLER), Page.of(f"{FILLER} {MARKER}")], [], 1)
    assert [run.margin for run in runs] == pytest.approx([0, 2], abs=1e-4)


def test_a_margin_is_what_a_run_scores_beyond_no_answer(models: Path, tmp_path: Path, kind: str) -> None:
    import torch

    folder = copy(models / f"{kind}-pointed", tmp_path / kind)
    _, model = library(folder)
    with torch.no_grad():
        model.qa_outputs.bias += torch.tensor([40.0, -7.0])  # on every piece, [CLS] too
    model.save_pretrained(folder)
    pages = [Page.of(f"{FILLER} {MARKER}"), *PAGES]
    before = HubReader.open(str(models / f"{kind}-pointed"), device="cpu").runs(QUESTION, pages, [], 1)
    after = HubReader.open(str(folder), device="cpu").runs(QUESTION, pages, [], 1)
    assert [(run.first, run.last) for run in after] == [(run.first, run.last) for run in before]
    np.testing.assert_allclose([run.margin for run in after], [run.margin for run in before], atol=1e-3)


def test_no_answer_is_the_cls_piece_wherever_the_model_puts_it(tmp_path: Path) -> None:
    folder = make_deberta_reader(tmp_path / "last", pair="$A [SEP] $B:1 [SEP]:1 [CLS]")
    reader = HubReader.open(str(folder), device="cpu")
    for page in PAGES:
        found = reader.runs(QUESTION, [page], [], 1)[0]
        margin, first, last = by_hand(folder, QUESTION.text, page, null=-1)[0]
        assert (found.first, found.last) == (first, last)
        assert found.margin == pytest.approx(margin, abs=1e-4)


def test_a_cls_piece_that_the_texts_spell_out_is_not_no_answer(tmp_path: Path) -> None:
    folder = make_deberta_reader(tmp_path / "last", pair="$A [SEP] $B:1 [SEP]:1 [CLS]")
    reader = HubReader.open(str(folder), device="cpu")
    (window,) = reader._windows("سفينة [CLS]", [Page.of("مرفأ [CLS] سفينة")])
    assert list(window.ids).count(2) == 3
    assert window.none == len(window.ids) - 1


def test_a_model_without_a_cls_piece_has_no_answer_at_its_first(tmp_path: Path) -> None:
    folder = make_deberta_reader(tmp_path / "none", pair="$A [SEP] $B:1 [SEP]:1")
    change(folder / "tokenizer_config.json", cls_token=None)
    found = HubReader.open(str(folder), device="cpu").runs(QUESTION, [PAGES[0]], [], 1)[0]
    margin, first, last = by_hand(folder, QUESTION.text, PAGES[0], null=0)[0]
    assert (found.first, found.last) == (first, last)
    assert found.margin == pytest.approx(margin, abs=1e-4)


# -- Spans -----------------------------------------------------------------------------------------------


def test_a_reader_that_is_set_by_its_path_gives_spans_of_the_passages(models: Path, kind: str) -> None:
    text = f"{FILLER}\n{FILLER} وافتُتِحَ المَرْفَأُ عام {MARKER}.وحضر المدير"
    chunk = Chunk("مرفأ.txt", text[len(FILLER) :], len(FILLER))
    reading = load_reader(str(models / f"{kind}-pointed"), device="cpu").read(
        "متى افتتح المرفأ؟", [Chunk("else.txt", FILLER, 0), chunk]
    )
    span = reading.spans[0]
    assert span.chunk == chunk
    assert MARKER in text[span.start : span.end]
    assert 0 < span.score < 1


# -- Opening ---------------------------------------------------------------------------------------------


def test_opening_is_told_and_the_library_says_nothing(
    models: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(models)
    calls: list[tuple[str, float, int]] = []
    reader = HubReader.open("./electra", device="cpu", progress=lambda *step: calls.append(step))
    folder = str((models / "electra").resolve())
    assert reader.name == folder
    assert reader.device == "cpu"
    assert calls == [(f"loading {folder}", 0, 0), (f"loading {folder}", 1, 1)]
    assert capfd.readouterr() == ("", "")


def test_weights_of_half_precision_are_computed_in_single(models: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    half = copy(models / "electra", tmp_path / "half")
    weights = {name: tensor.half() for name, tensor in load_file(half / "model.safetensors").items()}
    save_file(weights, half / "model.safetensors", metadata={"format": "pt"})
    change(half / "config.json", dtype="float16")
    reader = HubReader.open(str(half), device="cpu")
    assert {str(tensor.dtype) for tensor in reader._model.parameters()} == {"torch.float32"}
    assert reader.runs(QUESTION, PAGES, [], 1)


def test_memory_that_runs_out_is_one_line_that_names_the_batch_size(readers: dict[str, HubReader]) -> None:
    class Full:
        device = "cpu"
        config = None

        def forward(self, input_ids: Any, attention_mask: Any) -> None: ...

        def __call__(self, **inputs: Any) -> None:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    reader = HubReader("large", Full(), readers["electra"]._tokenizer, length=128, batch_size=64)
    with pytest.raises(ModelError, match=r"reader 'large' ran out of memory on cpu with 64 .*below 64"):
        reader.runs(QUESTION, PAGES, [], 1)


def test_a_device_that_is_none_is_refused(models: Path) -> None:
    with pytest.raises(ModelError, match=r"'foo' is not known; set ISNAD_DEVICE to auto, cpu"):
        HubReader.open(str(models / "electra"), device="foo")


def test_importing_the_package_and_the_module_of_hub_readers_loads_nothing_heavy() -> None:
    code = (
        "import sys, rag, rag.hub_reader; print([name for name in "
        "('torch', 'transformers', 'sentence_transformers', 'huggingface_hub') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- The network -----------------------------------------------------------------------------------------


def test_a_folder_is_opened_without_a_thought_of_the_network(models: Path, lookups: list[Any]) -> None:
    for kind in KINDS:
        HubReader.open(str(models / kind), device="cpu").runs(QUESTION, PAGES, [], 1)
    assert lookups == []


def test_a_large_vocabulary_is_not_asked_about_on_the_hub(tmp_path: Path, lookups: list[Any]) -> None:
    folder = make_deberta_reader(tmp_path / "large", pieces=100_100)  # the library mends some above 100,000
    assert HubReader.open(str(folder), device="cpu").runs(QUESTION, PAGES, [], 1)
    assert lookups == []


def test_a_reader_is_fetched_once_and_only_what_is_needed_of_it(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: dict[str, HubReader]
) -> None:
    repository = copy(models / "electra", tmp_path / "repository")
    for file in ("pytorch_model.bin", "modeling.py", "README.md", "training_args.bin"):
        (repository / file).write_bytes(b"\x80")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with serve_hub("someone/reader", repository) as (address, seen):
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        reader = HubReader.open("someone/reader", device="cpu")
        fetched = {path.rpartition("/")[2] for path in seen if "/resolve/" in path}
        assert fetched == {"config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"}
        assert reader.name == "someone/reader"
        assert reader.runs(QUESTION, PAGES, [], 2) == readers["electra"].runs(QUESTION, PAGES, [], 2)
        seen.clear()
        HubReader.open("someone/reader", device="cpu")
        assert seen == []
        with pytest.raises(ModelError, match=r"no model 'someone/else' .*check ISNAD_READER"):
            HubReader.open("someone/else", device="cpu")


def test_without_a_network_a_hub_id_fails_with_a_remedy(
    tmp_path: Path, lookups: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"reader 'a/b': it is not cached and the hub cannot be") as caught:
        HubReader.open("a/b", device="cpu")
    assert "\n" not in str(caught.value)
    assert lookups != []


# -- What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "nothing", "a/b/c", "/no/such/folder"])
def test_a_folder_that_is_not_there_is_refused(name: str, lookups: list[Any]) -> None:
    with pytest.raises(
        ModelError, match=r"reader .* is neither a folder nor a hub id such as .*/m"
    ) as caught:
        HubReader.open(name, device="cpu")
    assert str(caught.value).endswith("check ISNAD_READER, or set ISNAD_READER=embedded")
    assert lookups == []


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> Path:
    """A reader to be changed."""
    return copy(models / "electra", tmp_path / "model")


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """A file that code of the model would write; it must not be there at the end."""
    path = tmp_path / "it-ran"
    yield path
    assert not path.exists()


class Bomb:
    """Unpickling it writes the marker."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return (Path.touch, (self.marker,))


@pytest.mark.parametrize("shards", [None, {"a": "pytorch_model.bin"}, {"a": "model.safetensors.bin"}])
def test_weights_that_are_pickles_are_refused_and_not_read(
    folder: Path, marker: Path, shards: dict[str, str] | None
) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(marker)))
    if shards:
        write(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": shards})
    refusal(folder, r"no model\.safetensors.*pytorch_model\.bin, can carry code; .*save_pretrained\(FOLDER\)")


def test_settings_that_name_other_weights_are_refused(folder: Path, marker: Path) -> None:
    (folder / "adapter_model.bin").write_bytes(pickle.dumps(Bomb(marker)))
    change(folder / "config.json", transformers_weights="adapter_model.bin")
    refusal(folder, r"its config\.json names weights that may carry code \(adapter_model\.bin\)")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_of_its_own_is_refused_and_not_imported(
    folder: Path, marker: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    (folder / "planted.py").write_text(f"from pathlib import Path\nPath({str(marker)!r}).touch()\n", "utf-8")
    monkeypatch.syspath_prepend(folder)
    every = dict.fromkeys(("AutoConfig", "AutoModelForQuestionAnswering", "AutoTokenizer"), "planted.Planted")
    change(folder / file, auto_map=every)
    refusal(folder, rf"its {file} names code of its own, which is not run; name a model without")
    assert "planted" not in sys.modules


@pytest.mark.parametrize(
    ("file", "values", "reason"),
    [
        ("config.json", {"attn_implementation": "someone/kernel"}, "names attention kernels to download"),
        ("adapter_config.json", {"base_model_name_or_path": "someone/model"}, "it is an adapter"),
        ("tokenizer_config.json", {"tokenizer_class": "CanineTokenizer"}, "CanineTokenizer does not say"),
        ("config.json", {"max_position_embeddings": 16}, "cannot be loaded"),  # the weights have 128
        ("config.json", {"model_type": "whisper"}, r"cannot be loaded \(Unrecognized configuration"),
        ("config.json", {"model_type": "nothing"}, "cannot be loaded"),
        ("tokenizer_config.json", {"model_max_length": 20}, "it reads 20 pieces at once, and 32 are needed"),
    ],
)
def test_a_model_that_is_no_reader_for_us_is_refused(
    folder: Path, lookups: list[Any], file: str, values: dict[str, Any], reason: str
) -> None:
    write(folder / file, vetting.read_json(folder / file) | values)
    refusal(folder, reason)
    assert lookups == []


@pytest.mark.parametrize("content", ["", "[", "[1]", "\x00", '"a"'])
def test_damaged_settings_are_one_line(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content, encoding="utf-8")
    refusal(folder, "settings are damaged")


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refusal(tmp_path / "empty", r"the folder has no config\.json; name the folder of a model")


def test_a_model_without_a_vocabulary_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "vocab.txt").unlink()
    refusal(folder, r"it has no tokenizer\.json or other vocabulary; name a model that has one")
    (folder / "spm.model").write_bytes(b"")
    monkeypatch.setattr(vetting, "find_spec", lambda name: None)
    refusal(folder, r"SentencePiece's format only; run `pip install sentencepiece protobuf`, name a model")


def test_an_encoder_has_no_head_and_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = make_xlmr(tmp_path / "encoder")
    capfd.readouterr()
    refusal(folder, "it has no question-answering head; name a model fine-tuned on SQuAD-like data")
    assert capfd.readouterr() == ("", "")  # one line, not the library's table


def change_weights(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    edit(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_weights_that_are_missing_are_not_made_up(folder: Path) -> None:
    name = "electra.encoder.layer.1.output.dense.weight"
    change_weights(folder, lambda weights: weights.pop(name))
    refusal(folder, rf"it lacks 1 of its weights, such as {name}; fetch or save it again")


def test_damaged_weights_are_refused(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    for damaged in (whole[: len(whole) // 2], b"\xff" * 64 + whole[64:], b""):
        (folder / "model.safetensors").write_bytes(damaged)
        refusal(folder, "cannot be loaded")


def test_weights_that_are_no_numbers_are_refused(folder: Path) -> None:
    change_weights(folder, lambda weights: weights["qa_outputs.weight"].fill_(float("nan")))
    refusal(folder, "its scores are not numbers; fetch or save it again")


def test_a_head_of_more_than_start_and_end_is_refused(folder: Path) -> None:
    import torch

    change(folder / "config.json", id2label={str(i): f"LABEL_{i}" for i in range(3)})
    extra: dict[str, Any] = {"qa_outputs.weight": torch.zeros(3, 32), "qa_outputs.bias": torch.zeros(3)}
    change_weights(folder, lambda weights: weights.update(extra))
    refusal(folder, "cannot be loaded")


def test_a_tokenizer_of_another_model_is_refused(folder: Path) -> None:
    with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("".join(f"\nكلمة{i}" for i in range(500)))
    rows = json.loads((folder / "config.json").read_text("utf-8"))["vocab_size"]
    refusal(folder, rf"its tokenizer has {rows + 500} pieces and its table {rows} rows")


def test_a_library_that_is_not_installed_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.hub_loading.find_spec", lambda name: None)
    refusal(folder, "needs transformers; run `pip install transformers`")
