"""The clocks of reviews, host schools' checks and moves, a row for each clause."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.rules.clocks import Clock, ClockState, told_as
from app.rules.follow_up_clocks import check_clocks, review_clocks, sustained_clock
from app.rules.host_school_checks import CheckFrequency, CheckKind, CheckStanding
from app.rules.placement_clocks import Placed
from app.rules.reviews import review_standings
from app.rules.sustained_checks import CheckRecord
from tests.rules.published_calendars import AWKWARD

PLACED = Placed("/v1/placements/x", True, date(2025, 11, 5), date(2026, 2, 13), True, False)
HALF_TERMS = date(2025, 12, 18), date(2026, 2, 13)
Shown = list[tuple[date | None, str, date | None]]


def shown(clocks: list[Clock]) -> Shown:
    return [(each.due_on, each.state.value, each.done_on) for each in clocks]


@pytest.mark.parametrize(
    ("held", "next_review_by", "today", "expected"),
    [
        pytest.param([], None, date(2025, 12, 3), ["upcoming", "upcoming"], id="fifteen days before"),
        pytest.param([], None, date(2025, 12, 18), ["due", "upcoming"], id="on its day"),
        pytest.param([], None, date(2025, 12, 19), ["overdue", "upcoming"], id="the day after"),
        pytest.param([], None, date(2026, 2, 27), ["overdue", "overdue"], id="two weeks after the end"),
        pytest.param([], None, date(2026, 2, 28), [], id="later, there is nothing to record"),
        pytest.param([date(2025, 12, 1)], None, date(2026, 2, 28), ["done"], id="later, what was held"),
        pytest.param([date(2025, 12, 1)], date(2026, 1, 9), date(2025, 12, 30), ["done", "upcoming", "due"], id="agreed"),
        pytest.param([date(2025, 12, 1)], date(2026, 2, 13), date(2025, 12, 30), ["done", "upcoming"], id="agreed too"),
        pytest.param([date(2025, 12, 1)], date(2026, 1, 9), date(2026, 2, 28), ["done"], id="agreed, long over"),
    ],
)  # fmt: skip
def test_reviews(held: list[date], next_review_by: date | None, today: date, expected: list[str]) -> None:
    standings = review_standings(
        AWKWARD, starts_on=PLACED.starts_on, ends_on=PLACED.ends_on, held=held, today=today
    )  # fmt: skip
    clocks = list(review_clocks(PLACED, standings, next_review_by, today))
    assert [each.state for each in clocks] == expected
    assert {each.subject for each in clocks} <= {"/v1/placements/x/reviews"}
    days = {*HALF_TERMS, next_review_by}
    assert {each.due_on for each in clocks} <= days


WEEKLY = CheckStanding(
    CheckKind.WEEKLY_SAFEGUARDING_CHECKIN,
    CheckFrequency.WEEKLY,
    date(2025, 11, 20),
    date(2025, 12, 12),
    (date(2025, 11, 28), date(2025, 12, 5)),
)
TERMLY = CheckStanding(CheckKind.TERMLY_MEETING, CheckFrequency.TERMLY, None, date(2025, 12, 18), ())
MISSED, NEXT = (date(2025, 12, 5), "overdue", None), (date(2025, 12, 12), "due", None)


@pytest.mark.parametrize(
    ("standing", "today", "since", "expected"),
    [
        pytest.param(WEEKLY, date(2025, 12, 6), None, [MISSED, NEXT], id="the last that was missed"),
        pytest.param(WEEKLY, date(2025, 12, 6), date(2025, 11, 29), [MISSED, NEXT], id="one since"),
        pytest.param(
            WEEKLY, date(2025, 12, 6), date(2025, 11, 28), [(date(2025, 11, 28), "overdue", None), MISSED, NEXT],
            id="each since",
        ),
        pytest.param(replace(WEEKLY, missed=()), date(2025, 12, 5), None, [(NEXT[0], "upcoming", None)], id="next week's"),
        pytest.param(replace(WEEKLY, next_due_on=None), date(2025, 12, 6), None, [MISSED], id="none to come"),
        pytest.param(TERMLY, date(2025, 12, 3), None, [(date(2025, 12, 18), "upcoming", None)], id="a term's, early"),
        pytest.param(TERMLY, date(2025, 12, 4), None, [(date(2025, 12, 18), "due", None)], id="a term's"),
        pytest.param(
            replace(WEEKLY, missed=(), next_due_on=None), date(2025, 12, 6), None, [(None, "done", date(2025, 11, 20))],
            id="all done",
        ),
        pytest.param(replace(TERMLY, next_due_on=None), date(2025, 12, 6), None, [], id="none asked for"),
        pytest.param(WEEKLY, date(2026, 2, 27), None, [MISSED, (NEXT[0], "overdue", None)], id="two weeks after the end"),
        pytest.param(WEEKLY, date(2026, 2, 28), None, [], id="later, there is nothing to record"),
        pytest.param(
            replace(WEEKLY, missed=(), next_due_on=None), date(2026, 3, 1), None, [(None, "done", date(2025, 11, 20))],
            id="done, and over",
        ),
    ],
)  # fmt: skip
def test_checks(standing: CheckStanding, today: date, since: date | None, expected: Shown) -> None:
    clocks = list(check_clocks(PLACED, [standing], today, since))
    assert shown(clocks) == expected
    assert {each.subject for each in clocks} <= {f"/v1/placements/x/checks?kind={standing.kind}"}
    for each in clocks:
        late = each.state is ClockState.OVERDUE
        assert each.counted == (len(standing.missed) if late else None)


def test_a_check_of_a_week_is_told_due_six_days_before() -> None:
    clock = next(iter(check_clocks(PLACED, [replace(WEEKLY, missed=())], date(2025, 12, 13))))
    assert told_as(clock, date(2025, 12, 1), date(2025, 12, 13)) == [
        (ClockState.DUE, date(2025, 12, 6)),
        (ClockState.OVERDUE, date(2025, 12, 13)),
    ]


DUE_ON = date(2026, 7, 17)


@pytest.mark.parametrize(
    ("record", "due_on", "today", "state"),
    [
        pytest.param(CheckRecord.OPEN, None, DUE_ON, "upcoming", id="no day known"),
        pytest.param(CheckRecord.OPEN, DUE_ON, DUE_ON - timedelta(days=1), "upcoming", id="the day before"),
        pytest.param(CheckRecord.OPEN, DUE_ON, DUE_ON, "due", id="on its day"),
        pytest.param(CheckRecord.OPEN, DUE_ON, DUE_ON + timedelta(days=28), "due", id="four weeks later"),
        pytest.param(CheckRecord.OPEN, DUE_ON, DUE_ON + timedelta(days=29), "overdue", id="another day"),
        pytest.param(CheckRecord.DONE, DUE_ON, DUE_ON, "done", id="answered"),
        pytest.param(CheckRecord.VOID, DUE_ON, DUE_ON, "not_applicable", id="another took its place"),
    ],
)
def test_moves(record: CheckRecord, due_on: date | None, today: date, state: str) -> None:
    clock = sustained_clock("/v1/sustained-checks/x", record, due_on, None, today)
    assert (clock.state, clock.due_on, clock.subject) == (state, due_on, "/v1/sustained-checks/x")
