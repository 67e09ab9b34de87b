"""Visits of quality assurance."""

from datetime import date

from app.rules.qa import may_be_carried_out
from app.rules.verdict import Refused

TODAY, TOMORROW = date(2026, 1, 12), date(2026, 1, 13)


def test_a_visit_is_carried_out_on_a_day_that_has_come() -> None:
    assert may_be_carried_out(TODAY, TODAY)
    verdict = may_be_carried_out(TOMORROW, TODAY)
    assert isinstance(verdict, Refused)
    assert verdict.code == "visit_in_future"
