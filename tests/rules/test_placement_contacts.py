"""Who may list which contact of a placement."""

from typing import Any

import pytest

from app.rules.placement_contacts import PlacementContactRole, check_placement_contact
from app.rules.verdict import Refused


@pytest.mark.parametrize(
    ("role", "change", "code"),
    [
        pytest.param("social_worker", {}, "", id="a service with both addresses"),
        pytest.param("ap_lead", {"by_host_school": True}, "", id="the host school names its AP lead"),
        pytest.param("ap_lead", {}, "ap_lead_not_of_host_school", id="nobody else does"),
        pytest.param("provider_lead", {"by_provider": True}, "", id="the provider names its lead"),
        pytest.param("provider_lead", {}, "provider_lead_not_of_provider", id="nobody else does that"),
        pytest.param("other", {"email": False}, "", id="a phone is enough"),
        pytest.param("other", {"phone": False}, "", id="an email is enough"),
        pytest.param("other", {"email": False, "phone": False}, "contact_unreachable", id="neither"),
        pytest.param("other", {"told_daily": True}, "", id="daily information by email"),
        pytest.param("other", {"told_daily": True, "email": False}, "daily_without_email", id="and not by phone"),
    ],
)
def test_who_lists_whom(role: str, change: dict[str, Any], code: str) -> None:
    said = {"by_host_school": False, "by_provider": False, "email": True, "phone": True, "told_daily": False}
    verdict = check_placement_contact(PlacementContactRole(role), **(said | change))
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
