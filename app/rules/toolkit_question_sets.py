"""The original questions, as a council imports them: which areas they are for, and which set is the current one.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source: its questions are its authors' text, so none
are included with Waymark. That a council keeps editions of them is Waymark's own.
"""

from collections.abc import Iterable
from enum import StrEnum

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.toolkit import ASSESSED
from app.rules.verdict import Allowed, Refused, Verdict


class QuestionSetState(StrEnum):
    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


QUESTION_SETS = StateTable(
    "set of toolkit questions",
    OUR_OWN,
    (
        Transition(QuestionSetState.CURRENT, "import", QuestionSetState.SUPERSEDED, ("council",)),
        Transition(QuestionSetState.CURRENT, "withdraw", QuestionSetState.WITHDRAWN, ("council",)),
        Transition(QuestionSetState.SUPERSEDED, "withdraw", QuestionSetState.WITHDRAWN, ("council",)),
    ),
)
"""A set never changes: importing another supersedes it. Assessments keep the one that they were written with."""


def unknown_or_repeated(areas: Iterable[str]) -> dict[int, str]:
    """The places in a document at which it names no area, or one a second time, each with the fault's code."""
    seen: set[str] = set()
    faults: dict[int, str] = {}
    for place, area in enumerate(areas):
        if area not in ASSESSED:
            faults[place] = "unknown_area"
        elif area in seen:
            faults[place] = "area_repeated"
        seen.add(area)
    return faults


def may_be_written_with(state: QuestionSetState) -> Verdict:
    """Whether a new assessment may be written with a set: the council's current one. Source: Waymark's own."""
    if state is not QuestionSetState.CURRENT:
        return Refused(
            "question_set_not_current",
            "A new assessment is written with the current questions of a council, or with none.",
            OUR_OWN,
            {"state": state.value},
        )
    return Allowed()
