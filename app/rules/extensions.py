"""Extending a placement: a later planned end, agreed by both sides.

Source: Salford AP contract slides, read in the primary source: the planned end is agreed at acceptance, so that
extending it needs both sides. What a lot or an award says of extending is not known: neither stands in the way here.
"""

from datetime import date

from app.rules.agreements import Parties, life_of_what_both_sides_agree
from app.rules.calendars import SchoolCalendar
from app.rules.placements import LONGEST_PLACEMENT_DAYS, check_planned_end
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Allowed, Refused, Verdict

EXTENSIONS = life_of_what_both_sides_agree("extension", SALFORD)
"""Unanswered, a request lapses when the placement has ended: what has ended is not extended."""


def may_ask_to_extend(
    calendar: SchoolCalendar,
    parties: Parties,
    *,
    new_end_on: date,
    today: date,
    starts_on: date,
    planned_end_on: date,
    ends_on: date,
    ends_at_once: bool,
    another_is_open: bool,
    end_by_agreement: bool = False,
) -> Verdict:
    """Whether a party may ask that the planned end move to `new_end_on`.

    `end_by_agreement` says that the parties want a day that is not the last open pupil day of a half-term;
    `ends_at_once` that they have agreed to end the placement at once. Notices that stand do not stand in the way, and
    go on ruling. Source: Salford AP contract slides (both sides; the last open pupil day of a half-term), read in the
    primary source; the other refusals are Waymark's own.
    """
    if len(parties) < 2:
        return Refused("nobody_to_agree", "There is no other side that could agree.", SALFORD)
    if today > ends_on:
        return Refused("placement_already_ended", f"The placement has already ended, on {ends_on}.", OUR_OWN)
    if ends_at_once:
        return Refused(
            "placement_ends_at_once", f"All have agreed that the placement ends on {ends_on}, at once.", OUR_OWN
        )
    if new_end_on <= planned_end_on:
        return Refused(
            "extension_not_later",
            f"The planned end is {planned_end_on}; an earlier end is a termination, and needs notice.",
            OUR_OWN,
        )
    if (new_end_on - starts_on).days > LONGEST_PLACEMENT_DAYS:
        return Refused("placement_too_long", "A placement lasts three years at most; it is not a destination.", OUR_OWN)
    if another_is_open:
        return Refused(
            "extension_asked", "The parties are already asked for an extension; answer that request.", OUR_OWN
        )
    return Allowed() if end_by_agreement else check_planned_end(calendar, starts_on, new_end_on)
