"""A pupil is sent home only by agreement of school and parents, before it happens, and leaves once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, Parties, parties_to_agree
from app.rules.early_departures import (
    EARLY_DEPARTURES,
    EarlyDepartureState,
    PupilDay,
    clear_of_other_departures,
    early_departure_state,
    leaves_at,
    may_record_departure,
    may_request_early_departure,
    not_reported_as_unagreed,
)
from app.rules.verdict import Refused, Verdict

ASKED = parties_to_agree(
    AgreementKind.SENDING_HOME, commissioner=UUID(int=1), host_school=UUID(int=2), provider=UUID(int=3)
)
DAY = date(2026, 11, 24)
NINE, LEAVING = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 11, 40, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OPEN = PupilDay(DAY, True, False, [(time(9), time(12)), (time(13), time(15))])


def code_of(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("day", "leaving", "requested_at", "parties", "code"),
    [
        pytest.param(OPEN, time(11, 40), NINE, ASKED, "", id="in the middle of the morning"),
        pytest.param(OPEN, time(12, 30), NINE, ASKED, "", id="at lunch, with an afternoon to come"),
        pytest.param(OPEN, time(14, 59), NINE, ASKED, "", id="a minute before the end"),
        pytest.param(OPEN, time(11, 40), LEAVING - SECOND, ASKED, "", id="a second before"),
        pytest.param(OPEN, time(11, 40), LEAVING, ASKED, "early_departure_not_prior", id="when the pupil leaves"),
        pytest.param(OPEN, time(11, 40), LEAVING + SECOND, ASKED, "early_departure_not_prior", id="afterwards"),
        pytest.param(OPEN, time(11, 40), NINE, {}, "nobody_to_agree", id="nobody on the other side"),
        pytest.param(
            replace(OPEN, is_pupil_day=False), time(11, 40), NINE, ASKED, "early_departure_not_on_pupil_day", id="INSET"
        ),
        pytest.param(
            replace(OPEN, suspended=True), time(11, 40), NINE, ASKED, "suspended_that_day", id="suspended that day"
        ),
        pytest.param(
            replace(OPEN, sessions=[]), time(11, 40), NINE, ASKED, "no_session_that_day", id="no session that day"
        ),
        pytest.param(OPEN, time(9), NINE - MINUTE, ASKED, "leaves_before_first_session", id="turned away at the door"),
        pytest.param(OPEN, time(15), NINE, ASKED, "leaves_after_last_session", id="at the end of the day"),
    ],
)
def test_what_a_provider_may_ask_for(
    day: PupilDay, leaving: time, requested_at: datetime, parties: Parties, code: str
) -> None:
    verdict = may_request_early_departure(parties, day, leaving, requested_at)
    assert code_of(verdict) == code
    if code == "early_departure_not_prior" and isinstance(verdict, Refused):
        assert verdict.next_steps == {
            "still_to_agree": ["host_school", "parent"],
            "report_as": "report_unagreed_absence",
        }


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        pytest.param(DAY, LEAVING, id="in winter"),
        pytest.param(date(2026, 6, 9), datetime(2026, 6, 9, 10, 40, tzinfo=UTC), id="in summer"),
    ],
)
def test_a_pupil_leaves_by_the_clock_in_london(day: date, instant: datetime) -> None:
    assert leaves_at(day, time(11, 40)) == instant


@pytest.mark.parametrize(
    ("state", "now", "then"),
    [
        pytest.param("requested", LEAVING - SECOND, "requested", id="a request waits until the pupil would leave"),
        pytest.param("requested", LEAVING, "lapsed", id="and lapses then"),
        pytest.param("agreed", LEAVING + timedelta(days=1), "agreed", id="what was agreed does not lapse"),
    ],
)
def test_a_request_lapses_at_its_leaving_time(state: str, now: datetime, then: str) -> None:
    assert early_departure_state(EarlyDepartureState(state), LEAVING, now) == then


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        pytest.param([], "", id="nothing else was asked for"),
        pytest.param(["refused", "withdrawn", "lapsed"], "", id="what came to nothing"),
        pytest.param(["refused", "requested"], "early_departure_already_asked", id="another request"),
        pytest.param(["agreed"], "early_departure_already_asked", id="another that is agreed"),
        pytest.param(["requested", "departed"], "pupil_already_departed", id="the pupil has left"),
    ],
)
def test_a_pupil_leaves_once_a_day(standing: list[str], code: str) -> None:
    assert code_of(clear_of_other_departures(EarlyDepartureState(each) for each in standing)) == code


@pytest.mark.parametrize(("reported", "code"), [(False, ""), (True, "reported_as_unagreed")])
def test_what_is_reported_is_not_agreed_to_afterwards(reported: bool, code: str) -> None:
    assert code_of(not_reported_as_unagreed(reported=reported)) == code


@pytest.mark.parametrize(
    ("state", "agreed_at", "left_at", "suspended", "code"),
    [
        pytest.param("agreed", NINE, LEAVING, False, "", id="at the time agreed to"),
        pytest.param("agreed", NINE, LEAVING + timedelta(hours=3), False, "", id="later that day"),
        pytest.param("agreed", NINE, LEAVING - 30 * MINUTE, False, "", id="half an hour earlier"),
        pytest.param("agreed", NINE, LEAVING - 31 * MINUTE, False, "left_too_early", id="earlier than that"),
        pytest.param("agreed", LEAVING - MINUTE, LEAVING - MINUTE, False, "", id="once all had agreed"),
        pytest.param(
            "agreed", LEAVING - MINUTE, LEAVING - 2 * MINUTE, False, "left_before_agreement", id="before all had agreed"
        ),
        pytest.param("agreed", NINE, NINE - timedelta(days=1), False, "departure_on_another_day", id="the day before"),
        pytest.param(
            "agreed", NINE, LEAVING + timedelta(days=1), False, "departure_on_another_day", id="the day after"
        ),
        pytest.param("agreed", NINE, LEAVING, True, "suspended_that_day", id="suspended since it was agreed"),
        pytest.param("departed", NINE, LEAVING, False, "wrong_state", id="recorded already"),
        pytest.param("requested", None, LEAVING, False, "departure_not_agreed", id="not everybody has agreed"),
        pytest.param("refused", NINE, LEAVING, False, "departure_not_agreed", id="somebody refused"),
        pytest.param("withdrawn", NINE, LEAVING, False, "departure_not_agreed", id="the provider withdrew"),
        pytest.param("lapsed", LEAVING, LEAVING, False, "departure_not_agreed", id="it lapsed"),
    ],
)
def test_what_may_be_recorded_as_agreed(
    state: str, agreed_at: datetime | None, left_at: datetime, suspended: bool, code: str
) -> None:
    verdict = may_record_departure(
        EarlyDepartureState(state),
        ["parent"],
        left_at=left_at,
        agreed_at=agreed_at,
        leaving_at=LEAVING,
        suspended=suspended,
    )
    assert code_of(verdict) == code
    if isinstance(verdict, Refused) and code != "wrong_state":
        assert verdict.next_steps["report_as"] == "report_unagreed_absence"
    if isinstance(verdict, Refused) and code == "departure_not_agreed":
        assert verdict.next_steps["still_to_agree"] == ["parent"]


@pytest.mark.parametrize("state", list(EarlyDepartureState))
def test_the_life_of_an_early_departure(state: EarlyDepartureState) -> None:
    verbs = {
        "requested": ("agree", "refuse", "withdraw", "lapse", "end_with_placement"),
        "agreed": ("record_departure", "withdraw", "end_with_placement"),
    }
    assert EARLY_DEPARTURES.verbs_from(state) == verbs.get(state, ())
