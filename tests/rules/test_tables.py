"""Cells as text, and what a spreadsheet would take for a formula."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.rules.tables import may_be_a_formula, safe_text_of, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (-1, "-1"),
        (66.7, "66.7"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "2026-11-24T08:00:00Z"),
        (datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1))), "2026-07-01T08:00:00Z"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (["monday_am", date(2026, 12, 11)], "monday_am; 2026-12-11"),
        ([], ""),
        ("Zoë", "Zoë"),
    ],
)
def test_a_value_is_written_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "dangerous"),
    [
        ("=1+1", True),
        (" \n=1+1", True),
        (["=1+1"], True),
        ("@SUM", True),
        ("\tx", True),
        ("\uff1d1+1", True),
        ("\uff20SUM", True),
        ("\u00a0=1+1", True),
        ("\ufeff+1", True),
        ("a=b", False),
        (-1, False),
        (None, False),
        ("", False),
    ],
)
def test_what_begins_like_a_formula_is_made_safe(value: object, dangerous: bool) -> None:
    assert may_be_a_formula(value) == dangerous
    assert safe_text_of(value) == ("'" if dangerous else "") + text_of(value)
