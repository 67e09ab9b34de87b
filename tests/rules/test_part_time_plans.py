"""A part-time plan: what it needs, when it lapses, runs over and ends, and which reviews it has had."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, Parties, PartyRole, parties_to_agree
from app.rules.calendars import SchoolSession
from app.rules.part_time_plans import (
    PART_TIME_PLANS,
    PlanAsked,
    PlanReason,
    PlanState,
    PlanWarning,
    clear_of_other_plans,
    last_day_of,
    may_end_plan,
    may_extend_plan,
    may_propose_plan,
    may_record_review,
    plan_state,
    plan_takes_effect_at,
    plan_warnings,
    reviews_done,
    weekly_session,
)
from app.rules.timetables import Weekday
from app.rules.verdict import Refused, Verdict

COUNCIL, SCHOOL, PROVIDER = (UUID(int=number) for number in range(1, 4))
BOTH = parties_to_agree(AgreementKind.PART_TIME_PLAN, commissioner=COUNCIL, host_school=SCHOOL, provider=PROVIDER)
MONDAY_AM = (Weekday.MONDAY, SchoolSession.AM)
FRIDAY_PM = (Weekday.FRIDAY, SchoolSession.PM)
TODAY = date(2026, 11, 24)
FIRST, LAST = date(2026, 11, 30), date(2027, 1, 10)
PLAN = PlanAsked(
    starts_on=FIRST,
    ends_on=LAST,
    weeks=6,
    risk_assessed_on=TODAY,
    parents_agreed_on=TODAY,
    review_dates=(date(2026, 12, 11), LAST),
    sessions_not_attended=(FRIDAY_PM,),
)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("commissioner", "host_school", "parties"),
    [
        pytest.param(COUNCIL, SCHOOL, {COUNCIL: {"commissioner"}, SCHOOL: {"host_school"}}, id="both"),
        pytest.param(SCHOOL, SCHOOL, {SCHOOL: {"commissioner", "host_school"}}, id="one in two roles, once"),
        pytest.param(COUNCIL, None, {COUNCIL: {"commissioner"}}, id="on no roll, the commissioner alone"),
        pytest.param(COUNCIL, PROVIDER, {COUNCIL: {"commissioner"}}, id="the provider is the school: not its word"),
    ],
)
def test_who_agrees(commissioner: UUID, host_school: UUID | None, parties: dict[UUID, set[str]]) -> None:
    found = parties_to_agree(
        AgreementKind.PART_TIME_PLAN, commissioner=commissioner, host_school=host_school, provider=PROVIDER
    )
    assert found == {holder: {PartyRole(role) for role in roles} for holder, roles in parties.items()}


@pytest.mark.parametrize(
    ("changes", "parties", "refusal"),
    [
        pytest.param({}, BOTH, "", id="all that it needs"),
        pytest.param({}, {}, "nobody_to_agree", id="nobody who could agree"),
        pytest.param({"starts_on": date(2026, 11, 25), "weeks": 12}, BOTH, "", id="it begins tomorrow"),
        pytest.param({"starts_on": TODAY}, BOTH, "plan_not_prior", id="it begins today"),
        pytest.param({"ends_on": date(2026, 11, 29)}, BOTH, "plan_backwards", id="it ends before it begins"),
        pytest.param(
            {"ends_on": FIRST, "review_dates": (FIRST,)}, BOTH, "", id="it may last a day, which is its review's"
        ),
        pytest.param({"ends_on": date(2027, 1, 11)}, BOTH, "plan_too_long", id="six weeks and a day"),
        pytest.param({"ends_on": date(2027, 1, 11), "weeks": 12}, BOTH, "", id="seven weeks of twelve"),
        pytest.param(
            {"ends_on": date(2027, 2, 13), "weeks": 12}, BOTH, "plan_outside_placement", id="longer than the placement"
        ),
        pytest.param(
            {"risk_assessed_on": date(2026, 11, 25)}, BOTH, "risk_assessment_not_done", id="no risk assessment yet"
        ),
        pytest.param({"parents_agreed_on": date(2026, 11, 25)}, BOTH, "parents_not_agreed", id="parents have not yet"),
        pytest.param({"review_dates": ()}, BOTH, "review_date_missing", id="no review"),
        pytest.param(
            {"review_dates": (LAST, FIRST)}, BOTH, "review_dates_out_of_order", id="reviews that are out of order"
        ),
        pytest.param({"review_dates": (FIRST, FIRST)}, BOTH, "review_dates_out_of_order", id="a review named twice"),
        pytest.param(
            {"review_dates": (date(2026, 11, 29),)}, BOTH, "review_outside_plan", id="a review before it begins"
        ),
        pytest.param({"review_dates": (date(2027, 1, 11),)}, BOTH, "review_outside_plan", id="a review after its end"),
        pytest.param({"sessions_not_attended": ()}, BOTH, "plan_sessions_unclear", id="no session named"),
        pytest.param(
            {"sessions_not_attended": (FRIDAY_PM, FRIDAY_PM)}, BOTH, "plan_sessions_unclear", id="a session named twice"
        ),
        pytest.param(
            {"sessions_not_attended": ((Weekday.FRIDAY, SchoolSession.AM),)},
            BOTH,
            "plan_session_not_timetabled",
            id="a session not in the timetable",
        ),
        pytest.param(
            {"sessions_not_attended": (FRIDAY_PM, MONDAY_AM)}, BOTH, "plan_leaves_nothing", id="every session"
        ),
    ],
)
def test_what_may_be_proposed(changes: dict[str, Any], parties: Parties, refusal: str) -> None:
    verdict = may_propose_plan(
        replace(PLAN, **changes),
        parties,
        today=TODAY,
        placement_starts_on=date(2026, 11, 2),
        placement_ends_on=date(2027, 2, 12),
        timetabled={MONDAY_AM, FRIDAY_PM},
    )
    assert code(verdict) == refusal


def test_a_plan_does_not_begin_before_its_placement() -> None:
    verdict = may_propose_plan(
        PLAN,
        BOTH,
        today=TODAY,
        placement_starts_on=date(2026, 12, 1),
        placement_ends_on=date(2027, 2, 12),
        timetabled={MONDAY_AM, FRIDAY_PM},
    )
    assert code(verdict) == "plan_outside_placement"


@pytest.mark.parametrize(
    ("weeks", "last"), [pytest.param(6, date(2027, 1, 10), id="six"), pytest.param(12, date(2027, 2, 21), id="twelve")]
)
def test_the_weeks_chosen_give_its_last_day(weeks: int, last: date) -> None:
    assert last_day_of(FIRST, weeks) == last


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        pytest.param(FIRST, datetime(2026, 11, 30, tzinfo=UTC), id="in winter"),
        pytest.param(date(2026, 6, 1), datetime(2026, 5, 31, 23, tzinfo=UTC), id="in summer time"),
    ],
)
def test_agreement_comes_before_the_day_begins_in_london(day: date, instant: datetime) -> None:
    assert plan_takes_effect_at(day) == instant


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        pytest.param(date(2026, 11, 1), date(2026, 11, 29), "", id="it ends the day before"),
        pytest.param(date(2026, 11, 1), FIRST, "plan_overlaps", id="it ends on the other's first day"),
        pytest.param(LAST, date(2027, 2, 1), "plan_overlaps", id="it begins on the other's last day"),
        pytest.param(date(2027, 1, 11), date(2027, 2, 1), "", id="it begins the day after"),
    ],
)
def test_a_day_has_one_plan(first: date, last: date, refusal: str) -> None:
    assert code(clear_of_other_plans(first, last, [(FIRST, LAST)])) == refusal


@pytest.mark.parametrize(
    ("starts_on", "already", "refusal"),
    [
        pytest.param(date(2027, 1, 11), False, "", id="from the day after"),
        pytest.param(LAST, False, "extension_overlaps", id="from its last day"),
        pytest.param(date(2027, 1, 11), True, "extension_stands", id="a second one"),
    ],
)
def test_what_may_follow_a_plan(starts_on: date, already: bool, refusal: str) -> None:
    assert code(may_extend_plan(LAST, starts_on, extended_already=already)) == refusal


@pytest.mark.parametrize(
    ("state", "today", "refusal"),
    [
        pytest.param(PlanState.AGREED, LAST, "", id="one that runs"),
        pytest.param(PlanState.OVERDUE, date(2027, 1, 11), "", id="one that is overdue"),
        pytest.param(PlanState.EXTENDED, LAST, "", id="one extended that still runs"),
        pytest.param(PlanState.EXTENDED, date(2027, 1, 11), "plan_is_over", id="one extended that is over"),
    ],
)
def test_what_may_be_ended(state: PlanState, today: date, refusal: str) -> None:
    assert code(may_end_plan(state, LAST, today)) == refusal


@pytest.mark.parametrize(
    ("held_on", "recorded", "refusal"),
    [
        pytest.param(FIRST, 0, "", id="on its first day"),
        pytest.param(date(2026, 12, 11), 99, "", id="today"),
        pytest.param(date(2026, 12, 12), 0, "review_day_impossible", id="tomorrow"),
        pytest.param(date(2026, 11, 29), 0, "review_day_impossible", id="before it began"),
        pytest.param(date(2026, 12, 11), 100, "too_many_reviews", id="one too many"),
    ],
)
def test_which_review_may_be_recorded(held_on: date, recorded: int, refusal: str) -> None:
    assert code(may_record_review(held_on, FIRST, date(2026, 12, 11), recorded)) == refusal


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        pytest.param("proposed", date(2026, 11, 29), "proposed", id="the day before, a proposal stands"),
        pytest.param("proposed", FIRST, "lapsed", id="on its first day a proposal has lapsed"),
        pytest.param("agreed", date(2026, 11, 29), "agreed", id="agreed, before it begins"),
        pytest.param("agreed", LAST, "agreed", id="on its last day it runs"),
        pytest.param("agreed", date(2027, 1, 11), "overdue", id="the day after it is overdue"),
        pytest.param("agreed", date(2027, 2, 12), "overdue", id="and so to the placement's last day"),
        pytest.param("agreed", date(2027, 2, 13), "ended", id="with which it has ended"),
        pytest.param("extended", date(2027, 1, 11), "extended", id="one that was extended is not overdue"),
        pytest.param("ended", date(2027, 1, 11), "ended", id="nor one that was ended"),
        pytest.param("refused", FIRST, "refused", id="one refused stays refused"),
    ],
)
def test_what_a_plan_is_today(state: str, today: date, expected: str) -> None:
    assert plan_state(PlanState(state), FIRST, LAST, date(2027, 2, 12), today) == expected


D1, D2 = date(2026, 12, 11), date(2027, 1, 8)


@pytest.mark.parametrize(
    ("held", "done"),
    [
        pytest.param([], [None, None], id="none"),
        pytest.param([date(2026, 12, 9)], [date(2026, 12, 9), None], id="the first, before its day"),
        pytest.param([date(2026, 12, 14)], [date(2026, 12, 14), None], id="the first, late: it counts once"),
        pytest.param([date(2026, 12, 14), D2], [date(2026, 12, 14), D2], id="the first late, the second in time"),
        pytest.param([date(2026, 12, 1), D1], [date(2026, 12, 1), None], id="two before the first are not the second"),
        pytest.param([D2, date(2026, 12, 1), D1], [date(2026, 12, 1), D2], id="in whatever order they are recorded"),
        pytest.param([FIRST], [FIRST, None], id="on the plan's first day"),
    ],
)
def test_which_reviews_were_held(held: list[date], done: list[date | None]) -> None:
    assert reviews_done(FIRST, (D1, D2), held) == list(zip((D1, D2), done, strict=True))


@pytest.mark.parametrize(
    ("reason", "first_review", "warnings"),
    [
        pytest.param(PlanReason.MENTAL_HEALTH, date(2026, 12, 21), [], id="a review after three weeks"),
        pytest.param(PlanReason.MENTAL_HEALTH, date(2026, 12, 22), [PlanWarning.FIRST_REVIEW_LATE], id="a day later"),
        pytest.param(PlanReason.BEHAVIOUR, FIRST, [PlanWarning.BEHAVIOUR_IS_NO_REASON], id="to manage behaviour"),
    ],
)
def test_what_is_only_remembered_warns(reason: PlanReason, first_review: date, warnings: list[PlanWarning]) -> None:
    assert plan_warnings(reason, FIRST, [LAST, first_review]) == warnings


def test_a_session_is_written_as_weekday_and_half_of_the_day() -> None:
    assert weekly_session("friday_pm") == FRIDAY_PM


@pytest.mark.parametrize(
    ("state", "verb", "by", "after"),
    [
        pytest.param("proposed", "agree", "host_school", "agreed", id="the school agrees"),
        pytest.param("proposed", "agree", "provider", "wrong_party", id="the provider has no say"),
        pytest.param("proposed", "withdraw", "party_that_proposed", "withdrawn", id="its party withdraws"),
        pytest.param("proposed", "withdraw", "commissioner", "wrong_party", id="the other party does not"),
        pytest.param("agreed", "withdraw", "party_that_proposed", "wrong_state", id="nor once it is agreed"),
        pytest.param("agreed", "end", "commissioner", "ended", id="either ends it"),
        pytest.param("overdue", "end", "host_school", "ended", id="overdue too"),
        pytest.param("overdue", "give_way", "extension", "extended", id="an extension follows one overdue"),
        pytest.param("ended", "give_way", "extension", "wrong_state", id="but none that ended"),
        pytest.param("refused", "extend", "host_school", "wrong_state", id="a refused one is not extended"),
        pytest.param("extended", "extend", "host_school", "wrong_state", id="nor one that was"),
    ],
)
def test_the_life_of_a_plan(state: str, verb: str, by: str, after: str) -> None:
    moved = PART_TIME_PLANS.move(PlanState(state), verb, by)
    assert (moved.code if isinstance(moved, Refused) else moved) == after


def test_a_refusal_names_only_what_callers_may_do() -> None:
    assert PART_TIME_PLANS.verbs_of_callers(PlanState.AGREED) == ("review", "end", "extend")
