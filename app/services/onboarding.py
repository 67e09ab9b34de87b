"""Opening organisations and sandboxes: what an operator does on the command line, and the sandbox's seed by itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.organisations import Contact, ContactRole, Identifier, Organisation, OrganisationKind, Sandbox
from app.rules.identifiers import IdentifierScheme
from app.services.changes import made
from app.services.directory_words import new_entry


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    kind: OrganisationKind
    name: str
    council_id: UUID | None = None
    published: bool = False
    identifiers: tuple[tuple[IdentifierScheme, str], ...] = ()
    safeguarding_email: str | None = None
    phone: str | None = None


async def open_sandbox(session: AsyncSession, name: str, stands_at: datetime | None = None) -> Sandbox:
    """A world of its own, whose clock follows the machine's until it is moved."""
    sandbox = Sandbox(name=name, stands_at=stands_at)
    session.add(sandbox)
    await session.flush()
    return sandbox


async def open_organisation(
    session: AsyncSession, new: NewOrganisation, at: datetime, sandbox_id: UUID | None = None
) -> Organisation:
    organisation = Organisation(
        **made(at),
        kind=new.kind,
        name=new.name,
        sandbox_id=sandbox_id,
        council_id=new.council_id,
        published=new.published,
        published_to_schools=new.published,
    )
    session.add(organisation)
    await session.flush()
    if new.kind is OrganisationKind.PROVIDER:
        session.add(new_entry(organisation))
    session.add_all(
        Identifier(organisation_id=organisation.id, scheme=scheme, value=value) for scheme, value in new.identifiers
    )
    session.add(
        Contact(
            organisation_id=organisation.id,
            role=ContactRole.SAFEGUARDING_LEAD,
            email=new.safeguarding_email,
            phone=new.phone,
        )
    )
    await session.flush()
    return organisation
