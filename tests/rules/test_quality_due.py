"""Everything that is due, of every kind in one order."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.quality_due import DueItem, DueKind, ToDo, WaitsFor, is_overdue, soonest

MONDAY, TUESDAY = date(2026, 1, 12), date(2026, 1, 13)


def item(kind: DueKind, key: str, due_on: date) -> DueItem:
    return DueItem(kind, key, due_on, UUID(int=1), ToDo.COMPLETE_ACTION, WaitsFor.PROVIDER, f"/v1/x/{key}")


ACTIONS = [item(DueKind.ACTION, "a", MONDAY), item(DueKind.ACTION, "b", TUESDAY)]
VISITS = [item(DueKind.VISIT, "a", MONDAY)]


@pytest.mark.parametrize(
    ("most", "keys"),
    [
        pytest.param(9, [("action", "a"), ("visit", "a"), ("action", "b")], id="by day, then by kind"),
        pytest.param(2, [("action", "a"), ("visit", "a")], id="no more than asked for"),
    ],
)
def test_the_soonest_of_each_kind_come_first(most: int, keys: list[tuple[str, str]]) -> None:
    assert [(each.kind.value, each.key) for each in soonest([ACTIONS, [], VISITS], most)] == keys


def test_what_is_due_is_overdue_after_its_day() -> None:
    assert not is_overdue(MONDAY, MONDAY)
    assert is_overdue(MONDAY, TUESDAY)
