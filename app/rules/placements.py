"""The life of a placement, and what one must have before it can be proposed or accepted.

Sources: Salford AP contract slides; Gloucestershire AP referral process (accepted or declined by the
provider); SEND and AP improvement plan (three tiers; an intervention with an end); all read in the primary
source.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.rules.calendars import (
    SchoolCalendar,
    lawful_end_dates,
    next_lawful_end_dates,
    nothing_published_later,
)
from app.rules.sources import GLOUCESTERSHIRE, OUR_OWN, SALFORD, SEND_AND_AP_PLAN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

LONGEST_PLACEMENT_DAYS = 3 * 366


class PlacementState(StrEnum):
    """What the parties have said; whether an accepted placement has begun or ended follows from its dates."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PlacementStatus(StrEnum):
    PROPOSED = "proposed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    ENDED = "ended"


class PlacementTier(StrEnum):
    """Source: SEND and AP improvement plan, read in the primary source."""

    TARGETED_SUPPORT = "targeted_support"
    TIME_LIMITED = "time_limited"
    TRANSITIONAL = "transitional"


class PrimaryReason(StrEnum):
    """Why the placement was commissioned, the first that applies: an exclusion outranks a health need.

    Source: census of alternative provision, read in a secondary source; its letters are not known to us.
    """

    PERMANENT_EXCLUSION = "permanent_exclusion"
    SUSPENSION = "suspension"
    MENTAL_HEALTH_NEED = "mental_health_need"
    PHYSICAL_HEALTH_NEED = "physical_health_need"
    AT_RISK_OF_EXCLUSION = "at_risk_of_exclusion"
    BEHAVIOUR_SUPPORT = "behaviour_support"
    ATTENDANCE_SUPPORT = "attendance_support"
    SEN_AWAITING_PLACEMENT = "sen_awaiting_placement"
    SEN_SUPPORT = "sen_support"
    NEW_ARRIVAL_WITHOUT_SCHOOL_PLACE = "new_arrival_without_school_place"
    PREGNANCY_OR_PARENTHOOD = "pregnancy_or_parenthood"
    OTHER = "other"


PLACEMENTS = StateTable(
    "placement",
    GLOUCESTERSHIRE,
    (
        Transition(PlacementState.PROPOSED, "accept", PlacementState.ACCEPTED, ("provider",)),
        Transition(PlacementState.PROPOSED, "decline", PlacementState.DECLINED, ("provider",)),
        Transition(PlacementState.PROPOSED, "withdraw", PlacementState.WITHDRAWN, ("commissioner",)),
        Transition(PlacementState.ACCEPTED, "release", PlacementState.ACCEPTED, ("commissioner",)),
        Transition(PlacementState.ACCEPTED, "call_off", PlacementState.WITHDRAWN, ("termination",)),
    ),
)
"""`call_off`: both sides agreed, in exceptional circumstances, to end it on a day before its first."""


def placement_status(state: PlacementState, starts_on: date, ends_on: date, today: date) -> PlacementStatus:
    """What a placement is today; its first and last day belong to it.

    Source: Gloucestershire AP referral process (status visible at every step), read in the primary source.
    """
    if state is not PlacementState.ACCEPTED:
        return PlacementStatus(state.value)
    if today < starts_on:
        return PlacementStatus.UPCOMING
    return PlacementStatus.ACTIVE if today <= ends_on else PlacementStatus.ENDED


def may_be_placed(
    calendar: SchoolCalendar,
    *,
    commissioner: UUID,
    provider: UUID,
    starts_on: date,
    planned_end_on: date,
    objectives: Sequence[str],
    next_step: str,
    planned_end_agreed: bool = False,
) -> Verdict:
    """Whether a placement has what every placement needs.

    `planned_end_agreed` says that both sides agree to an end that is not the last open pupil day of a
    half-term. Sources: SEND and AP improvement plan (objectives, planned end, next step); Salford AP
    contract slides (planned end agreed at acceptance); both read in the primary source.
    """
    if commissioner == provider:
        return Refused("commissioner_is_provider", "Nobody commissions a placement from itself.", OUR_OWN)
    if not any(objective.strip() for objective in objectives):
        return Refused("objective_missing", "A placement needs at least one objective.", SEND_AND_AP_PLAN)
    if not next_step.strip():
        return Refused("next_step_missing", "A placement needs an intended next step.", SEND_AND_AP_PLAN)
    dates = _check_dates(calendar, starts_on, planned_end_on)
    if not dates or planned_end_agreed:
        return dates
    return check_planned_end(calendar, starts_on, planned_end_on)


def may_sub_commission(*, own_pupil: bool, placed_with_it: Iterable[tuple[date, date]], starts_on: date) -> Verdict:
    """Whether a provider may place a child with another: one of its own roll, or one that is placed with it then.

    `placed_with_it` holds first and last days of accepted placements with the provider, or with the child on its roll.
    Source: Waymark's own; that another AP setting may commission is common practice, and no document says for whom.
    """
    if own_pupil or any(first <= starts_on <= last for first, last in placed_with_it):
        return Allowed()
    return Refused(
        "not_placed_with_commissioner",
        "A provider places only a child that is placed with it on the first day, or that it registered itself.",
        OUR_OWN,
    )


def may_be_accepted(ends_on: date, today: date) -> Verdict:
    """Whether there is anything left to accept. Source: Waymark's own, so that nothing is agreed after the fact."""
    if today > ends_on:
        return Refused("placement_is_over", f"The placement would have ended on {ends_on}; propose another.", OUR_OWN)
    return Allowed()


def check_planned_end(calendar: SchoolCalendar, starts_on: date, planned_end_on: date) -> Verdict:
    """Whether a planned end needs no agreement: it is the last open pupil day of a half-term.

    Source: Salford AP contract slides, read in the primary source.
    """
    if planned_end_on in set(lawful_end_dates(calendar)):
        return Allowed()
    dates = next_lawful_end_dates(calendar, max(starts_on, planned_end_on))
    steps: dict[str, str | list[str]] = {"next_lawful_dates": [day.isoformat() for day in dates]}
    if not dates:
        steps["note"] = nothing_published_later(calendar)
    return Refused(
        "planned_end_not_half_term_end",
        "A placement ends on the last open pupil day of a half-term unless both sides agree to another day.",
        SALFORD,
        steps,
    )


def _check_dates(calendar: SchoolCalendar, starts_on: date, planned_end_on: date) -> Verdict:
    if starts_on > planned_end_on:
        return Refused("placement_backwards", "The placement ends before it starts.", OUR_OWN)
    if (planned_end_on - starts_on).days > LONGEST_PLACEMENT_DAYS:
        return Refused(
            "placement_too_long",
            "A placement lasts three years at most; it is not a destination.",
            OUR_OWN,
        )
    if next(calendar.open_pupil_days(starts_on, planned_end_on), None) is None:
        return Refused(
            "no_pupil_day_in_placement",
            "The placement's calendar has no open pupil day between its dates.",
            OUR_OWN,
        )
    return Allowed()
