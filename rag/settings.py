"""Settings: the one place where the environment is read.

Each field is set by the variable ``ISNAD_<NAME>``, for example ``ISNAD_CORPUS=~/articles``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class Settings(BaseSettings):
    """The settings of one process; frozen, and passed down to whatever needs them."""

    model_config = SettingsConfigDict(env_prefix="ISNAD_", frozen=True, extra="ignore")

    corpus: Path = Field(SEEDS, description="the folder of documents that is asked when none is named")
    home: Path = Field(
        default_factory=lambda: user_data_path("isnad", appauthor=False), description="where indexes are kept"
    )
    encoder: str = Field("embedded", description="`embedded`, a sentence-transformers id, or a path")
    device: str = Field(
        "auto", description="where a hub model computes: `auto` (the best present), `cpu`, `cuda`, `mps`, …"
    )
    batch_size: int = Field(32, ge=1, le=4096, description="texts that a hub model reads at once")
    query_prompt: str | None = Field(
        None, description="what a hub encoder writes before a question; the model's own if unset"
    )
    document_prompt: str | None = Field(
        None, description="what a hub encoder writes before a passage; the model's own if unset"
    )
    reader: str = Field(
        "embedded", description="`embedded`, the id of an extractive question-answering model, or a path"
    )
    threshold: float = Field(
        0.34, ge=0, le=1, description="confidence below which the answer is: not in these documents"
    )
    passages: int = Field(10, ge=1, le=100, description="how many retrieved passages the reader reads")
    max_question_chars: int = Field(1000, ge=1, description="longer questions are refused")
    log: Literal["off", "error", "warning", "info", "debug"] = Field(
        "warning", description="what `serve` and `index` log; up to `info` no word of documents or questions"
    )
    max_file_bytes: int = Field(50_000_000, ge=1, description="larger files are skipped")
    follow_links: bool | None = Field(
        None, description="read what links lead to out of the folder; as the index was last told if unset"
    )
    host: str = Field("127.0.0.1", description="the address the chat listens on")
    port: int = Field(7860, ge=0, le=65535, description="the port the chat listens on; 0 takes a free one")
    password: SecretStr | None = Field(None, description="asked of everybody who opens the chat or calls it")
    names: str = Field("", description="host names that the chat goes by, beside this machine's; by commas")
    proxied: bool = Field(False, description="a proxy in front says in X-Forwarded-For who asks")
    uploads: bool = Field(True, description="visitors may ask documents of their own: `on` or `off`")
    editable: bool = Field(False, description="the folder of documents can be changed from the chat")
    upload_bytes: int = Field(20_000_000, ge=1, description="larger files of visitors are refused")
    upload_files: int = Field(20, ge=1, le=1000, description="files of one visitor")
    calls_per_minute: int | None = Field(
        None, ge=0, description="calls of one client in a minute; 0: any number; by the host if unset"
    )

    @field_validator("device")
    @classmethod
    def _device(cls, value: str) -> str:
        # Whether it is there is found out when a model is opened: that takes torch.
        if not re.fullmatch(r"auto|cpu|mps|(cuda|xpu)(:\d+)?", value):
            raise PydanticCustomError("device", "Input should be auto, cpu, cuda, cuda:1, mps or xpu")
        return value

    @classmethod
    def load(cls, **overrides: object) -> Settings:
        """Return the settings of the environment, with `overrides` in place of what is not None.

        Raises:
            SettingsError: if a value cannot be used; the message names the variable.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            settings = cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            origin = name if name in given else f"ISNAD_{name.upper()}"
            raise SettingsError(f"{origin}={first['input']!r}: {first['msg']}") from None
        return settings.model_copy(
            update={"corpus": settings.corpus.expanduser(), "home": settings.home.expanduser()}
        )
