"""Decide how much of a sentence or a list is quoted: as much as the question asks for.

``choosing`` decides by the kind of the question; ``clauses`` sees where a sentence breaks; ``reasons``,
``definitions`` and ``enumerations`` find their clause in it and ``lines`` the lines of a list; ``pairs``
keeps quotation marks and brackets whole; ``signs`` has the words.
"""

from __future__ import annotations

from rag.extent.choosing import Extent, extent_of

__all__ = ["Extent", "extent_of"]
