"""Whose calendar governs a placement.

Source: Salford AP contract slides (the placement's calendar is agreed), read in the primary source.
"""

from enum import StrEnum
from uuid import UUID

from app.rules.sources import SALFORD
from app.rules.verdict import Refused


class CalendarBasis(StrEnum):
    """Whose calendar it is, or why it is not another one.

    `host_school` and `provider` are by agreement: the commissioner proposes, the provider accepts. `placed_under` is
    the calendar under which the child is with a provider that places it with another (sub-commissioning).
    """

    COMMISSIONER = "commissioner"
    COMMISSIONERS_COUNCIL = "commissioners_council"
    HOST_SCHOOL = "host_school"
    PROVIDER = "provider"
    PLACED_UNDER = "placed_under"


def calendar_basis(
    owner: UUID,
    *,
    commissioner: UUID,
    council_of_commissioner: UUID | None,
    host_school: UUID | None,
    provider: UUID,
    placed_under: bool = False,
) -> CalendarBasis | Refused:
    """The basis on which `owner`'s calendar governs a placement between these parties, the nearest one.

    `council_of_commissioner` is None where the commissioner is a council itself, or a school that publishes a calendar
    of its own; `placed_under` says that the child is with the commissioner under this very calendar.

    Source: Salford AP contract slides, read in the primary source; sub-commissioning, Waymark's own.
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
    if placed_under:
        return CalendarBasis.PLACED_UNDER
    return Refused(
        "calendar_of_no_party",
        "The calendar must be the commissioner's or, by agreement, the host school's or the provider's.",
        SALFORD,
        {"would_be_lawful": [each.value for each, holder in bases.items() if holder is not None]},
    )
