"""Insurance certificates of the providers that are the caller's business, with whether a later one superseded them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.provider_assurance import InsuranceCertificate
from app.problems import NotFound
from app.queries.provider_assurance import concerns, in_state, turned_between
from app.rules.provider_assurance import AssuranceState

_Later = aliased(InsuranceCertificate)
_DAYS = (col(InsuranceCertificate.starts_on), col(InsuranceCertificate.expires_on))


def visible_certificates(caller: Caller) -> Select[Any]:
    """Each certificate, and whether another has taken its place by today."""
    found: Select[Any] = select(InsuranceCertificate).add_columns(_superseded(caller.today).label("superseded"))
    return found.where(concerns(caller, col(InsuranceCertificate.provider_id)))


async def visible_certificate(
    caller: Caller, session: AsyncSession, certificate_id: UUID
) -> tuple[InsuranceCertificate, bool]:
    """Raises NotFound."""
    statement = visible_certificates(caller).where(col(InsuranceCertificate.id) == certificate_id)
    row = (await session.execute(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row.superseded


async def own_certificate(
    caller: Caller, session: AsyncSession, certificate_id: UUID
) -> tuple[InsuranceCertificate, bool]:
    """One of the calling provider's, locked. Raises NotFound."""
    mine = (
        select(col(InsuranceCertificate.id))
        .where(
            col(InsuranceCertificate.id) == certificate_id,
            col(InsuranceCertificate.provider_id) == caller.organisation_id,
        )
        .with_for_update()
    )
    if (await session.scalars(mine)).one_or_none() is None:
        raise NotFound
    return await visible_certificate(caller, session, certificate_id)


def with_state(statement: Select[Any], state: AssuranceState, today: date) -> Select[Any]:
    """Only the certificates in this state today: the same answer as `rules.provider_assurance.assurance_state`."""
    withdrawn = col(InsuranceCertificate.withdrawn_on).is_not(None)
    return statement.where(in_state(state, _DAYS, today, _superseded(today), withdrawn))


def changed_since(statement: Select[Any], since: datetime, today: date) -> Select[Any]:
    """Those changed since an instant, also where only time or a later certificate gave them another state."""
    first = london_day(since)
    taken_over = _of_the_same_kind().where(
        or_(col(_Later.changed_at) >= since, col(_Later.starts_on).between(first, today)),
    )
    changed = col(InsuranceCertificate.changed_at) >= since
    return statement.where(or_(changed, turned_between(_DAYS, first, today), taken_over))


def _superseded(today: date) -> ColumnElement[bool]:
    """Another of its kind has begun that runs longer."""
    return _of_the_same_kind().where(col(_Later.withdrawn_on).is_(None), col(_Later.starts_on) <= today)


def _of_the_same_kind() -> Exists:
    return exists().where(
        col(_Later.provider_id) == col(InsuranceCertificate.provider_id),
        col(_Later.kind) == col(InsuranceCertificate.kind),
        tuple_(col(_Later.expires_on), col(_Later.id))
        > tuple_(col(InsuranceCertificate.expires_on), col(InsuranceCertificate.id)),
    )
