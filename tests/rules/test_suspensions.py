"""A suspension needs the prior agreement of all who must agree."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, Parties, parties_to_agree
from app.rules.sources import MEMORY
from app.rules.suspensions import (
    SUSPENSIONS,
    SuspensionState,
    clear_of_other_suspensions,
    days_kept_away,
    kept_away_until,
    may_request_suspension,
    may_withdraw_suspension,
    suspension_has_lapsed,
    suspension_state,
    suspension_takes_effect_at,
    suspension_warnings,
)
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD

BOTH = parties_to_agree(
    AgreementKind.SUSPENSION, commissioner=UUID(int=1), host_school=UUID(int=2), provider=UUID(int=3)
)
NINE = datetime(2025, 11, 11, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = date(2025, 11, 11)


@pytest.mark.parametrize(
    ("first_day", "last_day", "requested_at", "parties", "code"),
    [
        pytest.param(DAY, DAY, NINE - SECOND, BOTH, "", id="a second before it takes effect is before"),
        pytest.param(DAY, DAY, NINE, BOTH, "suspension_not_prior", id="at the instant of effect is not before"),
        pytest.param(DAY, DAY, NINE + SECOND, BOTH, "suspension_not_prior", id="after is not before"),
        pytest.param(DAY, DAY, NINE - SECOND, {}, "nobody_to_agree", id="nobody on the other side"),
        pytest.param(DAY, date(2025, 11, 10), NINE - SECOND, BOTH, "suspension_backwards", id="ends before it begins"),
        pytest.param(
            date(2025, 11, 3), DAY, NINE - SECOND, BOTH, "suspension_outside_placement", id="before the placement"
        ),
        pytest.param(
            DAY, date(2026, 2, 16), NINE - SECOND, BOTH, "suspension_outside_placement", id="after the placement"
        ),
        pytest.param(
            date(2025, 11, 15), date(2025, 11, 17), NINE, BOTH, "suspension_not_on_pupil_day", id="begins on a Saturday"
        ),
        pytest.param(
            DAY, date(2025, 12, 19), NINE - SECOND, BOTH, "suspension_not_on_pupil_day", id="ends on an INSET day"
        ),
        pytest.param(DAY, date(2026, 2, 13), NINE - SECOND, BOTH, "", id="many days are warned of, and not refused"),
    ],
)
def test_what_a_provider_may_ask_for(
    first_day: date, last_day: date, requested_at: datetime, parties: Parties, code: str
) -> None:
    verdict = may_request_suspension(
        AWKWARD,
        parties,
        first_day=first_day,
        last_day=last_day,
        takes_effect_at=NINE,
        requested_at=requested_at,
        starts_on=date(2025, 11, 5),
        ends_on=date(2026, 2, 13),
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    if code == "suspension_not_prior" and isinstance(verdict, Refused):
        assert verdict.next_steps["still_to_agree"] == ["commissioner", "host_school"]
        assert verdict.next_steps["report_as"] == "report_unagreed_absence"
        assert "that nobody agreed to" in verdict.next_steps["would_be_lawful"][1]


@pytest.mark.parametrize(
    ("day", "starts", "instant"),
    [
        pytest.param(date(2025, 11, 11), time(9), datetime(2025, 11, 11, 9, tzinfo=UTC), id="in winter"),
        pytest.param(date(2026, 6, 11), time(9), datetime(2026, 6, 11, 8, tzinfo=UTC), id="in summer"),
        pytest.param(date(2026, 6, 11), time(), datetime(2026, 6, 10, 23, tzinfo=UTC), id="without a session's start"),
    ],
)
def test_it_takes_effect_by_the_clock_in_london(day: date, starts: time, instant: datetime) -> None:
    assert suspension_takes_effect_at(day, starts) == instant


@pytest.mark.parametrize(
    ("state", "now", "lapsed"),
    [
        pytest.param("requested", NINE - SECOND, False, id="a request still waits before the instant"),
        pytest.param("requested", NINE, True, id="a request lapses at the instant"),
        pytest.param("agreed", NINE, False, id="what was agreed does not lapse"),
    ],
)
def test_a_request_that_not_all_agreed_to_lapses(state: str, now: datetime, lapsed: bool) -> None:
    assert suspension_has_lapsed(SuspensionState(state), NINE, now) is lapsed
    assert suspension_state(SuspensionState(state), NINE, now) == ("lapsed" if lapsed else state)


@pytest.mark.parametrize(
    ("first", "last", "clear"),
    [
        pytest.param(9, 10, True, id="the days before another"),
        pytest.param(9, 11, False, id="the first day of another"),
        pytest.param(12, 12, False, id="a day within another"),
        pytest.param(10, 14, False, id="days around another"),
        pytest.param(13, 14, False, id="the last day of another"),
        pytest.param(14, 16, True, id="the days after another"),
    ],
)
def test_no_day_is_suspended_twice(first: int, last: int, clear: bool) -> None:
    standing = [(date(2025, 11, 11), date(2025, 11, 13))]
    verdict = clear_of_other_suspensions(date(2025, 11, first), date(2025, 11, last), standing)
    assert bool(verdict) is clear
    assert clear or (isinstance(verdict, Refused) and verdict.code == "suspension_overlaps")


@pytest.mark.parametrize(
    ("today", "code"),
    [
        pytest.param(DAY, "", id="on its last day it may still be withdrawn"),
        pytest.param(DAY + timedelta(days=1), "suspension_is_over", id="afterwards it stays on record"),
    ],
)
def test_withdrawing_before_it_is_over(today: date, code: str) -> None:
    verdict = may_withdraw_suspension(DAY, today)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("state", "settled_at", "until"),
    [
        pytest.param("agreed", NINE - SECOND, date(2025, 11, 13), id="what was agreed, all its days"),
        pytest.param("withdrawn", NINE, DAY, id="withdrawn once begun, up to that day"),
        pytest.param("withdrawn", NINE + timedelta(days=9), date(2025, 11, 13), id="and never beyond its last"),
        pytest.param("withdrawn", NINE - SECOND, None, id="withdrawn before, none"),
        pytest.param("withdrawn", None, None, id="without a time of it, none"),
        pytest.param("requested", None, None, id="a request, none"),
        pytest.param("refused", NINE, None, id="refused, none"),
        pytest.param("lapsed", NINE, None, id="lapsed, none"),
    ],
)
def test_the_days_on_which_a_pupil_was_kept_away(state: str, settled_at: datetime | None, until: date | None) -> None:
    assert kept_away_until(SuspensionState(state), date(2025, 11, 13), NINE, settled_at) == until


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([(date(2025, 11, 14), date(2025, 11, 17))], 2, id="a weekend between does not count"),
        pytest.param([(date(2025, 12, 18), date(2025, 12, 19))], 1, id="nor does an INSET day"),
        pytest.param([(DAY, DAY), (DAY, date(2025, 11, 12))], 2, id="a day in two placements counts once"),
        pytest.param([(date(2026, 7, 16), date(2026, 9, 30))], 3, id="what lies beyond the school year counts there"),
    ],
)
def test_pupil_days_are_counted_by_the_school_year(spans: list[tuple[date, date]], days: int) -> None:
    assert days_kept_away([(AWKWARD, first, last) for first, last in spans], "2025-26") == days


def test_many_days_in_a_school_year_are_warned_of() -> None:
    assert suspension_warnings(45) == ()
    (warning,) = suspension_warnings(46)
    assert (warning.code, warning.source) == ("many_days_in_school_year", MEMORY)
    assert "46 days" in warning.detail


@pytest.mark.parametrize("state", list(SuspensionState))
def test_the_life_of_a_suspension(state: SuspensionState) -> None:
    verbs = {
        "requested": ("agree", "refuse", "withdraw", "lapse", "end_with_placement"),
        "agreed": ("withdraw", "end_with_placement"),
    }
    assert SUSPENSIONS.verbs_from(state) == verbs.get(state, ())
