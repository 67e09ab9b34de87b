"""What the worker reads to send webhooks, over all organisations. All instants are the machine's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.journal import Event, EventAudience
from app.models.organisations import Organisation, Sandbox
from app.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookSecret
from app.rules.webhook_endpoints import EndpointState


@dataclass(frozen=True, slots=True)
class Told:
    """An event of an organisation's feed, with its place there."""

    event: Event
    txid: int
    seq: int


def _horizon() -> ColumnElement[int]:
    """The oldest transaction still running, in the snapshot of the statement: nothing can commit below it any more."""
    return cast(func.text(func.pg_snapshot_xmin(func.pg_current_snapshot())), BigInteger)


async def horizon(session: AsyncSession) -> int:
    return int((await session.execute(select(_horizon()))).scalar_one())


async def endpoints_behind(session: AsyncSession, most: int) -> Sequence[UUID]:
    """Enabled endpoints whose organisation's feed goes on behind the place that they have reached."""
    ahead = exists().where(
        col(EventAudience.organisation_id) == col(WebhookEndpoint.organisation_id),
        col(EventAudience.txid) < _horizon(),
        tuple_(col(EventAudience.txid), col(EventAudience.seq))
        > tuple_(col(WebhookEndpoint.position_txid), col(WebhookEndpoint.position_seq)),
    )
    statement = (
        select(col(WebhookEndpoint.id)).where(col(WebhookEndpoint.state) == EndpointState.ENABLED, ahead).limit(most)
    )
    return (await session.scalars(statement)).all()


async def free_endpoint(session: AsyncSession, endpoint_id: UUID) -> WebhookEndpoint | None:
    """The endpoint, locked; None where it is gone, not enabled, or somebody else is at it."""
    statement = (
        select(WebhookEndpoint)
        .where(col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.state) == EndpointState.ENABLED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def stretch_behind(session: AsyncSession, endpoint: WebhookEndpoint, most: int) -> list[Told]:
    """What follows the endpoint's place in its organisation's feed, in order, of whatever type."""
    place = tuple_(col(EventAudience.txid), col(EventAudience.seq))
    statement = (
        select(Event, col(EventAudience.txid), col(EventAudience.seq))
        .join(EventAudience, col(EventAudience.event_id) == col(Event.id))
        .where(
            col(EventAudience.organisation_id) == endpoint.organisation_id,
            col(EventAudience.txid) < _horizon(),
            place > tuple_(literal(endpoint.position_txid), literal(endpoint.position_seq)),
        )
        .order_by(col(EventAudience.txid), col(EventAudience.seq))
        .limit(most)
    )
    return [Told(*row) for row in (await session.execute(statement)).all()]


# For each endpoint with something due, as many of its oldest as it has room for. What is failing has little room, and
# shares a room of its own, so that however many receivers hang the others' messages find a place. So do those of other
# hosts where one host receives for many endpoints, and is slow for all of them.
_DUE = text(
    """
    with busy as (
        select endpoint_id, count(*) as leased from webhook_deliveries
        where leased_until is not null and leased_until > :now group by endpoint_id),
    busy_hosts as (
        select split_part(e.url, '/', 3) as host, sum(b.leased) as leased
        from busy b join webhook_endpoints e on e.id = b.endpoint_id group by 1),
    ready as (
        select e.id, e.state = 'enabled' as enabled, split_part(e.url, '/', 3) as host,
               case when e.failing_since is null then :each else 1 end - coalesce(b.leased, 0) as room,
               :each_host - coalesce(h.leased, 0) as room_of_host
        from webhook_endpoints e
        left join busy b on b.endpoint_id = e.id
        left join busy_hosts h on h.host = split_part(e.url, '/', 3)
        where (e.failing_since is not null) = :failing and coalesce(e.held_until <= :now, true)
          and coalesce(b.leased, 0) < case when e.failing_since is null then :each else 1 end
          and coalesce(h.leased, 0) < :each_host
          and exists (select 1 from webhook_deliveries d
                      where d.endpoint_id = e.id and d.state = 'pending' and d.next_attempt_at <= :now)
        order by random()
        limit :most),
    found as (
        select due.id, ready.room_of_host, row_number() over (partition by ready.host order by random()) as number
        from ready
        cross join lateral (
            select d.id from webhook_deliveries d
            where d.endpoint_id = ready.id and d.state = 'pending' and d.next_attempt_at <= :now
              and coalesce(d.leased_until <= :now, true) and (ready.enabled or d.type = 'webhook.proof')
            order by d.next_attempt_at
            limit ready.room
            for update skip locked) as due)
    select id from found where number <= room_of_host
    order by random()
    limit :most
    """
)


async def due_deliveries(
    session: AsyncSession, now: datetime, *, failing: bool, each: int, each_host: int, most: int
) -> Sequence[tuple[WebhookDelivery, WebhookEndpoint]]:
    """At most `most` messages whose next attempt has come, locked; others skip them.

    `each` of an endpoint and `each_host` of a host may be on their way at once, whoever sends them. Only
    of endpoints that are failing, or only of those that are not.
    """
    asked = {"now": now, "failing": failing, "each": each, "each_host": each_host, "most": most}
    found = await session.execute(_DUE, asked)
    ids = list(found.scalars())
    statement = (
        select(WebhookDelivery, WebhookEndpoint)
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .where(col(WebhookDelivery.id).in_(ids))
    )
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def sealed_secrets(session: AsyncSession, endpoint_ids: Sequence[UUID], now: datetime) -> Sequence[WebhookSecret]:
    """The secrets with which messages to these endpoints are signed, the newest first."""
    statement = (
        select(WebhookSecret)
        .where(
            col(WebhookSecret.endpoint_id).in_(endpoint_ids),
            or_(col(WebhookSecret.expires_at).is_(None), col(WebhookSecret.expires_at) > now),
        )
        .order_by(col(WebhookSecret.created_at).desc(), col(WebhookSecret.id))
    )
    return (await session.scalars(statement)).all()


async def locked_for_outcome(
    session: AsyncSession, delivery_id: UUID
) -> tuple[WebhookEndpoint, WebhookDelivery, datetime | None] | None:
    """Endpoint and delivery, locked in that order, and where the organisation's sandbox clock stands.

    None where the endpoint was removed meanwhile.
    """
    of_this = exists().where(
        and_(col(WebhookDelivery.id) == delivery_id, col(WebhookDelivery.endpoint_id) == col(WebhookEndpoint.id))
    )
    endpoint = (await session.scalars(select(WebhookEndpoint).where(of_this).with_for_update())).one_or_none()
    if endpoint is None:
        return None
    delivery = await session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None:
        return None
    clock = (
        select(col(Sandbox.stands_at))
        .join(Organisation, col(Organisation.sandbox_id) == col(Sandbox.id))
        .where(col(Organisation.id) == endpoint.organisation_id)
    )
    return endpoint, delivery, (await session.scalars(clock)).one_or_none()
