"""Qualifications and accredited outcomes of a pupil: entered, achieved or not, each said once and never rewritten.

Source: Westmorland & Furness AP directory form and Salford AP contract slides (qualifications and accredited outcomes
achieved are recorded for each pupil), read in the primary source. The kinds are Waymark's own; a grade is as the
awarding body words it, and nothing is reckoned from it.
"""

from datetime import date
from enum import StrEnum

from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN, WESTMORLAND_AND_FURNESS
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class QualificationKind(StrEnum):
    """A whole qualification, a unit of one, or another outcome that a body accredits (first aid, an award scheme)."""

    QUALIFICATION = "qualification"
    UNIT = "unit"
    ACCREDITED_OUTCOME = "accredited_outcome"


class QualificationState(StrEnum):
    ENTERED = "entered"
    ACHIEVED = "achieved"
    NOT_ACHIEVED = "not_achieved"
    WITHDRAWN = "withdrawn"


SAID_AT_FIRST = frozenset({QualificationState.ENTERED, QualificationState.ACHIEVED})
"""What a qualification may be when it is first recorded; the rest follows from an entry."""

_PARTIES = ("provider", "host_school", "commissioner")

QUALIFICATIONS = StateTable(
    "qualification",
    WESTMORLAND_AND_FURNESS,
    (
        Transition(QualificationState.ENTERED, "achieve", QualificationState.ACHIEVED, _PARTIES),
        Transition(QualificationState.ENTERED, "miss", QualificationState.NOT_ACHIEVED, _PARTIES),
        Transition(QualificationState.ENTERED, "correct", QualificationState.ENTERED, _PARTIES),
        Transition(QualificationState.ENTERED, "withdraw", QualificationState.WITHDRAWN, _PARTIES),
        Transition(QualificationState.NOT_ACHIEVED, "achieve", QualificationState.ACHIEVED, _PARTIES),
        Transition(QualificationState.NOT_ACHIEVED, "correct", QualificationState.NOT_ACHIEVED, _PARTIES),
        Transition(QualificationState.NOT_ACHIEVED, "withdraw", QualificationState.WITHDRAWN, _PARTIES),
        Transition(QualificationState.ACHIEVED, "correct", QualificationState.ACHIEVED, _PARTIES),
        Transition(QualificationState.ACHIEVED, "withdraw", QualificationState.WITHDRAWN, _PARTIES),
    ),
)
"""`withdraw` takes the pupil out, or says that it was recorded in error; what was said before stays on record."""


def may_record_qualification(state: PlacementState) -> Verdict:
    """Whether a qualification may be recorded in a placement: in one that was accepted, also after it has ended.

    Results come in August. Source: Waymark's own.
    """
    if state is PlacementState.ACCEPTED:
        return Allowed()
    return Refused("placement_not_accepted", "Only a placement that was accepted has qualifications.", OUR_OWN)


def fits_qualification(
    state: QualificationState,
    kind: QualificationKind,
    *,
    unit: str | None,
    entered_on: date | None,
    achieved_on: date | None,
    grade: str | None,
    starts_on: date,
    today: date,
) -> Verdict:
    """Whether what is said of a qualification agrees with itself and with its placement.

    A unit is named where it is one, and nowhere else; a day of achievement where it is achieved, and nowhere else; a
    grade waits for the result. Neither day lies ahead, and nothing is achieved before the placement began.
    Source: Waymark's own.
    """
    if (kind is QualificationKind.UNIT) != (unit is not None):
        return Refused("unit_does_not_fit", "A unit, and nothing else, names the unit.", OUR_OWN)
    if (state is QualificationState.ACHIEVED) != (achieved_on is not None):
        return Refused("achieved_on_does_not_fit", "What is achieved, and nothing else, has its day.", OUR_OWN)
    if state is QualificationState.ENTERED and grade is not None:
        return Refused("grade_before_result", "An entry has no grade; record the result with it.", OUR_OWN)
    if max(entered_on or date.min, achieved_on or date.min) > today:
        return Refused("day_has_not_come", "A day that has not come yet is not recorded.", OUR_OWN)
    if achieved_on is not None and achieved_on < max(starts_on, entered_on or date.min):
        return Refused(
            "achieved_too_early", "It was achieved before the pupil was entered, or before the placement.", OUR_OWN
        )
    return Allowed()
