"""Weigh what several documents say: what means the same, how many say so independently, what conflicts.

``statements`` reads a span in its sentence; ``quantities``, ``slots``, ``times``, ``naming`` and ``bodies``
say what it means; ``occasions`` and ``places`` tell whether two sentences speak of one event; ``origins``
finds copies; ``relations`` compares two statements, and ``groups`` puts all of them in order.
"""

from __future__ import annotations

from rag.weighing import slots
from rag.weighing.groups import Group, Weighed, value_of, weigh
from rag.weighing.origins import origins
from rag.weighing.statements import Alike, Statement, plainly_alike, read_statement

__all__ = [
    "Alike",
    "Group",
    "Statement",
    "Weighed",
    "origins",
    "plainly_alike",
    "read_statement",
    "slots",
    "value_of",
    "weigh",
]
