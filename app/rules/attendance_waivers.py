"""Why nothing is expected of a session that is timetabled, and the code that the host school would enter for it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.rules.attendance_facts import Fact, MarkFact, SessionCircumstances, SuggestedCode, suggest_code


class Waiver(StrEnum):
    """`closure`: the day was closed on the day or after it; `not_timetabled`: the timetable changed after the fact;
    `placement_over`: the placement ended before, or never began.
    """

    SUSPENSION = "suspension"
    PART_TIME_PLAN = "part_time_plan"
    CLOSURE = "closure"
    NOT_TIMETABLED = "not_timetabled"
    PLACEMENT_OVER = "placement_over"


PRECEDENCE = (Waiver.PART_TIME_PLAN, Waiver.SUSPENSION)
"""Of several that hold for one session the first says why: its code comes first (SI 2024/208, secondary source)."""

_CIRCUMSTANCES: Mapping[Waiver, SessionCircumstances] = MappingProxyType(
    {
        Waiver.SUSPENSION: SessionCircumstances(council_commissioned=False, suspended_nothing_arranged=True),
        Waiver.PART_TIME_PLAN: SessionCircumstances(council_commissioned=False, off_part_time_plan=True),
        Waiver.CLOSURE: SessionCircumstances(council_commissioned=False, site_closed=True),
    }
)


def code_of_waiver(waiver: Waiver) -> SuggestedCode | None:
    """`C2` for a session not attended under a part-time plan, `E` for a suspension with nothing arranged.

    `Y4` for a day that was closed on the day or after it. None where the session is no part of the timetable any more:
    then there is nothing to enter. Source: SI 2024/208 (classes of the codes), read in a secondary source.
    """
    known = _CIRCUMSTANCES.get(waiver)
    return None if known is None else suggest_code(MarkFact(Fact.ABSENT), known)
