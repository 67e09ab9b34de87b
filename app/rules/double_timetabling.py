"""No pupil is timetabled in two places for one session."""

from collections.abc import Sequence
from datetime import date

from app.rules.calendars import SchoolSession
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

SESSIONS_NAMED = 6

SessionOfDay = tuple[date, SchoolSession]


def not_timetabled_elsewhere(clashing: Sequence[SessionOfDay | None]) -> Verdict:
    """Whether none of the sessions asked for is one at which the child is expected in another placement.

    `clashing` holds those of the sessions asked for that are, in order; None stands for one that the caller may not
    see. The refusal says how many there are and names the first few, all of them the caller's own: never where else
    the child is, nor whose record says so. Source: Waymark's own, so that nobody waits for a child who cannot come.
    """
    if not clashing:
        return Allowed()
    named = [f"{day} {part}" for day, part in filter(None, clashing)]
    many = f"{len(clashing)} of these sessions" if len(clashing) > 1 else "one of these sessions"
    return Refused(
        "timetabled_elsewhere",
        f"The pupil is already timetabled elsewhere at {many}; nobody attends two places at once.",
        OUR_OWN,
        {"clashing_sessions": named[:SESSIONS_NAMED]},
    )
