"""What can go wrong, as classes a caller may want to catch.

::

    IsnadError
    ├── CorpusError      the folder is missing, empty or cannot be read
    ├── DocumentError    one file cannot be read, or a document is not there
    ├── StoreError       the index belongs to another encoder, is locked or cannot be written
    ├── ModelError       an encoder or a reader cannot be loaded
    ├── QuestionError    the question is empty or too long (also a ValueError)
    └── SettingsError    a setting or an option has a value that cannot be used (also a ValueError)

Every message says the value found, what was expected and the remedy, in one line.
"""

from __future__ import annotations


class IsnadError(Exception):
    """The root of every error that the product raises on purpose."""


class CorpusError(IsnadError):
    """The corpus folder is missing, empty or cannot be read."""


class DocumentError(IsnadError):
    """One document cannot be read or does not exist; `document` names it."""

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(f"{document}: {reason}")
        self.document = document
        self.reason = reason


class StoreError(IsnadError):
    """The index is locked, of another encoder, or cannot be written."""


class ModelError(IsnadError):
    """An encoder or a reader cannot be loaded."""


class QuestionError(IsnadError, ValueError):
    """The question is empty or longer than the limit."""


class SettingsError(IsnadError, ValueError):
    """A setting or an option has a value that cannot be used."""
