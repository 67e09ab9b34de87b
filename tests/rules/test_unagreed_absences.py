"""A report of what nobody agreed to is taken as it came, and never refused."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.agreements import parties_to_agree
from app.rules.placements import PlacementState
from app.rules.unagreed_absences import (
    NEEDED,
    UNAGREED_ABSENCES,
    ReviewOutcome,
    UnagreedAbsenceState,
    UnagreedKind,
    agreement_missing,
    forbids_agreement,
    report_flags,
)

COUNCIL, SCHOOL, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)
FROM, UNTIL = date(2026, 11, 2), date(2026, 12, 18)


@pytest.mark.parametrize(
    ("kind", "agreed", "parents", "missing"),
    [
        pytest.param("sent_home", (), False, ["host_school", "parent"], id="sent home, nobody asked"),
        pytest.param("sent_home", (SCHOOL,), False, ["parent"], id="sent home, the school agreed"),
        pytest.param("sent_home", (SCHOOL,), True, [], id="sent home, all agreed"),
        pytest.param("kept_away", (), False, ["commissioner", "host_school"], id="kept away, nobody asked"),
        pytest.param("kept_away", (COUNCIL,), False, ["host_school"], id="kept away, the commissioner agreed"),
    ],
)
def test_what_agreement_was_missing(kind: str, agreed: tuple[UUID, ...], parents: bool, missing: list[str]) -> None:
    what = UnagreedKind(kind)
    parties = parties_to_agree(NEEDED[what], commissioner=COUNCIL, host_school=SCHOOL, provider=PROVIDER)
    assert agreement_missing(what, parties, agreed, parents_consent=parents) == missing


@pytest.mark.parametrize(
    ("state", "starts_on", "ends_on", "expected", "missing", "flags"),
    [
        pytest.param("accepted", FROM, UNTIL, True, ["parent"], [], id="nothing odd"),
        pytest.param("proposed", FROM, FROM, True, ["parent"], ["placement_not_active"], id="only proposed"),
        pytest.param("accepted", UNTIL, date(2027, 1, 8), True, ["parent"], [], id="the last day and beyond"),
        pytest.param(
            "accepted",
            date(2026, 12, 19),
            date(2027, 1, 8),
            False,
            ["parent"],
            ["placement_not_active", "no_session_expected"],
            id="after the placement",
        ),
        pytest.param(
            "accepted", date(2026, 11, 1), date(2026, 11, 1), True, ["parent"], ["placement_not_active"], id="before it"
        ),
        pytest.param("accepted", FROM, FROM, False, ["parent"], ["no_session_expected"], id="no session expected"),
        pytest.param("accepted", FROM, FROM, True, [], ["agreed_on_record"], id="everybody had agreed"),
    ],
)
def test_what_looks_odd(
    state: str, starts_on: date, ends_on: date, expected: bool, missing: list[str], flags: list[str]
) -> None:
    found = report_flags(
        state=PlacementState(state),
        placed_from=FROM,
        placed_until=UNTIL,
        starts_on=starts_on,
        ends_on=ends_on,
        session_expected=expected,
        missing=missing,
    )
    assert [flag.value for flag in found] == flags


@pytest.mark.parametrize("outcome", [None, *ReviewOutcome])
def test_only_a_report_in_error_stands_in_no_ones_way(outcome: ReviewOutcome | None) -> None:
    assert forbids_agreement(outcome) is (outcome != "reported_in_error")


@pytest.mark.parametrize(
    ("state", "by", "after"),
    [
        pytest.param("open", "commissioner", "reviewed", id="the commissioner reviews"),
        pytest.param("open", "provider", "wrong_party", id="not the provider"),
        pytest.param("open", "host_school", "wrong_party", id="not the school"),
        pytest.param("reviewed", "commissioner", "wrong_state", id="not twice"),
    ],
)
def test_the_life_of_a_report(state: str, by: str, after: str) -> None:
    moved = UNAGREED_ABSENCES.move(UnagreedAbsenceState(state), "review", by)
    assert (moved if isinstance(moved, UnagreedAbsenceState) else moved.code) == after
