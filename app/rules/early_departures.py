"""Sending a pupil home during the school day: only with the consent of the host school and of the parents.

Source: Salford AP contract slides, read in the primary source. The host school agrees itself (the commissioner where
there is no host school, or where it is the provider). Parents have no client: the provider records what they said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from app.rules.agreements import AgreementKind, Parties
from app.rules.consents import REPORT_AS, consents_missing
from app.rules.london import LONDON
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

EARLIER_BY_AT_MOST = timedelta(minutes=30)


class EarlyDepartureState(StrEnum):
    REQUESTED = "requested"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DEPARTED = "departed"


class WayHome(StrEnum):
    """How the pupil gets home; `taken_home` is by the provider's staff."""

    COLLECTED = "collected"
    TAKEN_HOME = "taken_home"
    TRANSPORT = "transport"
    ALONE = "alone"


EARLY_DEPARTURES = StateTable(
    "early departure",
    SALFORD,
    (
        Transition(
            EarlyDepartureState.REQUESTED,
            "agree",
            EarlyDepartureState.AGREED,
            ("host_school", "commissioner", "parent"),
        ),
        Transition(
            EarlyDepartureState.REQUESTED,
            "refuse",
            EarlyDepartureState.REFUSED,
            ("host_school", "commissioner", "parent"),
        ),
        Transition(EarlyDepartureState.REQUESTED, "withdraw", EarlyDepartureState.WITHDRAWN, ("provider",)),
        Transition(EarlyDepartureState.REQUESTED, "lapse", EarlyDepartureState.LAPSED, ("clock",)),
        Transition(
            EarlyDepartureState.REQUESTED, "end_with_placement", EarlyDepartureState.WITHDRAWN, ("termination",)
        ),
        Transition(EarlyDepartureState.AGREED, "record_departure", EarlyDepartureState.DEPARTED, ("provider",)),
        Transition(EarlyDepartureState.AGREED, "withdraw", EarlyDepartureState.WITHDRAWN, ("provider",)),
        Transition(EarlyDepartureState.AGREED, "end_with_placement", EarlyDepartureState.WITHDRAWN, ("termination",)),
    ),
)
"""`agree` is the last word still missing: the school's own, or the parents' as the provider records it.

What was agreed does not lapse: a departure that was forgotten may be recorded later, and one that did not happen is
withdrawn.
"""

STANDING = (EarlyDepartureState.REQUESTED, EarlyDepartureState.AGREED)


@dataclass(frozen=True, slots=True)
class PupilDay:
    """What a day holds for a placed pupil: start and end of each session expected, in order."""

    on_date: date
    is_pupil_day: bool
    suspended: bool
    sessions: Sequence[tuple[time, time]]


def leaves_at(on_date: date, leaving_time: time) -> datetime:
    """The instant, in UTC, before which all must have agreed: the leaving time by the clock in London."""
    return datetime.combine(on_date, leaving_time, LONDON).astimezone(UTC)


def early_departure_state(state: EarlyDepartureState, leaving_at: datetime, now: datetime) -> EarlyDepartureState:
    """The state at `now`: a request that not all have agreed to lapses at its leaving time, noted or not.

    Source: Salford AP contract slides (consent needed), read in the primary source.
    """
    lapsed = state is EarlyDepartureState.REQUESTED and now >= leaving_at
    return EarlyDepartureState.LAPSED if lapsed else state


def may_request_early_departure(parties: Parties, day: PupilDay, leaving_time: time, requested_at: datetime) -> Verdict:
    """Whether a provider may ask to send a pupil home on a day at a time.

    A refusal for want of time names `still_to_agree`, and under `report_as` the operation that records what happened
    anyway. Sources: Salford AP contract slides (consent needed), read in the primary source; what a day must hold is
    Waymark's own.
    """
    if not parties:
        return Refused("nobody_to_agree", "There is no other side that could agree.", SALFORD)
    if requested_at >= leaves_at(day.on_date, leaving_time):
        return Refused(
            "early_departure_not_prior",
            "A pupil is sent home only with consent, so it must be asked for before the pupil leaves.",
            SALFORD,
            {
                "still_to_agree": consents_missing(AgreementKind.SENDING_HOME, parties, (), parents_consent=False),
                "report_as": REPORT_AS,
            },
        )
    fault = _fault_of_day(day, leaving_time)
    return Allowed() if fault is None else Refused(*fault, OUR_OWN)


def clear_of_other_departures(standing: Iterable[EarlyDepartureState]) -> Verdict:
    """Whether no other departure stands on the same day; `standing` are the states of those asked for.

    Source: Waymark's own, so that a pupil leaves once, by one agreement.
    """
    states = set(standing)
    if EarlyDepartureState.DEPARTED in states:
        return Refused("pupil_already_departed", "The pupil has already left that day, by agreement.", OUR_OWN)
    if states.intersection(STANDING):
        return Refused(
            "early_departure_already_asked",
            "Another early departure stands on that day; withdraw it to ask anew.",
            OUR_OWN,
        )
    return Allowed()


def not_reported_as_unagreed(*, reported: bool) -> Verdict:
    """Whether agreement may still be asked for or given: not once the pupil is reported as sent home without it.

    Source: Salford AP contract slides (never accepted as if agreed), read in the primary source.
    """
    if reported:
        return Refused(
            "reported_as_unagreed",
            "The pupil is reported as sent home that day without agreement; none is taken afterwards.",
            SALFORD,
        )
    return Allowed()


def may_record_departure(
    state: EarlyDepartureState,
    missing: Sequence[str],
    *,
    left_at: datetime,
    agreed_at: datetime | None,
    leaving_at: datetime,
    suspended: bool,
) -> Verdict:
    """Whether a pupil's leaving may be recorded as agreed: all had agreed, before it happened, to about that time.

    `missing` are the roles whose word is missing; what is refused here is reported as unagreed (`report_as`). Sources:
    Salford AP contract slides (consent needed), read in the primary source; the half hour by which a pupil may leave
    earlier than agreed is Waymark's own.
    """
    if agreed_at is None or state not in (EarlyDepartureState.AGREED, EarlyDepartureState.DEPARTED):
        return Refused(
            "departure_not_agreed",
            "Not everybody whose consent is needed has given it. If the pupil has left, report it as unagreed.",
            SALFORD,
            {"state": state.value, "still_to_agree": list(missing), "report_as": REPORT_AS},
        )
    verdict = EARLY_DEPARTURES.may(state, "record_departure", "provider")
    if not verdict:
        return verdict
    fault = _fault_of_departure(left_at, agreed_at, leaving_at, suspended=suspended)
    if fault is None:
        return Allowed()
    code, reason, source = fault
    return Refused(code, reason, source, {"report_as": REPORT_AS})


def _fault_of_departure(
    left_at: datetime, agreed_at: datetime, leaving_at: datetime, *, suspended: bool
) -> tuple[str, str, str] | None:
    day = _london_day(leaving_at)
    faults = (
        (_london_day(left_at) != day, "departure_on_another_day", f"What was agreed is a departure on {day}.", OUR_OWN),
        (suspended, "suspended_that_day", f"The pupil is suspended on {day} and was not there to leave.", OUR_OWN),
        (left_at < agreed_at, "left_before_agreement", "The pupil left before everybody had agreed.", SALFORD),
        (
            left_at < leaving_at - EARLIER_BY_AT_MOST,
            "left_too_early",
            "The pupil left more than 30 minutes before the time that was agreed.",
            OUR_OWN,
        ),
    )
    return next(((code, reason, source) for applies, code, reason, source in faults if applies), None)


def _fault_of_day(day: PupilDay, leaving_time: time) -> tuple[str, str] | None:
    """The first thing that the day lacks, as code and reason."""
    if not day.is_pupil_day:
        return "early_departure_not_on_pupil_day", f"{day.on_date} is no open pupil day in the calendar."
    if day.suspended:
        return "suspended_that_day", f"The pupil is suspended on {day.on_date}."
    if not day.sessions:
        return "no_session_that_day", f"The pupil is not expected on {day.on_date}."
    first, last = min(start for start, _ in day.sessions), max(end for _, end in day.sessions)
    if leaving_time <= first:
        return (
            "leaves_before_first_session",
            f"The first session starts at {first:%H:%M}: not to let a pupil begin the day is a suspension.",
        )
    if leaving_time >= last:
        return "leaves_after_last_session", f"The last session ends at {last:%H:%M}: that is no early departure."
    return None


def _london_day(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()
