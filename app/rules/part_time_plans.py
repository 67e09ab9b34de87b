"""Part-time timetable plans: fewer sessions for some weeks, agreed beforehand, reviewed, and formally ended.

Source: Cheshire West guidance on part-time timetables, read in the primary source: reason, risk assessment, SMART
targets, review dates, end date; ended after 6 or 12 weeks, or extended with a new return.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise

from app.rules.agreements import Parties
from app.rules.calendars import SchoolSession
from app.rules.london import LONDON
from app.rules.sources import CHESHIRE_WEST, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.timetables import Weekday
from app.rules.verdict import Allowed, Refused, Verdict

FIRST_REVIEW_WITHIN_WEEKS = 3
"""From memory, so that a later one is a warning."""

MOST_REVIEWS_HELD = 100

WeeklySession = tuple[Weekday, SchoolSession]


@cache
def weekly_session(written: str) -> WeeklySession:
    """`monday_pm` as weekday and session."""
    weekday, _, part = written.partition("_")
    return Weekday(weekday), SchoolSession(part)


class PlanReason(StrEnum):
    """Why a pupil attends part time. From memory, to be checked: councils name them differently."""

    MENTAL_HEALTH = "mental_health"
    PHYSICAL_HEALTH = "physical_health"
    RETURN_AFTER_ABSENCE = "return_after_absence"
    RETURN_AFTER_EXCLUSION = "return_after_exclusion"
    EMOTIONALLY_BASED_AVOIDANCE = "emotionally_based_avoidance"
    SEN_TRANSITION = "sen_transition"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


class ParentsAgreedHow(StrEnum):
    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO_CALL = "video_call"
    EMAIL = "email"
    LETTER = "letter"
    PORTAL = "portal"


class ReviewDecision(StrEnum):
    CONTINUE = "continue"
    END = "end"


class PlanWarning(StrEnum):
    """What does not stand in the way of a plan, but should be looked at. From memory, to be checked."""

    FIRST_REVIEW_LATE = "first_review_late"
    BEHAVIOUR_IS_NO_REASON = "behaviour_is_no_reason"


class PlanState(StrEnum):
    """`overdue`: past its last day, and neither formally ended nor extended."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    OVERDUE = "overdue"
    ENDED = "ended"
    EXTENDED = "extended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


_BOTH = ("host_school", "commissioner")

PART_TIME_PLANS = StateTable(
    "part-time plan",
    CHESHIRE_WEST,
    (
        Transition(PlanState.PROPOSED, "agree", PlanState.AGREED, _BOTH),
        Transition(PlanState.PROPOSED, "refuse", PlanState.REFUSED, _BOTH),
        Transition(PlanState.PROPOSED, "withdraw", PlanState.WITHDRAWN, ("party_that_proposed",)),
        Transition(PlanState.PROPOSED, "lapse", PlanState.LAPSED, ("clock",)),
        Transition(PlanState.PROPOSED, "end_with_placement", PlanState.WITHDRAWN, ("termination",)),
        Transition(PlanState.PROPOSED, "end_with_plan_before", PlanState.WITHDRAWN, ("extension",)),
        Transition(PlanState.AGREED, "review", PlanState.AGREED, _BOTH),
        Transition(PlanState.AGREED, "end", PlanState.ENDED, _BOTH),
        Transition(PlanState.AGREED, "extend", PlanState.AGREED, _BOTH),
        Transition(PlanState.AGREED, "give_way", PlanState.EXTENDED, ("extension",)),
        Transition(PlanState.AGREED, "run_over", PlanState.OVERDUE, ("clock",)),
        Transition(PlanState.AGREED, "end_with_placement", PlanState.ENDED, ("termination", "clock")),
        Transition(PlanState.AGREED, "end_with_plan_before", PlanState.ENDED, ("extension",)),
        Transition(PlanState.OVERDUE, "review", PlanState.OVERDUE, _BOTH),
        Transition(PlanState.OVERDUE, "end", PlanState.ENDED, _BOTH),
        Transition(PlanState.OVERDUE, "extend", PlanState.OVERDUE, _BOTH),
        Transition(PlanState.OVERDUE, "give_way", PlanState.EXTENDED, ("extension",)),
        Transition(PlanState.OVERDUE, "end_with_placement", PlanState.ENDED, ("clock",)),
        Transition(PlanState.EXTENDED, "review", PlanState.EXTENDED, _BOTH),
        Transition(PlanState.EXTENDED, "end", PlanState.ENDED, _BOTH),
        Transition(PlanState.EXTENDED, "end_with_placement", PlanState.ENDED, ("termination",)),
    ),
)
"""`extend` proposes another plan, which follows this one; when that is agreed, this one gives way and is `extended`.

It still runs to its last day then, and may be ended before it; what follows ends with it.
"""


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What a plan is to be. `weeks` is the length chosen; `review_dates` are in the order in which they were given."""

    starts_on: date
    ends_on: date
    weeks: int
    risk_assessed_on: date
    parents_agreed_on: date
    review_dates: Sequence[date]
    sessions_not_attended: Sequence[WeeklySession]


def last_day_of(starts_on: date, weeks: int) -> date:
    """The last day of a plan of so many weeks. Source: Cheshire West, read in the primary source."""
    return starts_on + timedelta(weeks=weeks, days=-1)


def plan_takes_effect_at(starts_on: date) -> datetime:
    """The instant, in UTC, before which a plan must have been agreed: the beginning of its first day in London."""
    return datetime.combine(starts_on, time(), LONDON).astimezone(UTC)


def may_propose_plan(
    asked: PlanAsked,
    parties: Parties,
    *,
    today: date,
    placement_starts_on: date,
    placement_ends_on: date,
    timetabled: Collection[WeeklySession],
) -> Verdict:
    """Whether a part-time plan has what every plan needs, and fits its placement.

    `timetabled` holds the weekly sessions of the placement while the plan lasts. Sources: Cheshire West (risk
    assessment, parents, review dates, 6 or 12 weeks), read in the primary source; that it is agreed before it
    begins and names sessions of the timetable is Waymark's own.
    """
    if not parties:
        return Refused("nobody_to_agree", "There is nobody who could agree to the plan.", OUR_OWN)
    faults = (
        *_faults_of_days(asked, today, placement_starts_on, placement_ends_on),
        *_faults_of_evidence(asked, today),
        *_faults_of_sessions(asked.sessions_not_attended, timetabled),
    )
    return faults[0] if faults else Allowed()


def _faults_of_days(asked: PlanAsked, today: date, first: date, last: date) -> Iterator[Refused]:
    if asked.ends_on < asked.starts_on:
        yield Refused("plan_backwards", "The plan ends before it begins.", OUR_OWN)
    if asked.starts_on <= today:
        yield Refused("plan_not_prior", "A plan is agreed before its first day, so it begins after today.", OUR_OWN)
    if asked.starts_on < first or asked.ends_on > last:
        yield Refused("plan_outside_placement", f"The plan must fall within the placement, {first} to {last}.", OUR_OWN)
    longest = last_day_of(asked.starts_on, asked.weeks)
    if asked.ends_on > longest:
        yield Refused(
            "plan_too_long",
            f"A plan of {asked.weeks} weeks ends on {longest} at the latest; extend it then with a new return.",
            CHESHIRE_WEST,
        )


def _faults_of_evidence(asked: PlanAsked, today: date) -> Iterator[Refused]:
    if asked.risk_assessed_on > today:
        yield Refused("risk_assessment_not_done", "The risk assessment is done before the plan begins.", CHESHIRE_WEST)
    if asked.parents_agreed_on > today:
        yield Refused("parents_not_agreed", "The parents' agreement is recorded once they have given it.", OUR_OWN)
    dates = asked.review_dates
    if not dates:
        yield Refused("review_date_missing", "A plan names at least one review.", CHESHIRE_WEST)
    if any(later <= earlier for earlier, later in pairwise(dates)):
        yield Refused("review_dates_out_of_order", "The reviews are named in order, each day once.", OUR_OWN)
    if any(not asked.starts_on <= day <= asked.ends_on for day in dates):
        yield Refused("review_outside_plan", "Every review falls within the plan.", OUR_OWN)


def _faults_of_sessions(off: Sequence[WeeklySession], timetabled: Collection[WeeklySession]) -> Iterator[Refused]:
    if not off or len(set(off)) < len(off):
        yield Refused("plan_sessions_unclear", "A plan names the sessions not attended, each once.", OUR_OWN)
    strange = next((each for each in off if each not in timetabled), None)
    if strange is not None:
        yield Refused(
            "plan_session_not_timetabled",
            f"The {strange[1]} session on {strange[0].capitalize()} is not in the timetable, so it needs no plan.",
            OUR_OWN,
        )
    if set(timetabled) <= set(off):
        yield Refused("plan_leaves_nothing", "Under a part-time plan at least one session a week is attended.", OUR_OWN)


def clear_of_other_plans(first: date, last: date, standing: Iterable[tuple[date, date]]) -> Verdict:
    """Whether no day has a plan already; `standing` holds first and last days of other plans, proposed or agreed.

    Source: Waymark's own, so that every session left out rests on one plan.
    """
    for begins, ends in standing:
        if begins <= last and first <= ends:
            return Refused("plan_overlaps", f"Another part-time plan stands from {begins} to {ends}.", OUR_OWN)
    return Allowed()


def may_extend_plan(ends_on: date, starts_on: date, *, extended_already: bool) -> Verdict:
    """Whether a plan that ends on `ends_on` may be followed by one that begins on `starts_on`.

    Source: Cheshire West (extended with a new return), read in the primary source; that a plan has one
    successor, which begins after it, is Waymark's own.
    """
    if extended_already:
        return Refused("extension_stands", "An extension of this plan is proposed or agreed already.", OUR_OWN)
    if starts_on <= ends_on:
        return Refused("extension_overlaps", f"The plan ends on {ends_on}; an extension begins after it.", OUR_OWN)
    return Allowed()


def may_end_plan(state: PlanState, ends_on: date, today: date) -> Verdict:
    """Whether there is anything left to end of a plan that was extended. Source: Waymark's own."""
    if state is PlanState.EXTENDED and today > ends_on:
        return Refused("plan_is_over", f"The plan ended on {ends_on} and another follows it; end that one.", OUR_OWN)
    return Allowed()


def may_record_review(held_on: date, starts_on: date, today: date, recorded: int = 0) -> Verdict:
    """Whether a review may be recorded as held on a day, after so many others. Source: Waymark's own."""
    if recorded >= MOST_REVIEWS_HELD:
        return Refused("too_many_reviews", f"A plan has at most {MOST_REVIEWS_HELD} reviews.", OUR_OWN)
    if not starts_on <= held_on <= today:
        return Refused(
            "review_day_impossible", f"A review is recorded once held, and on or after {starts_on}.", OUR_OWN
        )
    return Allowed()


def plan_state(state: PlanState, starts_on: date, ends_on: date, placement_ends_on: date, today: date) -> PlanState:
    """The state today, as it follows from the days: lapsed, overdue, or ended with the placement.

    Source: Cheshire West (agreed before, formally ended or extended after), read in the primary source.
    """
    if state is PlanState.PROPOSED and today >= starts_on:
        return PlanState.LAPSED
    if state is not PlanState.AGREED or today <= ends_on:
        return state
    return PlanState.OVERDUE if today <= placement_ends_on else PlanState.ENDED


def reviews_done(starts_on: date, review_dates: Sequence[date], held: Iterable[date]) -> list[tuple[date, date | None]]:
    """Each review date with the day on which it was held, or None.

    A review counts once: for the first date without one, and only where it was held after the date before
    that. Source: Waymark's own.
    """
    left, after = sorted(held), starts_on - timedelta(days=1)
    found: list[tuple[date, date | None]] = []
    for due_on in review_dates:
        day = next((each for each in left if each > after), None)
        if day is not None:
            left.remove(day)
        found.append((due_on, day))
        after = due_on
    return found


def plan_warnings(
    reason: PlanReason,
    starts_on: date,
    review_dates: Sequence[date],
    first_within_weeks: int = FIRST_REVIEW_WITHIN_WEEKS,
) -> list[PlanWarning]:
    """What should be looked at. Source: from memory, so that none of it refuses a plan."""
    warnings = []
    if min(review_dates) > starts_on + timedelta(weeks=first_within_weeks):
        warnings.append(PlanWarning.FIRST_REVIEW_LATE)
    if reason is PlanReason.BEHAVIOUR:
        warnings.append(PlanWarning.BEHAVIOUR_IS_NO_REASON)
    return warnings
