"""Name who said it: the chain from agency or outlet to the speaker, as spans of the document's own text.

``line`` holds a sentence as words; ``arabic`` and ``latin`` find in it who says what, by the phrases of
``…_phrases`` and the tables of ``…_cues`` and ``outlets``; ``chain`` joins that to one chain.
"""

from __future__ import annotations

from rag.attribution.chain import attribute
from rag.attribution.line import Link, Role

__all__ = ["Link", "Role", "attribute"]
