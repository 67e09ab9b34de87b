"""Who is calling. The first argument of every query and service."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.access.scopes import Scope
from app.clock import london_day
from app.models.organisations import OrganisationKind


@dataclass(slots=True)
class Touched:
    """The children whose records this request reads or changes: what its audit entry names."""

    placements: set[UUID] = field(default_factory=set)
    pupils: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client of one organisation, within one request.

    `now` is the domain's time: the machine's, or where the organisation's sandbox clock stands.
    """

    organisation_id: UUID
    kind: OrganisationKind
    organisation_name: str
    client_id: UUID
    client_name: str
    scopes: frozenset[Scope]
    sandbox_id: UUID | None
    now: datetime
    request_id: str
    on_behalf_of: str | None = None
    touched: Touched = field(default_factory=Touched, compare=False)

    @property
    def today(self) -> date:
        """The school day in Europe/London."""
        return london_day(self.now)

    def sees_placements(self, *placement_ids: UUID) -> None:
        """Notes for the audit that this request reads or changes records of these placements."""
        self.touched.placements.update(placement_ids)

    def sees_pupils(self, *pupil_ids: UUID) -> None:
        """Notes for the audit that this request reads or changes these pupils."""
        self.touched.pupils.update(pupil_ids)
