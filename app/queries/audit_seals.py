"""The audit's entries and seals as the worker and the verifier read them: across organisations, so without a caller."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.journal import AuditEntry, AuditSeal
from app.models.organisations import Organisation


async def unsealed_organisations(session: AsyncSession, until_entry: int) -> Sequence[UUID]:
    """The organisations that have entries up to `until_entry` after their last seal."""
    organisation_id = col(Organisation.id)
    sealed = (
        select(func.max(col(AuditSeal.last_entry)))
        .where(col(AuditSeal.organisation_id) == organisation_id)
        .scalar_subquery()
    )
    unsealed = exists().where(
        col(AuditEntry.organisation_id) == organisation_id,
        col(AuditEntry.id) > func.coalesce(sealed, -(2**63)),
        col(AuditEntry.id) <= until_entry,
    )
    return (await session.scalars(select(organisation_id).where(unsealed).order_by(organisation_id))).all()


async def unsealed_entries(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many entries no seal covers yet, and when the oldest of them was made."""
    sealed = (
        select(col(AuditSeal.organisation_id), func.max(col(AuditSeal.last_entry)).label("last_entry"))
        .group_by(col(AuditSeal.organisation_id))
        .subquery()
    )
    statement = (
        select(func.count(), func.min(col(AuditEntry.at)))
        .select_from(AuditEntry)
        .outerjoin(sealed, sealed.c.organisation_id == col(AuditEntry.organisation_id))
        .where(col(AuditEntry.id) > func.coalesce(sealed.c.last_entry, -(2**63)))
    )
    count, oldest = (await session.execute(statement)).one()
    return count, oldest


async def last_seal(session: AsyncSession, organisation_id: UUID) -> AuditSeal | None:
    statement = (
        select(AuditSeal)
        .where(col(AuditSeal.organisation_id) == organisation_id)
        .order_by(col(AuditSeal.number).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def sealed_organisations(session: AsyncSession) -> Sequence[UUID]:
    return (await session.scalars(select(col(AuditSeal.organisation_id)).distinct())).all()


async def seals_of(session: AsyncSession, organisation_id: UUID) -> Sequence[AuditSeal]:
    """An organisation's chain, from its beginning."""
    statement = (
        select(AuditSeal).where(col(AuditSeal.organisation_id) == organisation_id).order_by(col(AuditSeal.number))
    )
    return (await session.scalars(statement)).all()


async def entries_between(
    session: AsyncSession, organisation_id: UUID, after: int, until: int, most: int | None = None
) -> Sequence[AuditEntry]:
    """An organisation's entries after one number and up to another."""
    statement = (
        select(AuditEntry)
        .where(
            col(AuditEntry.organisation_id) == organisation_id,
            col(AuditEntry.id) > after,
            col(AuditEntry.id) <= until,
        )
        .order_by(col(AuditEntry.id))
        .limit(most)
    )
    return (await session.scalars(statement)).all()
