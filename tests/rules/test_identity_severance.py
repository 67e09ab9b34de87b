"""Severing an identity: one row per clause."""

import pytest

from app.rules.identity_severance import may_sever

OLD, NEW = "A000012345678", "B000012345671"


@pytest.mark.parametrize(
    ("old", "new", "alert_open", "rule"),
    [
        pytest.param(OLD, NEW, False, None, id="a new number is lawful"),
        pytest.param(OLD, None, False, None, id="the new number may come later"),
        pytest.param(None, NEW, False, None, id="a child who had none may be given one"),
        pytest.param(None, None, False, None, id="neither need have one"),
        pytest.param(OLD, OLD, False, "upn_kept", id="the old number would link the two"),
        pytest.param(OLD, NEW, True, "alert_open", id="a missing child is found first"),
    ],
)
def test_a_severance(old: str | None, new: str | None, alert_open: bool, rule: str | None) -> None:
    verdict = may_sever(old_upn=old, new_upn=new, alert_open=alert_open)
    assert getattr(verdict, "code", None) == rule
