"""The embedded encoder: folding, vectors, both ways of loading it, and what a bad folder gives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder, load_encoder
from rag.errors import ModelError
from rag.hub_encoder import HubEncoder

TEXTS = [
    "افتُتِحَتِ المَكتَبةُ الجَديدةُ في وَسَطِ المَدينةِ.",
    "كم كتاباً في المكتبـــة؟ ٤٥٠٠ كتاب.والدخول مجاني",
    "The new library holds 4,500 books, and entry is free.",
    "La nouvelle bibliothèque a été inaugurée à l'été 2019.",
    "زار Marie Curie باريس (Paris) عام ١٨٩١",
    "2019 ٢٠١٩ ۲۰۱۹",
    "北京 Москва ירושלים नई दिल्ली",
    "",
    "؟!… — «»",
    "\u200f \u00a0\n",
]


@cache
def embedded() -> StaticEncoder:
    return StaticEncoder.open()


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return embedded()


@pytest.fixture(scope="module")
def hub_encoder() -> HubEncoder:
    return HubEncoder.open(str(EMBEDDED_FOLDER), device="cpu")


def ids(encoder: StaticEncoder, text: str) -> list[int]:
    return encoder.tokenize([text])[0].tolist()


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("الْمُعَلِّمُونَ", "المعلمون"),  # harakat
        ("الكتـــاب", "الكتاب"),  # tatweel
        ("أحمد إلى آخر ٱلدرس", "احمد الى اخر الدرس"),  # alef forms
        ("مستشفى", "مستشفي"),
        ("مكتبة", "مكتبه"),
        ("کتاب‌های ایرانی", "كتابهاي ايراني"),  # Persian letters, zero-width non-joiner
        ("٢٠٢١", "2021"),
        ("۲۰۲۱", "2021"),
        ("ÉLÈVE naïf", "eleve naif"),
        ("İstanbul", "istanbul"),
        ("والمدرسة", "مدرسه"),  # the article with what is written before it
        ("انتهى.وبدأ", "انتهى. وبدأ"),  # a full stop with no space after it
        ("«قال»", "قال"),
    ],
)
def test_spellings_of_one_word_give_the_same_tokens(
    encoder: StaticEncoder, written: str, folded: str
) -> None:
    assert ids(encoder, written) == ids(encoder, folded) != []


def test_a_text_without_letters_or_digits_has_no_tokens_and_a_row_of_zeros(encoder: StaticEncoder) -> None:
    for text in ("", "  ", "؟!… — «»", "\u200f"):
        assert ids(encoder, text) == []
        assert encoder.encode_query([text]).tolist() == [[0.0] * encoder.dimension]


def test_a_vector_is_the_normalised_mean_of_the_token_vectors(encoder: StaticEncoder) -> None:
    for text in TEXTS[:7]:
        mean = encoder.token_vectors[ids(encoder, text)].mean(axis=0)
        expected = mean / np.linalg.norm(mean)
        np.testing.assert_allclose(encoder.encode_document([text])[0], expected, atol=1e-6)


def test_no_texts_give_no_rows(encoder: StaticEncoder) -> None:
    assert encoder.encode_query([]).shape == (0, encoder.dimension)
    assert encoder.tokenize([]) == []


def test_vectors_are_float32_and_the_table_cannot_be_written(encoder: StaticEncoder) -> None:
    assert encoder.encode_query(TEXTS).dtype == np.float32
    assert encoder.token_vectors.dtype == np.float32
    assert encoder.token_vectors.shape[1] == encoder.dimension
    with pytest.raises(ValueError, match="read-only"):
        encoder.token_vectors[0, 0] = 1.0


def test_characters_that_the_vocabulary_lacks_do_not_match_each_other(encoder: StaticEncoder) -> None:
    assert encoder.encode_query(["ᚠᚢᚦ"]).tolist() == [[0.0] * encoder.dimension]


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from([*TEXTS, " ", "\u00a0", "\x1c", "\u0301", "\u0640", "\u064e", "ال", "ﷺ", "\u200d"])
        | st.text(st.characters(codec="utf-8"), max_size=6),
        max_size=8,
    ).map("".join)
)
def test_word_by_word_tokens_are_the_tokenizers_own(text: str) -> None:
    whole = embedded()._tokenizer.encode(text, add_special_tokens=False).ids
    assert ids(embedded(), text) == whole
    assert ids(embedded(), text) == whole  # now from the words that are known


@settings(max_examples=50)
@given(
    st.lists(
        st.one_of(st.sampled_from(TEXTS), st.text(st.characters(codec="utf-8"), max_size=40)), max_size=8
    )
)
def test_a_vector_does_not_depend_on_the_texts_around_it(texts: list[str]) -> None:
    encoder = embedded()
    together = encoder.encode_document(texts)
    assert np.isfinite(together).all()
    norms = np.linalg.norm(together, axis=1)
    assert (np.isclose(norms, 1, atol=1e-5) | (norms == 0)).all()
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(row, encoder.encode_document([text])[0], atol=1e-6)


def test_more_texts_and_longer_ones_than_a_batch_give_the_same_vectors(encoder: StaticEncoder) -> None:
    long_text = "المكتبة library " * 50_000  # more tokens than are gathered at once
    texts = [*TEXTS, long_text, *TEXTS] * 3 + TEXTS * 500
    vectors = encoder.encode_document(texts)
    expected = encoder.encode_document(TEXTS)
    np.testing.assert_allclose(vectors[-len(TEXTS) :], expected, atol=1e-6)
    np.testing.assert_allclose(vectors[: len(TEXTS)], expected, atol=1e-6)
    short = encoder.encode_document(["المكتبة library"])[0]
    np.testing.assert_allclose(vectors[len(TEXTS)], short, atol=1e-4)


def test_sentence_transformers_and_the_direct_path_agree(
    encoder: StaticEncoder, hub_encoder: HubEncoder
) -> None:
    np.testing.assert_allclose(hub_encoder.encode_query(TEXTS), encoder.encode_query(TEXTS), atol=1e-5)
    np.testing.assert_allclose(hub_encoder.encode_document(TEXTS), encoder.encode_document(TEXTS), atol=1e-5)
    assert hub_encoder.dimension == encoder.dimension
    assert hub_encoder.encode_query([]).shape == (0, encoder.dimension)


def test_a_hub_encoders_fingerprint_follows_its_weights(hub_encoder: HubEncoder, tmp_path: Path) -> None:
    same = HubEncoder.open(str(EMBEDDED_FOLDER), device="cpu")
    assert same.fingerprint == hub_encoder.fingerprint
    same._model[0].embedding.weight.data.mul_(1.5)
    folder = tmp_path / "changed"
    same._model.save(str(folder))
    assert HubEncoder.open(str(folder), device="cpu").fingerprint != hub_encoder.fingerprint


def test_a_translation_is_closer_than_another_topic(encoder: StaticEncoder) -> None:
    questions = encoder.encode_query(["متى بدأت الحرب؟", "أين تقع المدرسة؟", "كم عدد الأطباء في المستشفى؟"])
    passages = encoder.encode_document(
        ["The war began in the spring.", "The school is in the village.", "The hospital has many doctors."]
    )
    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_the_embedded_encoder_loads_without_torch() -> None:
    code = (
        "import sys; from rag.encoder import load_encoder; load_encoder().encode_query(['سؤال']); "
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_embedded_folder_stays_under_20_megabytes() -> None:
    assert sum(file.stat().st_size for file in EMBEDDED_FOLDER.rglob("*") if file.is_file()) <= 20_000_000


def test_the_embedded_encoder_has_its_name_and_a_steady_fingerprint(encoder: StaticEncoder) -> None:
    loaded = load_encoder("embedded")
    assert loaded.name == "embedded"
    assert loaded.fingerprint == encoder.fingerprint
    assert len(loaded.fingerprint) == 64


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(EMBEDDED_FOLDER, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_change_to_a_file_changes_the_fingerprint(encoder: StaticEncoder, copied: Path) -> None:
    assert StaticEncoder.open(copied).fingerprint == encoder.fingerprint
    with (copied / "tokenizer.json").open("a") as file:
        file.write("\n")
    assert StaticEncoder.open(copied).fingerprint != encoder.fingerprint


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_a_missing_or_damaged_file_says_what_to_do(copied: Path, name: str) -> None:
    whole = (copied / name).read_bytes()
    (copied / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"is damaged.*reinstall isnad"):
        StaticEncoder.open(copied)
    (copied / name).unlink()
    with pytest.raises(ModelError, match=r"lacks .*reinstall isnad"):
        StaticEncoder.open(copied)


def test_a_table_of_another_vocabulary_is_refused(copied: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"embedding.weight": np.ones((3, 4), dtype=np.float16)}, copied / "model.safetensors")
    with pytest.raises(ModelError, match="has 3 vectors for"):
        StaticEncoder.open(copied)


def test_a_model_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, reason in ((str(tmp_path / "nothing"), "neither a folder nor a hub id"), ("", "neither"),
                         (str(tmp_path / "empty"), "has neither modules.json nor config.json")):  # fmt: skip
        with pytest.raises(ModelError, match=rf"{reason}.*ISNAD_ENCODER=embedded") as caught:
            load_encoder(name)
        assert "\n" not in str(caught.value)
