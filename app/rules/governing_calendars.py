"""Whose calendar governs a placement.

Source: Salford AP contract slides (the placement's calendar is agreed), read in the primary source.
"""

from enum import StrEnum
from uuid import UUID

from app.rules.sources import SALFORD
from app.rules.verdict import Refused


class CalendarBasis(StrEnum):
    """Whose calendar it is. The last two are by agreement: the commissioner proposes, the provider accepts."""

    COMMISSIONER = "commissioner"
    COMMISSIONERS_COUNCIL = "commissioners_council"
    HOST_SCHOOL = "host_school"
    PROVIDER = "provider"


def calendar_basis(
    owner: UUID, *, commissioner: UUID, council_of_commissioner: UUID | None, host_school: UUID | None, provider: UUID
) -> CalendarBasis | Refused:
    """The basis on which `owner`'s calendar governs a placement between these parties, the nearest one.

    `council_of_commissioner` is None where the commissioner is a council itself, or a school that publishes a calendar
    of its own. Source: Salford AP contract slides, read in the primary source.
    """
    bases = {
        CalendarBasis.COMMISSIONER: commissioner,
        CalendarBasis.COMMISSIONERS_COUNCIL: council_of_commissioner,
        CalendarBasis.HOST_SCHOOL: host_school,
        CalendarBasis.PROVIDER: provider,
    }
    for basis, holder in bases.items():
        if holder == owner:
            return basis
    return Refused(
        "calendar_of_no_party",
        "The calendar must be the commissioner's or, by agreement, the host school's or the provider's.",
        SALFORD,
        {"would_be_lawful": [each.value for each, holder in bases.items() if holder is not None]},
    )
