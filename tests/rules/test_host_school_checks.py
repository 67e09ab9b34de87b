"""What the host school does while the child is away, and by when."""

from datetime import date

import pytest

from app.rules.host_school_checks import (
    ALWAYS_APPLY,
    FREQUENCIES,
    CheckFrequency,
    CheckKind,
    CheckOutcome,
    check_deadlines,
    check_standings,
    may_record_check,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD

START, END = date(2025, 11, 3), date(2026, 2, 13)


@pytest.mark.parametrize(
    ("kind", "frequency"),
    [
        pytest.param("weekly_safeguarding_checkin", "weekly", id="check-ins every week"),
        pytest.param("free_school_meals", "termly", id="free school meals looked at every term"),
        pytest.param("statutory_assessment", "termly", id="a statutory assessment progressed every term"),
        pytest.param("termly_meeting", "termly", id="parent, provider and school meet every term"),
        pytest.param("social_worker_aware", "once", id="a social worker made aware once"),
        pytest.param("sen_officer_aware", "once", id="an SEN officer made aware once"),
        pytest.param("reintegration", "termly", id="the return looked at every term"),
    ],
)
def test_how_often_each_is_done(kind: str, frequency: str) -> None:
    assert FREQUENCIES[CheckKind(kind)] is CheckFrequency(frequency)
    assert FREQUENCIES.keys() == set(CheckKind)


@pytest.mark.parametrize(
    ("kind", "first", "second", "many"),
    [
        pytest.param("weekly_safeguarding_checkin", "2025-11-07", "2025-11-14", 13, id="weekly, in open weeks alone"),
        pytest.param("termly_meeting", "2025-12-18", "2026-02-13", 2, id="termly, by the end of the term or placement"),
        pytest.param("sen_officer_aware", "2025-11-07", None, 1, id="once, by the end of the first week"),
    ],
)
def test_the_days_by_which_it_is_done(kind: str, first: str, second: str | None, many: int) -> None:
    days = [each.due_on for each in check_deadlines(AWKWARD, START, END) if each.kind == kind]
    assert (days[0], len(days)) == (date.fromisoformat(first), many)
    assert second is None or days[1] == date.fromisoformat(second)


@pytest.mark.parametrize(
    ("kind", "done", "today", "next_due_on", "missed"),
    [
        pytest.param("weekly_safeguarding_checkin", [], "2025-11-07", "2025-11-07", [], id="due today is not missed"),
        pytest.param(
            "weekly_safeguarding_checkin",
            [],
            "2025-11-08",
            "2025-11-14",
            ["2025-11-07"],
            id="missed from the day after",
        ),
        pytest.param(
            "weekly_safeguarding_checkin", ["2025-11-05"], "2025-11-05", "2025-11-14", [], id="done this week"
        ),
        pytest.param(
            "weekly_safeguarding_checkin", ["2025-11-09"], "2025-11-10", "2025-11-14", [], id="done on the Sunday"
        ),
        pytest.param(
            "weekly_safeguarding_checkin",
            ["2025-11-10"],
            "2025-11-10",
            "2025-11-21",
            ["2025-11-07"],
            id="a week that was missed is not made good by the next",
        ),
        pytest.param("termly_meeting", ["2025-12-30"], "2026-01-10", "2026-02-13", [], id="in the holidays after"),
        pytest.param("termly_meeting", [], "2026-01-10", "2026-02-13", ["2025-12-18"], id="a term without a meeting"),
        pytest.param("social_worker_aware", ["2025-10-20"], "2025-11-10", None, [], id="once, before it began"),
        pytest.param("social_worker_aware", ["2026-01-20"], "2026-01-20", None, [], id="once, late but done"),
        pytest.param("social_worker_aware", [], "2026-01-20", None, ["2025-11-07"], id="once, and not done"),
    ],
)
def test_where_a_check_stands(
    kind: str, done: list[str], today: str, next_due_on: str | None, missed: list[str]
) -> None:
    days = [date.fromisoformat(each) for each in done]
    standings = check_standings(
        AWKWARD, starts_on=START, ends_on=END, done={CheckKind(kind): days}, today=date.fromisoformat(today)
    )
    assert [each.kind for each in standings] == list(CheckKind)
    found = next(each for each in standings if each.kind == kind)
    assert str(found.next_due_on) == str(next_due_on)
    assert [str(each) for each in found.missed] == missed
    assert found.last_done_on == max(days, default=None)


@pytest.mark.parametrize(
    ("kind", "outcome", "done_on", "code"),
    [
        pytest.param("termly_meeting", "done", "2025-11-03", "", id="on the first day"),
        pytest.param("termly_meeting", "done", "2025-12-01", "", id="today"),
        pytest.param("termly_meeting", "done", "2025-12-02", "check_in_future", id="tomorrow"),
        pytest.param("termly_meeting", "done", "2025-11-02", "check_outside_placement", id="before the placement"),
        pytest.param("social_worker_aware", "done", "2025-11-02", "", id="made aware before it began"),
        pytest.param("free_school_meals", "not_applicable", "2025-11-03", "", id="no free meals are due"),
        pytest.param("reintegration", "attempted", "2025-11-03", "", id="attempted"),
        *[
            pytest.param(kind, "not_applicable", "2025-11-03", "check_always_applies", id=f"no {kind} for this child")
            for kind in sorted(ALWAYS_APPLY)
        ],
    ],
)
def test_what_may_be_recorded(kind: str, outcome: str, done_on: str, code: str) -> None:
    verdict = may_record_check(
        CheckKind(kind),
        CheckOutcome(outcome),
        date.fromisoformat(done_on),
        today=date(2025, 12, 1),
        starts_on=START,
        ends_on=END,
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_nothing_is_recorded_of_days_after_the_placement() -> None:
    verdict = may_record_check(
        CheckKind.SEN_OFFICER_AWARE,
        CheckOutcome.DONE,
        date(2026, 2, 14),
        today=END.replace(day=20),
        starts_on=START,
        ends_on=END,
    )
    assert isinstance(verdict, Refused)
    assert verdict.code == "check_outside_placement"
