"""What an operator sees from the command line: every organisation and every client.

For the owner's connection only. The application role, whose row security knows no such caller, finds nothing here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, case, desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models.attendance import ExpectedSession
from app.models.clients import ApiClient, Credential
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.problems import NotFound

R = TypeVar("R")


async def outstanding_everywhere(session: AsyncSession, day: date, now: datetime) -> Sequence[Row[Any]]:
    """What the live sessions of a day owe at `now`, by the commissioner's council and the provider; most first.

    A commissioner that belongs to no council has none.
    """
    placing, council, provider = aliased(Organisation), aliased(Organisation), aliased(Organisation)
    due, nothing = col(ExpectedSession.due_at) < now, col(ExpectedSession.first_received_at).is_(None)
    counted = (
        select(
            col(ExpectedSession.provider_id).label("provider_id"),
            col(Placement.commissioner_id).label("commissioner_id"),
            func.count().label("expected"),
            func.count().filter(due).label("due"),
            func.count(col(ExpectedSession.first_received_at)).label("received"),
            func.count().filter(due, nothing).label("missing"),
        )
        .join(Placement, col(Placement.id) == col(ExpectedSession.placement_id))
        .where(col(ExpectedSession.on_date) == day, col(ExpectedSession.waived_by).is_(None))
        .group_by(col(ExpectedSession.provider_id), col(Placement.commissioner_id))
        .subquery()
    )
    missing = func.sum(counted.c.missing)
    statement: Any = (
        select(
            col(council.name).label("council"),
            col(provider.name).label("provider"),
            func.sum(counted.c.expected).label("expected"),
            func.sum(counted.c.due).label("due"),
            func.sum(counted.c.received).label("received"),
            missing.label("missing"),
        )
        .join(provider, col(provider.id) == counted.c.provider_id)
        .join(placing, col(placing.id) == counted.c.commissioner_id)
        .outerjoin(
            council,
            col(council.id)
            == case((col(placing.kind) == OrganisationKind.COUNCIL, col(placing.id)), else_=col(placing.council_id)),
        )
        .where(col(provider.sandbox_id).is_(None))
        .group_by(col(council.id), col(provider.id), col(council.name), col(provider.name))
        .order_by(desc(missing), col(provider.name), col(provider.id))
    )
    return (await session.execute(statement)).all()


async def all_organisations(session: AsyncSession) -> Sequence[Organisation]:
    return (await session.scalars(select(Organisation).order_by(col(Organisation.kind), col(Organisation.name)))).all()


async def any_organisation(session: AsyncSession, organisation_id: UUID) -> Organisation:
    """Raises NotFound."""
    return _found(await session.get(Organisation, organisation_id))


async def all_clients(
    session: AsyncSession, organisation_id: UUID | None = None
) -> "Sequence[Row[ApiClient, Organisation]]":
    statement = (
        select(ApiClient, Organisation)
        .join(Organisation, col(Organisation.id) == col(ApiClient.organisation_id))
        .order_by(col(Organisation.name), col(ApiClient.name))
    )
    if organisation_id is not None:
        statement = statement.where(col(ApiClient.organisation_id) == organisation_id)
    return (await session.execute(statement)).all()


async def any_client(session: AsyncSession, client_id: UUID) -> ApiClient:
    """The client, locked against other changes. Raises NotFound."""
    statement = select(ApiClient).where(col(ApiClient.id) == client_id).with_for_update()
    return _found((await session.scalars(statement)).one_or_none())


async def any_credential(session: AsyncSession, client_id: UUID, credential_id: UUID) -> Credential:
    """Raises NotFound."""
    found = await session.get(Credential, credential_id)
    return _found(found if found is not None and found.client_id == client_id else None)


def _found(row: R | None) -> R:
    if row is None:
        raise NotFound
    return row
