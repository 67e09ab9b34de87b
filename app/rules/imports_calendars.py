"""What an event of a published calendar says about pupil days, from its summary and categories alone.

Schools and councils publish term dates as they like. Only what can be read in one way is taken; what may be a closure
in other words is left to whoever imports the file. Source: published calendars of real councils, and Waymark's own.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.rules.calendars import Term

# Kent and others number six terms; each is half of one of the three.
_SIX = {
    1: (Term.AUTUMN, 1),
    2: (Term.AUTUMN, 2),
    3: (Term.SPRING, 1),
    4: (Term.SPRING, 2),
    5: (Term.SUMMER, 1),
    6: (Term.SUMMER, 2),
}
_NUMBERED = re.compile(r"\s*term ([1-6])\b(?!\s*(?:and|&|to|-|–))", re.IGNORECASE)
_TERM = re.compile(r"\b(autumn|spring|summer)\b", re.IGNORECASE)
_HALF = re.compile(r"\b(?:(1|1st|first)|(2|2nd|second))\b", re.IGNORECASE)
_ONE_END = re.compile(r"\b(start|starts|begin|begins|end|ends|first day|last day|finish|finishes)\b", re.IGNORECASE)
_CLOSED = re.compile(
    r"\b(inset|bank holiday|training day|closed|closure|non[- ]pupil day|staff day|teacher day)\b", re.IGNORECASE
)
_BREAK = re.compile(r"\b(holiday|holidays|half[- ]term|break|vacation)\b", re.IGNORECASE)


class Entry(StrEnum):
    """What an event, or a row of a file of calendars, is. One that is passed over says nothing about pupil days."""

    HALF_TERM = "half_term"
    CLOSURE = "closure"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True)
class Said:
    """`term` and `half` of a half-term; None where the summary does not tell them, or for anything else."""

    entry: Entry
    term: Term | None = None
    half: int | None = None


def read_event(summary: str, categories: Collection[str]) -> Said | None:
    """What an event of whole days says; None where it cannot be told.

    The categories HALF-TERM, CLOSURE and IGNORE decide, where one is given. Otherwise the summary does: a term with its
    half ("Autumn term, first half", "Spring 2", "Term 3") is a half-term; an INSET day, bank holiday or closure is a
    closure; another holiday or break says nothing, because half-terms are given. Source: Waymark's own.
    """
    named = {each.strip().upper().replace(" ", "-").replace("_", "-") for each in categories}
    if "IGNORE" in named:
        return Said(Entry.PASSED_OVER)
    if "CLOSURE" in named:
        return Said(Entry.CLOSURE)
    half_term = _half_term(summary)
    if "HALF-TERM" in named or half_term is not None:
        return half_term
    if _CLOSED.search(summary):
        return Said(Entry.CLOSURE)
    return Said(Entry.PASSED_OVER) if _BREAK.search(summary) else None


def _half_term(summary: str) -> Said | None:
    if _CLOSED.search(summary) or _ONE_END.search(summary):
        return None
    numbered = _NUMBERED.match(summary)
    if numbered:
        return Said(Entry.HALF_TERM, *_SIX[int(numbered[1])])
    terms = {each.lower() for each in _TERM.findall(summary)}
    halves = {1 if first else 2 for first, _ in _HALF.findall(summary)}
    if len(terms) != 1 or len(halves) != 1:
        return None
    return Said(Entry.HALF_TERM, Term(terms.pop()), halves.pop())
