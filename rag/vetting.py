"""Look at a pretrained model's folder before anything of it is loaded.

Nothing that comes with a model is run. Its weights must be safetensors, since other formats are pickles,
which are programs. An encoder's parts must be sentence-transformers' own, since a part is named by a dotted
path that is imported. Code in a folder is never imported: `trust_remote_code` stays off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# The modules that need no code but sentence-transformers' own, and those of them that have weights.
MODULES = {"Transformer", "Pooling", "Normalize", "Dense", "Dropout", "LayerNorm", "StaticEmbedding",
           "WeightedLayerPooling", "Router", "Asym"}  # fmt: skip
WEIGHTED = {"Transformer", "Dense", "LayerNorm", "StaticEmbedding", "WeightedLayerPooling"}

# transformers 5 makes a tokenizer that knows no word where all of them are missing.
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")

_ADAPTER = "it is an adapter, which names other weights; name a model that has it merged in"
_DAMAGED = "its settings are damaged ({}); fetch or save it again"


def encoder_flaw(folder: Path) -> str | None:
    """Return why the encoder in `folder` must not or cannot be loaded, with the remedy; None if it can be."""
    try:
        if (folder / "adapter_config.json").exists():
            return _ADAPTER
        if not (folder / "modules.json").exists() and not (folder / "config.json").exists():
            return "the folder has neither modules.json nor config.json; name the folder of a model"
        kind = read_json(folder / "config_sentence_transformers.json").get(
            "model_type", "SentenceTransformer"
        )
        if kind != "SentenceTransformer":
            return f"it is a {kind}, which gives no vector for a text; name a SentenceTransformer"
        for module, part in parts(folder):
            package, _, name = module.rpartition(".")
            if package.split(".")[0] != "sentence_transformers" or name not in MODULES:
                return f"its part '{module}' is code of its own, which is not run; name a model without"
            if name in WEIGHTED and not _safe_weights(part, sharded=name == "Transformer"):
                weights = (part / "model.safetensors").relative_to(folder)
                return _other_weights(weights, "SentenceTransformer(…).save(FOLDER)")
            for settings in sorted(part.glob("*config.json")):
                if found := _settings_flaw(settings):
                    return found
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        return _DAMAGED.format(error)
    return None


def reader_flaw(folder: Path) -> str | None:
    """Return why the reader in `folder` must not or cannot be loaded, with the remedy; None if it can be."""
    try:
        if (folder / "adapter_config.json").exists():
            return _ADAPTER
        if not (folder / "config.json").exists():
            return "the folder has no config.json; name the folder of a model"
        for settings in sorted(folder.glob("*config.json")):
            if read_json(settings).get("auto_map"):
                return f"its {settings.name} names code of its own, which is not run; name a model without"
            if found := _settings_flaw(settings):
                return found
        if not _safe_weights(folder, sharded=True):
            return _other_weights(Path("model.safetensors"), "model.save_pretrained(FOLDER)")
        vocabularies = [pattern for pattern in VOCABULARIES if any(folder.glob(pattern))]
        if not vocabularies:
            return "it has no tokenizer.json or other vocabulary; name a model that has one"
        if vocabularies == ["*.model"] and find_spec("sentencepiece") is None:
            return (
                "its vocabulary is in SentencePiece's format only; run `pip install sentencepiece protobuf`, "
                "name a model with a tokenizer.json"
            )
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        return _DAMAGED.format(error)
    return None


def parts(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each module of an encoder, as the dotted path of its class and the folder of its files."""
    if not (folder / "modules.json").exists():
        yield "sentence_transformers.models.Transformer", folder
        return
    for module in read_json(folder / "modules.json"):
        part = folder / module["path"]
        yield module["type"], part
        if module["type"].endswith((".Router", ".Asym")):
            routes = read_json(part / "router_config.json") or read_json(part / "config.json")
            for name, kind in routes["types"].items():
                yield kind, part / name


def read_json(path: Path) -> Any:
    """Return the JSON of a file, or an empty object if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _safe_weights(part: Path, sharded: bool) -> bool:
    """Tell whether the weights in a folder are safetensors: one file or, where that may be, several."""
    if (part / "model.safetensors").exists():
        return True
    index = read_json(part / "model.safetensors.index.json") if sharded else {}
    return bool(index) and all(name.endswith(".safetensors") for name in index["weight_map"].values())


def _other_weights(path: Path, save: str) -> str:
    return (
        f"it has no {path}, and weights in another format, such as pytorch_model.bin, can carry code; name a "
        f"model with safetensors, save this one anew with {save} where you trust it"
    )


def _settings_flaw(path: Path) -> str | None:
    """Return what a file of settings asks for that it must not."""
    settings = read_json(path)
    if _names_kernel(settings):
        return f"its {path.name} names attention kernels to download; name another model"
    weights = settings.get("transformers_weights", "") if isinstance(settings, dict) else ""
    if weights and not str(weights).endswith(".safetensors"):
        return f"its {path.name} names weights that may carry code ({weights}); name another model"
    return None


def _names_kernel(value: Any) -> bool:
    """Tell whether settings ask for attention code of the hub, which is given as an id with a slash."""
    if isinstance(value, dict):
        return any(
            ("attn_implementation" in key and "/" in json.dumps(inner)) or _names_kernel(inner)
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(map(_names_kernel, value))
