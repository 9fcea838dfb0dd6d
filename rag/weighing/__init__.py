"""Weigh what several documents say: which spans mean the same, how many of them are independent, which conflict.

``statements`` reads a span in its sentence; ``quantities``, ``slots``, ``times`` and ``naming`` say what it means;
``occasions`` tells whether two sentences speak of one event; ``origins`` finds copies; ``relations`` compares two
statements, and ``groups`` puts all of them in order.
"""

from __future__ import annotations

from rag.weighing import slots
from rag.weighing.groups import Group, Weighed, weigh
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
    "weigh",
]
