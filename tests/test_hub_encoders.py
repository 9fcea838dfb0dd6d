"""Encoders of the hub: vectors, prompts, progress, what is fetched, and that no code of theirs is run."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_support import change, copy, make_bert, make_xlmr, serve_hub, write

from rag import hub, vetting
from rag.commands import doctor
from rag.commands.terminal import ProgressBar
from rag.context import titled
from rag.encoder import load_encoder
from rag.errors import ModelError, SettingsError, StoreError
from rag.hub_encoder import HubEncoder, Prompts, _prompts
from rag.pipeline import Pipeline
from rag.schema import Document
from rag.settings import Settings

TEXTS = [
    "متى افتتحت الوزيرة المرفأ؟",
    "اُفْتُتِحَ المَرْفَأُ الجَديدُ",  # harakat
    "المرفـــأ في اللؤلؤ.وبلغت الكلفة ٢٥٠ مليونا، أي 250",  # tatweel, no space, both kinds of digits
    "أحمد إلى آخر ٱلمرفأ",  # alef forms
    "زارت Marie المرفأ (the port) عام ٢٠١٩",
    "The old lighthouse was painted white.",
    "كلمة " * 60,
    "",
]
PORT = (
    "افتتاح مرفأ اللؤلؤ\n\n"
    "افتتحت الوزيرة هدى السالم مرفأ اللؤلؤ يوم الأحد.ويستقبل المرفأ ٤٠ سفينة في اليوم.\n"
    + "".join(
        f"ووقف العمال عند الرصيف رقم {i} وحيّوا السفن الداخلة إليه من البحر البعيد.\n" for i in range(30)
    )
)
LIGHTHOUSE = "The lighthouse\n\nThe old lighthouse was painted white by Adam Reed in 2019.\n"
E5 = ("query: ", "passage: ")
TASK = "Given a web search query, retrieve relevant passages that answer the query"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_xlmr(folder / "multilingual-e5-small")
    make_xlmr(folder / "prompted", {"query": "Instruct: ", "document": "passage: "})
    make_bert(folder / "bert")
    return folder


@pytest.fixture(scope="module")
def e5(models: Path) -> HubEncoder:
    return HubEncoder.open(str(models / "multilingual-e5-small"), device="cpu")


@pytest.fixture(scope="module")
def bert(models: Path) -> HubEncoder:
    return HubEncoder.open(str(models / "bert"), device="cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "port.txt").write_text(PORT, encoding="utf-8")
    (tmp_path / "corpus" / "lighthouse.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the hosts that are looked up, each of which fails as without a network."""
    seen: list[Any] = []

    def fail(*arguments: Any, **options: Any) -> None:
        seen.append(arguments[0])
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    return seen


def reference(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def refusal(folder: Path, pattern: str) -> None:
    with pytest.raises(ModelError, match=pattern) as caught:
        load_encoder(str(folder), device="cpu")
    assert "\n" not in str(caught.value)
    assert "ISNAD_ENCODER=embedded" in str(caught.value)


# -- Vectors ---------------------------------------------------------------------------------------------


def test_rows_are_unit_and_float32_whatever_the_text(e5: HubEncoder, bert: HubEncoder) -> None:
    for encoder, dimension in ((e5, 32), (bert, 24)):
        for vectors in (encoder.encode_query(TEXTS), encoder.encode_document(TEXTS)):
            assert vectors.dtype == np.float32
            assert vectors.shape == (len(TEXTS), dimension) == (len(TEXTS), encoder.dimension)
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(e5: HubEncoder) -> None:
    assert e5.encode_query([]).shape == (0, 32)
    assert e5.encode_document([]).shape == (0, 32)


def test_vectors_are_the_librarys_own_with_the_prompts_of_the_model(models: Path) -> None:
    encoder = HubEncoder.open(str(models / "prompted"), device="cpu")
    library = reference(models / "prompted")
    assert encoder.prompts == ("Instruct: ", "passage: ")
    np.testing.assert_allclose(encoder.encode_query(TEXTS), library.encode_query(TEXTS), atol=1e-6)
    np.testing.assert_allclose(encoder.encode_document(TEXTS), library.encode_document(TEXTS), atol=1e-6)


def test_a_model_without_prompts_gives_the_librarys_vectors_normalised(
    models: Path, bert: HubEncoder
) -> None:
    library = reference(models / "bert").encode_document(TEXTS)
    assert not np.allclose(np.linalg.norm(library, axis=1), 1)
    expected = library / np.linalg.norm(library, axis=1, keepdims=True)
    np.testing.assert_allclose(bert.encode_document(TEXTS), expected, atol=1e-6)
    np.testing.assert_array_equal(bert.encode_query(TEXTS), bert.encode_document(TEXTS))


@pytest.mark.parametrize("size", [1, 3, 64])
def test_the_batch_size_does_not_change_the_vectors(models: Path, e5: HubEncoder, size: int) -> None:
    other = HubEncoder.open(str(models / "multilingual-e5-small"), device="cpu", batch_size=size)
    assert other.fingerprint == e5.fingerprint
    np.testing.assert_allclose(other.encode_document(TEXTS), e5.encode_document(TEXTS), atol=1e-5)


def test_threads_that_share_an_encoder_take_turns() -> None:
    class Crowded:
        inside = 0
        most = 0

        def encode_query(self, texts: list[str], **options: Any) -> list[list[float]]:
            self.inside += 1
            self.most = max(self.most, self.inside)
            time.sleep(0.005)
            self.inside -= 1
            return [[float(text)] for text in texts]

    model = Crowded()
    encoder = HubEncoder("shared", model, "", Prompts())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: encoder.encode_query([str(i)]).tolist(), range(40)))
    assert found == [[[float(i)]] for i in range(40)]
    assert model.most == 1


def test_weights_of_half_precision_are_computed_in_single(models: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    half = copy(models / "bert", tmp_path / "half")
    weights = {name: tensor.half() for name, tensor in load_file(half / "model.safetensors").items()}
    save_file(weights, half / "model.safetensors", metadata={"format": "pt"})
    change(half / "config.json", dtype="float16")
    encoder = HubEncoder.open(str(half), device="cpu")
    assert {str(tensor.dtype) for tensor in encoder._model.state_dict().values()} <= {
        "torch.float32",
        "torch.int64",
    }
    alone = np.concatenate([encoder.encode_document([text]) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode_document(TEXTS), alone, atol=1e-5)


def test_what_a_model_reads_of_a_text_is_known_and_the_rest_is_not_read(bert: HubEncoder) -> None:
    assert bert.max_tokens == 96
    long = "المرفأ " * 200
    np.testing.assert_allclose(bert.encode_query([long]), bert.encode_query([long + "بحر"]), atol=1e-6)


def test_memory_that_runs_out_is_one_line_that_names_the_batch_size() -> None:
    class Full:
        device = "cuda:0"

        def encode_query(self, texts: list[str], **options: Any) -> None:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    encoder = HubEncoder("large", Full(), "", Prompts(), batch_size=64)
    with pytest.raises(
        ModelError, match=r"'large' ran out of memory on cuda:0 with 64 .*ISNAD_BATCH_SIZE below 64"
    ):
        encoder.encode_query(["سؤال"])


# -- Prompts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/multilingual-e5-small", E5),
        ("intfloat/multilingual-e5-large", E5),
        ("intfloat/e5-base-v2", E5),
        ("intfloat/e5-small-unsupervised", E5),
        ("/models/intfloat_multilingual-e5-base", E5),
        (r"C:\models\multilingual-e5-base", E5),
        ("someone/Multilingual-E5-Small", E5),
        ("someone/multilingual-e5-small-ar", ("", "")),  # who knows how it was trained
        ("someone/made-e5-small", ("", "")),
        ("sentence-transformers/all-MiniLM-L6-v2", ("", "")),
        ("intfloat/multilingual-e5-large-instruct", (f"Instruct: {TASK}\nQuery: ", "")),
    ],
)
def test_a_family_that_was_trained_with_prompts_gets_them(name: str, expected: tuple[str, str]) -> None:
    assert _prompts(name, {"query": "", "document": ""}, None, None) == expected


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        ({"query": "Q: ", "document": ""}, (None, None), ("Q: ", "")),  # the model's own, not the family's
        ({"query": "Q: ", "document": "", "passage": "P: "}, (None, None), ("Q: ", "P: ")),
        ({"query": "Q: ", "document": "D: ", "passage": "P: "}, (None, None), ("Q: ", "D: ")),
        ({"query": "", "document": "", "corpus": "C: "}, (None, None), ("", "C: ")),
        ({"query": "Q: ", "document": "D: "}, ("سؤال: ", None), ("سؤال: ", "D: ")),
        ({}, (None, "نص: "), ("query: ", "نص: ")),
        ({}, ("", ""), ("", "")),
    ],
)
def test_prompts_are_those_given_else_the_models_own_else_the_familys(
    own: dict[str, str], given: tuple[str | None, str | None], expected: tuple[str, str]
) -> None:
    assert _prompts("intfloat/multilingual-e5-small", own, *given) == expected


def test_prompts_are_written_before_the_texts(models: Path, e5: HubEncoder) -> None:
    library = reference(models / "multilingual-e5-small")
    for encode, prompt in ((e5.encode_query, "query: "), (e5.encode_document, "passage: ")):
        expected = library.encode([prompt + text for text in TEXTS])
        np.testing.assert_allclose(encode(TEXTS), expected, atol=1e-6)
    assert np.abs(e5.encode_query(TEXTS) - e5.encode_document(TEXTS)).max(axis=1).min() > 0.01


def test_a_prompt_that_a_model_calls_passage_is_written_before_passages(models: Path, tmp_path: Path) -> None:
    folder = copy(models / "prompted", tmp_path / "passage")
    change(folder / "config_sentence_transformers.json", prompts={"query": "query: ", "passage": "passage: "})
    expected = reference(folder).encode(["passage: " + text for text in TEXTS])
    encoder = HubEncoder.open(str(folder), device="cpu")
    np.testing.assert_allclose(encoder.encode_document(TEXTS), expected, atol=1e-6)


def test_prompts_belong_to_the_fingerprint(models: Path, e5: HubEncoder) -> None:
    name = str(models / "multilingual-e5-small")
    fingerprints = [
        HubEncoder.open(name, device="cpu", query_prompt=query, document_prompt=document).fingerprint
        for query, document in (E5, ("", "passage: "), ("query: ", ""), ("passage: ", "query: "))
    ]
    assert fingerprints[0] == e5.fingerprint
    assert len(set(fingerprints)) == 4


def test_prompts_come_from_the_environment_with_their_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().query_prompt is None
    monkeypatch.setenv("ISNAD_QUERY_PROMPT", "query: ")
    monkeypatch.setenv("ISNAD_DOCUMENT_PROMPT", "")
    assert (Settings.load().query_prompt, Settings.load().document_prompt) == ("query: ", "")


# -- Fingerprints ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("1_Pooling/config.json", "pooling_mode_mean_tokens", True),
        ("sentence_bert_config.json", "max_seq_length", 64),
        ("tokenizer_config.json", "model_max_length", 64),
    ],
)
def test_every_file_that_makes_the_vectors_belongs_to_the_fingerprint(
    models: Path, tmp_path: Path, file: str, key: str, value: Any
) -> None:
    folder = copy(models / "bert", tmp_path / "changed")
    before = hub.fingerprint(folder, ("", ""))
    (folder / "README.md").write_text("A card.", encoding="utf-8")
    assert hub.fingerprint(folder, ("", "")) == before == hub.fingerprint(models / "bert", ("", ""))
    change(folder / file, **{key: value})
    assert hub.fingerprint(folder, ("", "")) != before


# -- Indexes and answers ---------------------------------------------------------------------------------


def settings_for(folder: Path, **more: Any) -> Settings:
    return Settings.load(encoder=str(folder), device="cpu", **more)


def test_an_arabic_question_is_answered_with_a_hub_encoder(
    models: Path, folder: Path, e5: HubEncoder
) -> None:
    question = "كم سفينة يستقبل مرفأ اللؤلؤ في اليوم؟"
    with Pipeline.open(folder, settings=settings_for(models / "multilingual-e5-small")) as pipeline:
        answer = pipeline.answer(question)
        hits = pipeline.search(question, 5)
        texts = [titled(pipeline.document(hit.chunk.document_id), hit.chunk) for hit in hits]
        assert pipeline.explain(answer)["encoder"] == str((models / "multilingual-e5-small").resolve())
    assert answer.answered
    assert "٤٠" in answer.citations[0].quote
    assert len(hits) == 5
    passages = e5.encode_document(texts)
    dense = passages @ e5.encode_query([question])[0]
    np.testing.assert_allclose([hit.evidence["dense"] for hit in hits], dense, atol=1e-5)


def test_words_are_aligned_by_the_embedded_table_whichever_encoder_is_set(models: Path, folder: Path) -> None:
    question = "Who painted the lighthouse?"
    evidence = []
    for encoder in (str(models / "bert"), "embedded"):
        home = folder.parent / Path(encoder).name
        with Pipeline.open(
            folder, settings=Settings.load(encoder=encoder, device="cpu", home=home)
        ) as pipeline:
            evidence.append({hit.chunk: hit.evidence["alignment"] for hit in pipeline.search(question, 3)})
    shared = evidence[0].keys() & evidence[1].keys()
    assert shared
    assert max(evidence[0].values()) > 0.5
    assert {chunk: evidence[0][chunk] for chunk in shared} == {chunk: evidence[1][chunk] for chunk in shared}


def test_an_index_of_another_model_is_refused_until_it_is_rebuilt(models: Path, folder: Path) -> None:
    Pipeline.open(folder, settings=settings_for(models / "bert")).close()
    other = settings_for(models / "multilingual-e5-small")
    with pytest.raises(
        StoreError, match=r"built with encoder '.*bert', but '.*-e5-small' is set; run `isnad index"
    ):
        Pipeline.open(folder, settings=other)
    with Pipeline.open(folder, settings=other, rebuild=True) as pipeline:
        assert pipeline.store.catalog.dimension == 32
        assert sorted(pipeline.report.added) == ["lighthouse.txt", "port.txt"]


@pytest.mark.parametrize("changed", [{"document_prompt": "نص: "}, {"query_prompt": ""}])
def test_another_prompt_embeds_every_document_anew(
    models: Path, folder: Path, changed: dict[str, str]
) -> None:
    model = models / "multilingual-e5-small"
    Pipeline.open(folder, settings=settings_for(model)).close()
    with Pipeline.open(folder, settings=settings_for(model, batch_size=5)) as pipeline:
        assert sorted(pipeline.report.unchanged) == ["lighthouse.txt", "port.txt"]
    with Pipeline.open(folder, settings=settings_for(model, **changed)) as pipeline:
        assert sorted(pipeline.report.added) == ["lighthouse.txt", "port.txt"]


def test_a_folder_is_one_encoder_however_its_path_is_written(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    monkeypatch.setenv("HOME", str(models))
    for name in ("bert", "./bert", "~/bert", "multilingual-e5-small/../bert"):
        assert load_encoder(name, device="cpu").name == str((models / "bert").resolve())


# -- Progress --------------------------------------------------------------------------------------------


def steps(calls: list[tuple[str, float, int]], stage: str) -> list[tuple[float, int]]:
    return [(done, total) for name, done, total in calls if name == stage]


def test_embedding_is_told_after_each_batch_and_reaches_the_total(models: Path, folder: Path) -> None:
    calls: list[tuple[str, float, int]] = []
    with Pipeline.open(
        folder,
        settings=settings_for(models / "bert", batch_size=2),
        progress=lambda *step: calls.append(step),
    ) as pipeline:
        passages = len(pipeline.store.catalog)
    embedding = steps(calls, "embedding")
    assert passages > 4
    assert len(embedding) == -(-passages // 2) + 1  # a call for each batch, and one at the end
    assert all(total == 2 for _, total in embedding)
    assert all(a <= b for (a, _), (b, _) in pairwise(embedding))
    assert 0 < embedding[0][0] < 2
    assert embedding[-1] == (2, 2)
    loading = f"loading {(models / 'bert').resolve()}"
    assert steps(calls, loading) == [(0, 0), (1, 1)]
    assert calls[0] == (loading, 0, 0)


def test_embedding_documents_that_are_no_files_is_told_too(models: Path) -> None:
    calls: list[tuple[str, float, int]] = []
    documents = [Document(f"{i}.txt", f"وصلت السفينة رقم {i} إلى المرفأ.", "سفينة") for i in range(300)]
    with Pipeline.from_documents(
        documents, settings=settings_for(models / "bert"), progress=lambda *step: calls.append(step)
    ):
        embedding = [done for done, _ in steps(calls, "embedding")]
    assert embedding == sorted(embedding)
    assert embedding[-1] == 300
    assert 256 in embedding  # two blocks of documents, one scale


def test_a_wait_of_unknown_length_is_one_line_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ProgressBar() as progress:
        progress("downloading a/b, MB", 0, 0)
        progress("downloading a/b, MB", 0, 0)
        progress("downloading a/b, MB", 3.5, 12)
        progress("downloading a/b, MB", 12, 12)
    assert capsys.readouterr().err == "isnad: downloading a/b, MB …\n"


# -- Devices ---------------------------------------------------------------------------------------------


def test_the_best_device_is_chosen_and_the_doctor_names_it(
    models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import torch

    best = "cuda:0" if torch.cuda.is_available() else "mps:0" if torch.backends.mps.is_available() else "cpu"
    monkeypatch.setenv("ISNAD_ENCODER", str(models / "bert"))
    found = doctor.check_encoder(tmp_path)
    assert found == f"{(models / 'bert').resolve()}, 24 dimensions, on {best}"


@pytest.mark.parametrize("device", ["foo", "cuda:", "CUDA", "cpu:x", ""])
def test_a_device_that_is_none_is_refused_in_one_line(
    models: Path, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setenv("ISNAD_DEVICE", device)
    with pytest.raises(SettingsError, match=rf"ISNAD_DEVICE='{device}': .*auto, cpu, cuda"):
        Settings.load()
    with pytest.raises(ModelError, match=r"is not known; set ISNAD_DEVICE to auto, cpu"):
        load_encoder(str(models / "bert"), device=device)


def test_a_device_that_is_not_there_is_refused_with_what_is(models: Path) -> None:
    with pytest.raises(ModelError, match=r"'cuda:99' is not there: torch .* sees \d+ .*ISNAD_DEVICE=auto"):
        load_encoder(str(models / "bert"), device="cuda:99")


@pytest.mark.parametrize("size", ["0", "-3", "many", "100000"])
def test_a_batch_size_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("ISNAD_BATCH_SIZE", size)
    with pytest.raises(SettingsError, match=f"ISNAD_BATCH_SIZE='{size}'"):
        Settings.load()


# -- Nothing that comes along is run ---------------------------------------------------------------------


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


def test_weights_that_are_pickles_are_refused_and_not_read(
    models: Path, tmp_path: Path, marker: Path
) -> None:
    folder = copy(models / "bert", tmp_path / "model")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(marker)))
    refusal(folder, r"no model\.safetensors.*pytorch_model\.bin, can carry code; .*save\(FOLDER\)")


def test_one_part_with_weights_that_are_pickles_is_refused_too(
    models: Path, tmp_path: Path, marker: Path
) -> None:
    folder = copy(models / "bert", tmp_path / "model")
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "2_Dense", "type": "sentence_transformers.models.Dense"},
    ]
    write(folder / "modules.json", modules)
    (folder / "2_Dense").mkdir()
    write(folder / "2_Dense" / "config.json", {"in_features": 24, "out_features": 8})
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(marker)))
    refusal(folder, r"no 2_Dense.model\.safetensors")


PLANTED = "from pathlib import Path\nPath({marker!r}).touch()\nclass Planted: ...\nload = Planted\n"


def plant(models: Path, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy a model and put beside it a module that writes the marker, which could be imported by its name."""
    folder = copy(models / "bert", tmp_path / "model")
    (folder / "planted.py").write_text(PLANTED.format(marker=str(marker)), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "kind",
    ["planted.Planted", "planted", "os.path", "torch.nn.Linear", "sentence_transformers.base.model.pickle",
     "sentence_transformers.util.misc.import_from_string", "sentence_transformersX.models.Transformer"],
)  # fmt: skip
@pytest.mark.parametrize("routed", [False, True])
def test_a_part_that_is_not_the_librarys_is_refused_and_not_imported(
    models: Path, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch, kind: str, routed: bool
) -> None:
    folder = plant(models, tmp_path, marker, monkeypatch)
    part = {"idx": 0, "name": "0", "path": "", "type": kind}
    if routed:
        part["type"] = "sentence_transformers.base.modules.router.Router"
        routes = {"types": {"a": kind}, "structure": {"query": ["a"], "document": ["a"]}, "parameters": {}}
        write(folder / "router_config.json", routes)
    write(folder / "modules.json", [part])
    refusal(folder, rf"part '{kind}' is code of its own")
    assert "planted" not in sys.modules


def test_code_beside_a_model_that_the_library_knows_is_left_alone(
    models: Path, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch, bert: HubEncoder
) -> None:
    folder = plant(models, tmp_path, marker, monkeypatch)
    every = dict.fromkeys(("AutoConfig", "AutoModel", "AutoTokenizer"), "planted.Planted")
    for file in ("config.json", "tokenizer_config.json"):
        change(folder / file, auto_map=every, trust_remote_code=True)
    change(folder / "sentence_bert_config.json", model_args={"trust_remote_code": True})
    encoder = load_encoder(str(folder), device="cpu")
    np.testing.assert_allclose(encoder.encode_query(TEXTS), bert.encode_query(TEXTS), atol=1e-6)
    assert "planted" not in sys.modules


def test_a_model_that_needs_its_own_code_is_refused(
    models: Path, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = plant(models, tmp_path, marker, monkeypatch)
    every = dict.fromkeys(("AutoConfig", "AutoModel"), "planted.Planted")
    change(folder / "config.json", model_type="planted", architectures=["Planted"], auto_map=every)
    refusal(folder, r"cannot be loaded \(it needs code of its own, which is not run\)")
    assert "planted" not in sys.modules


@pytest.mark.parametrize(
    ("file", "values", "reason"),
    [
        ("config.json", {"attn_implementation": "someone/kernel"}, "attention kernels"),
        ("sentence_bert_config.json", {"model_args": {"attn_implementation": "a/b"}}, "attention kernels"),
        ("config_sentence_transformers.json", {"model_type": "CrossEncoder"}, "it is a CrossEncoder"),
        ("adapter_config.json", {"base_model_name_or_path": "someone/model"}, "it is an adapter"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_cls_token": None, "pooling_mode": "none"},
            "cannot be loaded",
        ),
    ],
)
def test_settings_that_ask_for_more_than_a_model_are_refused(
    models: Path, tmp_path: Path, lookups: list[Any], file: str, values: dict[str, Any], reason: str
) -> None:
    folder = copy(models / "bert", tmp_path / "model")
    write(folder / file, vetting.read_json(folder / file) | values)
    refusal(folder, reason)
    assert lookups == []


@pytest.mark.parametrize("content", ["", "[", "[1]", '[{"path": ""}]', '{"a": 1}', "\x00"])
def test_damaged_settings_are_one_line(models: Path, tmp_path: Path, content: str) -> None:
    folder = copy(models / "bert", tmp_path / "model")
    (folder / "modules.json").write_text(content, encoding="utf-8")
    refusal(folder, "settings are damaged")


@pytest.mark.parametrize("path", ["../bert", "/etc"])
def test_parts_outside_the_folder_are_refused(models: Path, tmp_path: Path, path: str) -> None:
    copy(models / "bert", tmp_path / "bert")
    folder = copy(models / "bert", tmp_path / "model")
    part = {"idx": 0, "name": "0", "path": path, "type": "sentence_transformers.models.Transformer"}
    write(folder / "modules.json", [part])
    refusal(folder, "cannot be loaded|damaged")


# -- The network -----------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def own_hub(
    models: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """A hub with one model, with files that must not be fetched; the requests that come to it."""
    folder = copy(models / "multilingual-e5-small", tmp_path / "repository")
    (folder / "pytorch_model.bin").write_bytes(b"\x80")
    (folder / "modeling.py").write_text("raise SystemExit", encoding="utf-8")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}", encoding="utf-8")
    (folder / "README.md").write_text("# e5", encoding="utf-8")
    with serve_hub("someone/multilingual-e5-small", folder) as (address, seen):
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield seen


def test_a_folder_is_opened_without_a_thought_of_the_network(models: Path, lookups: list[Any]) -> None:
    load_encoder(str(models / "multilingual-e5-small"), device="cpu").encode_query(TEXTS)
    assert lookups == []


def test_a_model_is_fetched_once_and_only_what_is_needed_of_it(
    own_hub: list[str], e5: HubEncoder, cache: Path
) -> None:
    calls: list[tuple[str, float, int]] = []
    name = "someone/multilingual-e5-small"
    encoder = HubEncoder.open(name, device="cpu", progress=lambda *step: calls.append(step))
    fetched = {
        request.rpartition("/resolve/")[2].partition("/")[2] for request in own_hub if "/resolve/" in request
    }
    assert fetched == {
        "1_Pooling/config.json", "config.json", "config_sentence_transformers.json", "model.safetensors",
        "modules.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    assert encoder.name == name
    assert encoder.fingerprint == e5.fingerprint  # the same files and prompts
    np.testing.assert_array_equal(encoder.encode_query(TEXTS), e5.encode_query(TEXTS))
    download = steps(calls, f"downloading {name}, MB")
    assert download[0] == (0, 0)
    assert download[-1] == (1, 1)
    assert all(a <= b for (a, _), (b, _) in pairwise(download))
    assert calls[-1] == (f"loading {name}", 1, 1)
    own_hub.clear()
    assert HubEncoder.open(name, device="cpu").fingerprint == encoder.fingerprint
    assert own_hub == []


def test_a_download_that_broke_off_is_taken_up_again(own_hub: list[str]) -> None:
    name = "someone/multilingual-e5-small"
    folder = hub.locate(name)
    (folder / "model.safetensors").unlink()
    own_hub.clear()
    assert hub.locate(name) == folder
    assert (folder / "model.safetensors").exists()
    assert own_hub != []


def test_half_a_download_without_a_network_is_one_line_that_says_so(
    own_hub: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (hub.locate("someone/multilingual-e5-small") / "model.safetensors").unlink()
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"of no use \(it has no model.* cannot be reached") as caught:
        load_encoder("someone/multilingual-e5-small")
    assert "\n" not in str(caught.value)


def test_a_model_that_the_hub_does_not_have_is_one_line(own_hub: list[str]) -> None:
    with pytest.raises(
        ModelError, match=r"the hub has no model 'someone/else' .*check ISNAD_ENCODER"
    ) as caught:
        load_encoder("someone/else")
    assert "\n" not in str(caught.value)


def test_without_a_network_a_hub_id_fails_at_once_with_a_remedy(cache: Path, lookups: list[Any]) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"not cached and the hub cannot be reached .*connect") as caught:
        load_encoder("intfloat/multilingual-e5-small")
    assert time.monotonic() - start < 3
    assert "\n" not in str(caught.value)
    assert set(lookups) == {"huggingface.co"}


def test_a_hub_that_does_not_answer_is_given_up_after_seconds(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        start = time.monotonic()
        with pytest.raises(ModelError, match="the hub cannot be reached"):
            load_encoder("intfloat/multilingual-e5-small")
        assert time.monotonic() - start < 3


def test_a_name_server_that_does_not_answer_is_given_up_after_seconds(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PATIENCE", 0.2 - 1)

    def slow(*arguments: Any, **options: Any) -> None:
        time.sleep(1.5)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"the hub cannot be reached \(no answer"):
        load_encoder("intfloat/multilingual-e5-small")
    assert time.monotonic() - start < 1.2


def test_offline_mode_is_respected(cache: Path, lookups: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"it is not cached and HF_HUB_OFFLINE is set; unset it once"):
        load_encoder("intfloat/multilingual-e5-small")
    assert lookups == []


@pytest.mark.parametrize("name", ["", "nothing", "a/b/c", "./a/b", "a..b/c", "-a/b", "../etc"])
def test_a_name_that_is_no_hub_id_is_never_sent(cache: Path, lookups: list[Any], name: str) -> None:
    with pytest.raises(ModelError, match=r"neither a folder nor a hub id|is no hub id") as caught:
        load_encoder(name)
    assert "ISNAD_ENCODER" in str(caught.value)
    assert lookups == []


def test_importing_the_module_of_hub_encoders_loads_no_torch() -> None:
    code = (
        "import sys, rag.hub_encoder, rag.pipeline; "
        "print([name for name in ('torch', 'transformers', 'huggingface_hub') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
