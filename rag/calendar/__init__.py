"""Which days an expression of time means, counted from the day of its document and never from today.

``timewords`` and ``timetokens`` read the words of a line, ``phrases`` finds the phrases of time in it,
``tense`` the direction of the clause; ``periods``, ``named_dates`` and ``hijri`` turn a phrase into days, and
``resolving`` decides between readings.
"""

from __future__ import annotations

from rag.calendar.periods import Resolved
from rag.calendar.resolving import resolve
from rag.calendar.tense import tense as tense_of

__all__ = ["Resolved", "resolve", "tense_of"]
