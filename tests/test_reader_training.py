"""How the reader is made: windows with answers, batches, resuming, and an 8-bit graph that agrees."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from tokenizers import Tokenizer

from rag.decoding import Page
from rag.encoder import StaticEncoder
from rag.matching import Matcher
from rag.network import READER_FOLDER
from rag.windows import LONGEST, PAD, Layout
from training import crossing, masked, network, readings
from training.cloze import phrases
from training.data import Passage, Question, QuestionSet
from training.export import export, quantized
from training.loop import train
from training.reader import loss_of
from training.switching import Dictionary, switched
from training.wordpieces import SPECIAL, tokenizer_of

TEXT = "افتتح متحف الخزف في مدينة صور يوم 14 آذار 2019. وقالت مديرته سلمى النجار إن المبنى يضم 340 قطعة."


def small_reader(seed: int = 0) -> network.Reader:
    torch.manual_seed(seed)
    body = network.Body(torch.randn(60, 32) * 0.3, types=6, layers=2, heads=4, inner=64)
    return network.Reader(body)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout(Tokenizer.from_file(str(READER_FOLDER / "tokenizer.json")))


def one_set() -> QuestionSet:
    asked = Question("a", "ar", "كم قطعة يضم المبنى؟", "p", (("340 قطعة.", TEXT.index("340")),))
    none = Question("b", "ar", "من بنى القصر؟", "p", ())
    passages = {
        "p": Passage("p", "متحف", TEXT),
        "long": Passage("long", "آخر", "كلمة " * 500 + "النهاية هنا"),
    }
    end = Question("c", "ar", "ما النهاية؟", "long", (("هنا", len(passages["long"].text) - 3),))
    return QuestionSet("aset", "ar", (asked, none, end), passages)


def test_each_question_becomes_a_window_that_holds_its_answer(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "NEGATIVES", 0.0)
    made = readings.read_sets(iter([(one_set(), 1.0)]), layout, Matcher(StaticEncoder.open()), seed=1)
    assert len(made.leads) == 3
    assert np.diff(made.bounds).max() <= LONGEST
    tokens = Tokenizer.from_file(str(READER_FOLDER / "tokenizer.json"))
    said = set()
    for i in range(3):
        ids = made.ids[made.bounds[i] : made.bounds[i + 1]].tolist()
        first, last = made.answers[i].tolist()
        said.add("" if last == 0 else tokens.decode(ids[first : last + 1]))
    assert said == {"340 قطعه", "", "هنا"}


def test_batches_are_padded_to_few_lengths_and_repeat_with_the_seed(layout: Layout) -> None:
    made = readings.read_sets(iter([(one_set(), 30.0)]), layout, Matcher(StaticEncoder.open()), seed=1)
    first, again = (list(islice(readings.batches(made, seed=3), 3)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one.ids, other.ids)
        assert one.ids.shape[1] in readings.LENGTHS
        inside = (one.answers >= one.leads[:, None]) | (one.answers == 0)
        assert inside.all()
        assert (one.ids.gather(1, one.answers) != PAD).all()


def test_the_loss_falls_to_nothing_when_the_scores_are_right() -> None:
    ids = torch.tensor([[2, 7, 3, 8, 9, 3, 0, 0]])
    batch = readings.Batch(ids, torch.zeros_like(ids), torch.tensor([3]), torch.tensor([[3, 4]]))

    def answers(start: int, end: int) -> torch.Tensor:
        scores = torch.zeros(1, 8, 2)
        scores[0, start, 0] = scores[0, end, 1] = 30.0
        scores[0, 1] = scores[0, 7] = 90.0  # in the question and in the padding: no answer stands there
        return scores

    assert loss_of(lambda *_: answers(3, 4), batch).item() < 1e-3  # type: ignore[arg-type]
    assert loss_of(lambda *_: answers(4, 3), batch).item() > 10  # type: ignore[arg-type]


def test_training_that_was_stopped_ends_where_the_other_does(tmp_path: Path) -> None:
    torch.manual_seed(5)
    ids = torch.randint(4, 60, (6, 4, 10))

    def endless() -> Iterator[torch.Tensor]:
        while True:
            yield from ids

    def run(reader: network.Reader, steps: int, until: int | None = None) -> None:
        count = 0

        def loss(batch: torch.Tensor) -> torch.Tensor:
            nonlocal count
            count += 1
            if until is not None and count > until:
                raise KeyboardInterrupt
            return reader(batch, torch.zeros_like(batch)).float().pow(2).mean()

        checkpoint = tmp_path / f"{steps}-{until is not None or stopped}.pt"
        train(reader, endless(), loss, steps=steps, rates=(1e-2, 1e-2), checkpoint=checkpoint, save_every=0.0)

    stopped = False
    whole = small_reader()
    run(whole, 12)
    stopped = True
    with pytest.raises(KeyboardInterrupt):
        run(small_reader(), 12, until=7)
    resumed = small_reader(seed=9)
    run(resumed, 12)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_the_exported_graph_agrees_with_the_network(tmp_path: Path) -> None:
    reader = small_reader().eval()
    export(reader, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    ids, types = torch.randint(4, 60, (3, 40)), torch.randint(0, 6, (3, 40))
    padded = ids.clone()
    padded[1, 25:] = PAD
    with torch.no_grad():
        wanted, wanted_short = reader(ids, types).numpy(), reader(padded, types).numpy()[1, :25]
    found = session.run(["ends"], {"ids": ids.numpy(), "types": types.numpy()})[0]
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.99
    alone = session.run(["ends"], {"ids": ids[1:2, :25].numpy(), "types": types[1:2, :25].numpy()})[0]
    assert np.corrcoef(alone[0].ravel(), wanted_short.ravel())[0, 1] > 0.99  # as if there were no padding


def test_rounded_weights_keep_their_scale() -> None:
    weight = np.array([[1.0, -100.0], [0.5, 50.0]], dtype=np.float32)
    integers, scales = quantized(weight, 1, 7)
    assert np.abs(integers).max() == 63
    np.testing.assert_allclose(integers * scales, weight, rtol=0.02)


def test_phrases_that_can_be_asked_for_are_found_with_what_stands_around() -> None:
    found = {(kind, TEXT[a:b]) for kind, a, b, _ in phrases(TEXT, {"صور": "place", "سلمي النجار": "person"})}
    assert {
        ("date", "14 آذار 2019"),
        ("place", "صور"),
        ("person", "سلمى النجار"),
        ("number", "340 قطعة"),
    } <= {(kind, text.removeprefix("يوم ")) for kind, text in found}
    for _, start, end, around in phrases(TEXT, {"صور": "place"}):
        assert all(word in TEXT for word in around)
        assert 0 <= start < end <= len(TEXT)


def test_an_answer_is_found_in_pieces_without_its_punctuation(layout: Layout) -> None:
    (pieces,) = layout.cut([Page.of(TEXT)])
    first, last = readings.piece_span(pieces, " 340 قطعة.", TEXT.index(" 340")) or (0, 0)
    assert TEXT[pieces.offsets[first, 0] : pieces.offsets[last, 1]] == "340 قطعة"
    assert readings.piece_span(pieces, " . ", 3) is None


def test_pieces_of_both_scripts_share_one_vocabulary() -> None:
    tokenizer = tokenizer_of([*SPECIAL, "when", "كتاب", "##ه", "the"])
    assert tokenizer.encode("When الكتاب").tokens == ["when", "كتاب"]
    assert tokenizer.encode("كِتَابه").tokens == ["كتاب", "##ه"]


def lexicon(folder: Path, **lists: str) -> Path:
    """Write word lists, empty unless given, and return the folder that holds them."""
    (folder / "lexicon").mkdir()
    (folder / "parallel").mkdir()
    names = (
        "wiktionary",
        "cldr-cities",
        "arwikicats-terms",
        "arwikicats-places",
        "wikidata-name-tokens",
        "google-translit",
    )
    for name in names:
        with gzip.open(folder / "lexicon" / f"{name}.en-ar.tsv.gz", "wt", encoding="utf-8") as file:
            file.write(lists.get(name.replace("-", "_"), ""))
    with gzip.open(folder / "parallel" / "omw.synsets.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"lemmas": {"eng": ["bridge"], "arb": ["جِسْر"]}}) + "\n")
    return folder


def test_a_question_crosses_word_by_word_and_keeps_its_answer(tmp_path: Path) -> None:
    words = Dictionary(lexicon(tmp_path, wiktionary="cost\tكلفة\n", wikidata_name_tokens="Basra\tالبصرة\n"))
    passages = {"p": Passage("p", "t", "The bridge in Basra cost 40 million dinars.")}
    known = Question("a", "en", "How much did the bridge in Basra cost?", "p", (("40 million", 25),))
    unknown = Question("b", "en", "Why do flamboyant walruses whistle?", "p", (("40", 25),))
    dataset = QuestionSet("s", "en", (known, unknown), passages)
    (crossed,) = switched(dataset, "ar", words, 10, seed=1).questions
    assert crossed.answers == known.answers
    assert crossed.text.split()[0] == "كم"
    assert {"جِسْر", "البصرة", "كلفة؟"} <= set(crossed.text.split())


def test_masked_pieces_are_those_that_stood_there(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "parallel").mkdir()
    with gzip.open(tmp_path / "text" / "comparablewiki.ar.docs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(
            json.dumps({"title": "ت", "paras": ["تجري المياه في النهر من الجبل إلى البحر كل عام. " * 9]})
        )
    with gzip.open(tmp_path / "parallel" / "aset.en-ar.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("The river runs\tيجري النهر\n")
    tokenizer = Tokenizer.from_file(str(READER_FOLDER / "tokenizer.json"))
    batch, again = (next(masked.batches(tmp_path, tokenizer, seed=2)) for _ in range(2))
    assert torch.equal(batch.ids, again.ids)
    shown = batch.ids.flatten()[batch.places]
    share = len(batch.places) / int((batch.ids != PAD).sum())
    assert 0.08 < share < 0.2
    assert 0.7 < float((shown == masked.MASK).float().mean()) < 0.9
    assert (batch.wanted >= masked.SPECIAL).all()
    torch.manual_seed(0)
    body = network.Body(torch.randn(tokenizer.get_vocab_size(), 16), types=6, layers=1, heads=2, inner=16)
    assert masked.Guesser(network.Reader(body))(batch).item() > 0


def test_answers_that_do_not_translate_each_other_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(id_: str, answer: str) -> Question:
        return Question(id_, "", "", "p", ((answer, 0),))

    pairs = [(ask("a", "الزنك"), ask("b", "zinc")), (ask("c", "انتخابات"), ask("d", "a snowy owl"))]
    monkeypatch.setattr(crossing, "aligned_questions", lambda *_: pairs)
    empty = QuestionSet("s", "", (), {})
    assert crossing.agreeing_questions(StaticEncoder.open(), empty, empty) == pairs[:1]
