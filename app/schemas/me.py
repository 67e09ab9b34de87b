from typing import Annotated

from pydantic import Field

from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.schemas.wire import Day, Id, Instant, Name, Read


class Me(Read):
    """The calling client, its organisation, and the time that organisation lives in."""

    client_id: Id
    client_name: Name
    organisation_id: Id
    organisation_name: Name
    kind: OrganisationKind
    scopes: Annotated[list[Scope], Field(max_length=100)]
    sandbox: bool
    now: Instant
    today: Day
