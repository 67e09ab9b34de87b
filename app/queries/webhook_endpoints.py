"""Webhook endpoints of the caller's own organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.webhooks import WebhookEndpoint, WebhookSecret
from app.problems import NotFound

_HOLD = text("select pg_advisory_xact_lock(hashtextextended('webhook endpoints of ' || :organisation, 0))")


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """A secret without what it holds, which the application's role cannot read."""

    id: UUID
    endpoint_id: UUID
    created_at: datetime
    expires_at: datetime | None


def own_endpoints(caller: Caller) -> Select[WebhookEndpoint]:
    return select(WebhookEndpoint).where(col(WebhookEndpoint.organisation_id) == caller.organisation_id)


async def own_endpoint(
    caller: Caller, session: AsyncSession, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint:
    """Raises NotFound. Lock the endpoint before its deliveries."""
    statement = own_endpoints(caller).where(col(WebhookEndpoint.id) == endpoint_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def count_endpoints(caller: Caller, session: AsyncSession) -> int:
    """How many there are; until the transaction ends nobody else of the organisation counts them to add one."""
    await session.execute(_HOLD, {"organisation": str(caller.organisation_id)})
    counted = own_endpoints(caller).with_only_columns(func.count())
    return int((await session.execute(counted)).scalar_one())


async def signing_secrets(session: AsyncSession, endpoint_ids: Sequence[UUID], at: datetime) -> list[SigningSecret]:
    """The secrets of these endpoints that sign at `at`, the newest first."""
    statement = (
        select(
            col(WebhookSecret.id),
            col(WebhookSecret.endpoint_id),
            col(WebhookSecret.created_at),
            col(WebhookSecret.expires_at),
        )
        .where(
            col(WebhookSecret.endpoint_id).in_(endpoint_ids),
            or_(col(WebhookSecret.expires_at).is_(None), col(WebhookSecret.expires_at) > at),
        )
        .order_by(col(WebhookSecret.created_at).desc(), col(WebhookSecret.id))
    )
    return [SigningSecret(*row) for row in (await session.execute(statement)).all()]
