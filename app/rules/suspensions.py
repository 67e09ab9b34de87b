"""Suspension of a pupil by the provider: only with prior agreement of the host school and the commissioner.

Source: Salford AP contract slides, read in the primary source. Asking a pupil not to attend the next day is a
suspension too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from app.rules.agreements import Parties, roles_still_to_agree
from app.rules.calendars import SchoolCalendar, school_year_of
from app.rules.consents import REPORT_AS
from app.rules.london import LONDON
from app.rules.sources import MEMORY, OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

MOST_DAYS_A_YEAR = 45
"""From memory, to be checked: it warns and refuses nothing."""


class SuspensionState(StrEnum):
    REQUESTED = "requested"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


SUSPENSIONS = StateTable(
    "suspension",
    SALFORD,
    (
        Transition(SuspensionState.REQUESTED, "agree", SuspensionState.AGREED, ("host_school", "commissioner")),
        Transition(SuspensionState.REQUESTED, "refuse", SuspensionState.REFUSED, ("host_school", "commissioner")),
        Transition(SuspensionState.REQUESTED, "withdraw", SuspensionState.WITHDRAWN, ("provider",)),
        Transition(SuspensionState.REQUESTED, "lapse", SuspensionState.LAPSED, ("clock",)),
        Transition(SuspensionState.AGREED, "withdraw", SuspensionState.WITHDRAWN, ("provider",)),
        Transition(SuspensionState.REQUESTED, "end_with_placement", SuspensionState.WITHDRAWN, ("termination",)),
        Transition(SuspensionState.AGREED, "end_with_placement", SuspensionState.WITHDRAWN, ("termination",)),
    ),
)
"""`agree` is the answer of the last party still to agree; earlier answers leave the state as it is.

`end_with_placement`: notice of termination ends the placement before the suspension begins.
"""


INSTEAD = (
    "Ask for agreement to later days.",
    "Report a pupil who was kept away all the same as an absence that nobody agreed to; that is no suspension.",
)
"""What is left where agreement can no longer be prior."""


@dataclass(frozen=True, slots=True)
class SuspensionWarning:
    """Something to be looked at, which stands in the way of nothing."""

    code: str
    detail: str
    source: str


def suspension_takes_effect_at(first_day: date, first_session_starts: time = time()) -> datetime:
    """The instant, in UTC, from which a pupil is kept away: the start of the first session missed, in London.

    Without a session's start it is the beginning of the day, so that agreement on the day itself is never
    prior.
    """
    return datetime.combine(first_day, first_session_starts, LONDON).astimezone(UTC)


def may_request_suspension(
    calendar: SchoolCalendar,
    parties: Parties,
    *,
    first_day: date,
    last_day: date,
    takes_effect_at: datetime,
    requested_at: datetime,
    starts_on: date,
    ends_on: date,
) -> Verdict:
    """Whether a provider may ask to suspend a pupil whose placement runs from `starts_on` to `ends_on`.

    A refusal for want of time names `still_to_agree`, since nobody could agree beforehand any more, what is done where
    the pupil was kept away regardless, and under `report_as` the operation that reports it. Source: Salford AP contract
    slides (prior agreement of school and commissioner), read in the primary source.
    """
    dates = _check_days(calendar, first_day, last_day, starts_on, ends_on)
    if not dates:
        return dates
    if not parties:
        return Refused("nobody_to_agree", "There is no other side that could agree.", SALFORD)
    if requested_at >= takes_effect_at:
        return Refused(
            "suspension_not_prior",
            "A suspension needs prior agreement, so it must be requested before it takes effect.",
            SALFORD,
            {
                "still_to_agree": roles_still_to_agree(parties, ()),
                "would_be_lawful": [*INSTEAD],
                "report_as": REPORT_AS,
            },
        )
    return Allowed()


def suspension_has_lapsed(state: SuspensionState, takes_effect_at: datetime, now: datetime) -> bool:
    """A request that not all have agreed to lapses at the instant at which it would have taken effect.

    Source: Salford AP contract slides (prior agreement), read in the primary source.
    """
    return state is SuspensionState.REQUESTED and now >= takes_effect_at


def suspension_state(state: SuspensionState, takes_effect_at: datetime, now: datetime) -> SuspensionState:
    """The state at `now`: a request has lapsed from the instant on, whether or not anybody has noted it yet."""
    return SuspensionState.LAPSED if suspension_has_lapsed(state, takes_effect_at, now) else state


def clear_of_other_suspensions(first_day: date, last_day: date, standing: Iterable[tuple[date, date]]) -> Verdict:
    """Whether no day is already asked for or agreed; `standing` holds first and last days of other suspensions.

    Source: Waymark's own, so that every day a pupil is kept away rests on one agreement.
    """
    for first, last in standing:
        if first <= last_day and first_day <= last:
            return Refused("suspension_overlaps", f"Another suspension stands from {first} to {last}.", OUR_OWN)
    return Allowed()


def may_withdraw_suspension(last_day: date, today: date) -> Verdict:
    """Whether there is anything left to withdraw. Source: Waymark's own, so that what has been stays on record."""
    if today > last_day:
        return Refused("suspension_is_over", f"The suspension ended on {last_day}; it stays on record.", OUR_OWN)
    return Allowed()


def kept_away_until(
    state: SuspensionState, last_day: date, takes_effect_at: datetime, settled_at: datetime | None
) -> date | None:
    """The last day on which a pupil is or was kept away by agreement; None where nobody agreed in time.

    What was withdrawn after it had begun kept the pupil away up to that day. Source: Waymark's own.
    """
    if state is SuspensionState.AGREED:
        return last_day
    if state is not SuspensionState.WITHDRAWN or settled_at is None or settled_at < takes_effect_at:
        return None
    return min(last_day, settled_at.astimezone(LONDON).date())


def days_kept_away(spans: Iterable[tuple[SchoolCalendar, date, date]], school_year: str) -> int:
    """The pupil days of a school year within these first and last days, each by its calendar; a day counts once."""
    days = {day for calendar, first, last in spans for day in calendar.open_pupil_days(first, last)}
    return sum(1 for day in days if school_year_of(day) == school_year)


def suspension_warnings(days_in_school_year: int, most: int = MOST_DAYS_A_YEAR) -> tuple[SuspensionWarning, ...]:
    """What the parties should look at before they agree. Source: the bound of 45 days a school year, from memory."""
    if days_in_school_year <= most:
        return ()
    detail = f"With this the pupil is suspended on {days_in_school_year} days of the school year; over {most} are many."
    return (SuspensionWarning("many_days_in_school_year", detail, MEMORY),)


def _check_days(calendar: SchoolCalendar, first_day: date, last_day: date, starts_on: date, ends_on: date) -> Verdict:
    if first_day > last_day:
        return Refused("suspension_backwards", "The suspension ends before it begins.", OUR_OWN)
    if first_day < starts_on or last_day > ends_on:
        return Refused(
            "suspension_outside_placement",
            f"The suspension must fall within the placement, {starts_on} to {ends_on}.",
            OUR_OWN,
        )
    for day in (first_day, last_day):
        if not calendar.is_pupil_day(day):
            return Refused("suspension_not_on_pupil_day", f"{day} is no open pupil day in the calendar.", OUR_OWN)
    return Allowed()
