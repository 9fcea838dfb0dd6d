"""Tiny models of random weights in the formats of the hub's, and a hub of one's own to fetch them from.

The readers are of three kinds, each saved in another of the ways that repositories have.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SENTENCES = [
    "افتتحت الوزيرة مرفأ جديدا في مدينة اللؤلؤ يوم الأحد.",
    "كم سفينة يستقبل المرفأ في اليوم؟",
    "قال مدير المرفأ إن العمل استغرق ثلاث سنوات.وبلغت الكلفة ٢٥٠ مليونا",
    "The old lighthouse was painted white in 2019.",
    "query: passage: Instruct: search for an answer to the question",
]
HEADER = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BERT_HEADER = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_xlmr(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """Save an XLM-R as multilingual-e5 is saved: Unigram pieces, the mean of all tokens, normalised."""
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=HEADER, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=512,
    )  # fmt: skip
    torch.manual_seed(11)
    config = XLMRobertaConfig(
        vocab_size=len(fast), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1,
    )  # fmt: skip
    return _save(folder, XLMRobertaModel(config), fast, prompts, normalized=True)


def make_bert(folder: Path) -> Path:
    """Save a BERT: WordPiece, the first token's vector, not normalised, no prompts."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=BERT_HEADER, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]",
        pad_token="[PAD]", mask_token="[MASK]", model_max_length=128,
    )  # fmt: skip
    torch.manual_seed(12)
    config = BertConfig(
        vocab_size=len(fast), hidden_size=24, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=128,
    )  # fmt: skip
    return _save(folder, BertModel(config), fast, None, normalized=False)


def make_xlmr_reader(folder: Path) -> Path:
    """Save an XLM-R that marks answers: its own tokenizer, two separators, one type, 128 pieces at once."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForQuestionAnswering, XLMRobertaTokenizer

    XLMRobertaTokenizer(vocab=_pieces(HEADER), model_max_length=512).save_pretrained(folder)
    torch.manual_seed(21)
    config = XLMRobertaConfig(
        vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48,
        max_position_embeddings=130, type_vocab_size=1, pad_token_id=1, initializer_range=0.2,
    )  # fmt: skip
    XLMRobertaForQuestionAnswering(config).save_pretrained(folder)
    return folder


def make_deberta_reader(folder: Path, pair: str = "[CLS] $A [SEP] $B:1 [SEP]:1", pieces: int = 300) -> Path:
    """Save an mDeBERTa that marks answers: positions relative to one another, no types, any tokenizer.

    `pair` is how a question and a passage are put together; with more `pieces` than there are, some stand for
    words that do not exist.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import DebertaV2Config, DebertaV2ForQuestionAnswering, PreTrainedTokenizerFast

    vocabulary = _pieces(BERT_HEADER)
    vocabulary += [(f"﹅{i}", -20.0) for i in range(len(vocabulary), pieces)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=1))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair=pair, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]",
        pad_token="[PAD]", mask_token="[MASK]",
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(22)
    config = DebertaV2Config(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=512, type_vocab_size=0, relative_attention=True,
        position_buckets=32, pos_att_type=["p2c", "c2p"], position_biased_input=False, share_att_key=True,
        norm_rel_ebd="layer_norm", initializer_range=0.2,
    )  # fmt: skip
    DebertaV2ForQuestionAnswering(config).save_pretrained(folder)
    return folder


def make_electra_reader(folder: Path) -> Path:
    """Save an ELECTRA that marks answers: vocab.txt and no tokenizer.json, two types, 128 pieces at once."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import ElectraConfig, ElectraForQuestionAnswering

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=BERT_HEADER, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    vocabulary = tokenizer.get_vocab()
    folder.mkdir(parents=True)
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    write(folder / "tokenizer_config.json", {"do_lower_case": False, "model_max_length": 512})
    torch.manual_seed(23)
    config = ElectraConfig(
        vocab_size=len(vocabulary), embedding_size=16, hidden_size=32, num_hidden_layers=2,
        num_attention_heads=2, intermediate_size=48, max_position_embeddings=128, initializer_range=0.2,
    )  # fmt: skip
    ElectraForQuestionAnswering(config).save_pretrained(folder)
    return folder


def _pieces(header: list[str]) -> list[tuple[str, float]]:
    """Return the pieces of a Unigram tokenizer, each with its score: those of `header` before all others."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    unknown = next(piece for piece in header if "unk" in piece.lower())
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=header, unk_token=unknown, show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return [(piece, score) for piece, score in json.loads(tokenizer.to_str())["model"]["vocab"]]


def _save(folder: Path, model: Any, tokenizer: Any, prompts: dict[str, str] | None, normalized: bool) -> Path:
    """Write by hand the files that repositories of the hub have, with the class names that most still use."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    kinds = ["Transformer", "Pooling", "Normalize"][: 3 if normalized else 2]
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": f"{i}_{kind}" if i else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    write(folder / "modules.json", modules)
    write(folder / "sentence_bert_config.json", {"max_seq_length": 96, "do_lower_case": False})
    settings: dict[str, Any] = {"__version__": {"sentence_transformers": "2.2.2"}}
    write(folder / "config_sentence_transformers.json", settings | ({"prompts": prompts} if prompts else {}))
    (folder / "1_Pooling").mkdir()
    pooling = {
        "word_embedding_dimension": model.config.hidden_size,
        "pooling_mode_cls_token": not normalized,
        "pooling_mode_mean_tokens": normalized,
    }
    write(folder / "1_Pooling" / "config.json", pooling)
    return folder


def write(path: Path, value: Any) -> None:
    """Write a JSON file."""
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")


def change(path: Path, **values: Any) -> None:
    """Set keys of a JSON file."""
    write(path, json.loads(path.read_text(encoding="utf-8")) | values)


def copy(folder: Path, to: Path) -> Path:
    """Copy a model, to be changed."""
    return Path(shutil.copytree(folder, to))


@contextmanager
def serve_hub(name: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve one model as the hub does; yield the address and the requests that have come."""
    commit = "0123456789abcdef" * 2 + "01234567"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    seen: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            seen.append(f"{self.command} {path}")
            if path in (f"/api/models/{name}", f"/api/models/{name}/revision/main"):
                siblings = [{"rfilename": file, "size": len(content)} for file, content in files.items()]
                return self.reply({"id": name, "sha": commit, "siblings": siblings})
            if path.startswith(f"/api/models/{name}/tree/"):
                return self.reply(
                    [
                        {
                            "type": "file",
                            "path": file,
                            "size": len(content),
                            "oid": hashlib.sha1(content).hexdigest(),
                        }
                        for file, content in files.items()
                    ]
                )
            file = path.removeprefix(f"/{name}/resolve/{commit}/")
            if file in files:
                return self.reply(files[file])
            return self.reply({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})

        def reply(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Repo-Commit", commit)
            self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
