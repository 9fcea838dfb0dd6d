"""Learn the encoder's Unigram vocabulary, with the folding of spellings inside its `tokenizer.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from training import data as datasets

UNKNOWN = "<unk>"

#: Characters of text of each language that the vocabulary is learned from. Chinese gets little: every one of
#: its characters takes a place.
CHARACTERS = {"ar": 9_000_000, "en": 5_000_000, "zh": 120_000, "hi": 500_000, "ur": 400_000, "he": 700_000}
CHARACTERS_OTHERWISE = 1_200_000

#: Combining accents, Hebrew points, Arabic marks (with the hamza and madda of decomposed letters), tatweel,
#: and the invisible marks of direction and joining.
_MARKS = (
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"
)

#: Letters and digits that one keyboard or one language writes differently, by what stands for them all.
_SAME = {"ا": "ٱ", "ي": "ىیې", "ه": "ةہۀھ", "ك": "ک", "i": "ı"}
_SAME |= {str(value): "".join(chr(zero + value) for zero in (0x660, 0x6F0, 0x966)) for value in range(10)}

#: Arabic's article with the particles before it, where three letters or more remain. What is taken off
#: a word that only looks like it (المانيا) is taken off in texts and questions alike.
_ARTICLE = r"(?<![\u0621-\u064a])[وف]?(?:[بك]?ال|لل)(?=[\u0621-\u064a]{3})"


def normalizer() -> normalizers.Normalizer:
    """Return the folding that both ways of loading the encoder share, as it is stored in its tokenizer.

    NFKD takes أ إ آ ؤ ئ and accented letters apart, the marks go, and NFKC puts the rest together again.
    It is for vectors only: nobody is shown folded text.
    """
    replacements = [normalizers.Replace(Regex(f"[{old}]"), new) for new, old in _SAME.items()]
    return normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(_MARKS), ""),
            *replacements,
            normalizers.NFKC(),
            normalizers.Replace(Regex(_ARTICLE), ""),
        ]
    )


def empty_tokenizer() -> Tokenizer:
    """Return the tokenizer before training: spaces and punctuation part words and give no token.

    The start of a word is not marked, so that a stem is the same token with a clitic before it and without.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Punctuation("removed"),
        ]
    )
    return tokenizer


def learn(data: Path, size: int) -> Tokenizer:
    """Learn a vocabulary of `size` tokens from a sample that gives Arabic and English the most."""
    tokenizer = empty_tokenizer()
    trainer = trainers.UnigramTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=16,
        shrinking_factor=0.6,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(data), trainer)
    return tokenizer


def _sample(data: Path) -> Iterator[str]:
    """Yield texts, each source cut off when its language has had its share of characters."""
    left = Counter({code: CHARACTERS.get(code, CHARACTERS_OTHERWISE) for code in datasets.LANGUAGES})
    for language, text in _all_texts(data):
        if left[language] > 0:
            left[language] -= len(text)
            yield text


def _all_texts(data: Path) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of every source, thinned so that none uses up a share at once."""
    for dataset in datasets.training_question_sets(data):
        step = 1 + len(dataset.questions) // 20_000
        for passage in list(dataset.passages.values())[::step]:
            yield dataset.language, passage.text
        for question in dataset.questions[::step]:
            yield dataset.language, question.text
    for pair in chain(
        islice(datasets.lexicon_pairs(data), 0, None, 5), islice(datasets.parallel_pairs(data), 0, None, 5)
    ):
        yield pair.left_language, pair.left
        yield pair.right_language, pair.right
    yield from islice(datasets.plain_texts(data), 0, None, 7)
