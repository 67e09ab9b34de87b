"""The calendar that governs a placement is one of its parties'."""

from uuid import UUID

import pytest

from app.rules.governing_calendars import CalendarBasis, calendar_basis
from app.rules.verdict import Refused

COMMISSIONER, COUNCIL, SCHOOL, PROVIDER, STRANGER = (UUID(int=i) for i in range(1, 6))


@pytest.mark.parametrize(
    ("owner", "council", "school", "basis"),
    [
        pytest.param(COMMISSIONER, None, SCHOOL, "commissioner", id="the commissioner's own"),
        pytest.param(COUNCIL, COUNCIL, SCHOOL, "commissioners_council", id="its council's, for a school without one"),
        pytest.param(COUNCIL, None, SCHOOL, None, id="its council's, for a school that has one"),
        pytest.param(SCHOOL, None, SCHOOL, "host_school", id="the host school's"),
        pytest.param(SCHOOL, None, None, None, id="a school's where there is no host school"),
        pytest.param(PROVIDER, None, SCHOOL, "provider", id="the provider's"),
        pytest.param(COMMISSIONER, None, COMMISSIONER, "commissioner", id="in two roles, the nearest"),
        pytest.param(STRANGER, COUNCIL, SCHOOL, None, id="a stranger's"),
    ],
)
def test_whose_calendar_governs(owner: UUID, council: UUID | None, school: UUID | None, basis: str | None) -> None:
    found = calendar_basis(
        owner,
        commissioner=COMMISSIONER,
        council_of_commissioner=council,
        host_school=school,
        provider=PROVIDER,
    )
    under = calendar_basis(
        owner,
        commissioner=COMMISSIONER,
        council_of_commissioner=council,
        host_school=school,
        provider=PROVIDER,
        placed_under=True,
    )
    assert under is CalendarBasis(basis or "placed_under")
    if basis is not None:
        assert found is CalendarBasis(basis)
        return
    assert isinstance(found, Refused)
    lawful = found.next_steps["would_be_lawful"]
    assert ("commissioners_council" in lawful, "host_school" in lawful) == (council is not None, school is not None)
    assert found.code == "calendar_of_no_party"
