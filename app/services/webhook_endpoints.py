"""Webhook endpoints: made, changed, given new secrets, disabled, removed, by their organisation.

Their times are the machine's, never a sandbox's: secrets and signatures are judged by receivers' clocks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import utc_now
from app.models.webhooks import WebhookEndpoint, WebhookSecret
from app.outbox.catalogue import EventType
from app.outbox.safe_destinations import UrlRefused, destination_of
from app.outbox.webhook_secrets import SealingKeys, as_text, new_secret
from app.problems import FieldError, Invalid
from app.queries.webhook_endpoints import count_endpoints, own_endpoint, signing_secrets
from app.rules.webhook_deliveries import AbandonedBecause
from app.rules.webhook_endpoints import (
    WEBHOOK_ENDPOINTS,
    DisabledBecause,
    EndpointState,
    may_add_endpoint,
    may_rotate_secret,
)
from app.schemas.webhook_endpoints import SecretRotate, WebhookEndpointChange, WebhookEndpointCreate
from app.services.changes import insist, made, moved, must_be
from app.services.webhook_stopping import abandon_pending, disable, moved_on, tell


@dataclass(frozen=True, slots=True)
class Receiving:
    """What endpoints of this service may be: `private` ones are on an integrator's own machine."""

    private: bool
    keys: SealingKeys


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with the text of its new secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


async def create_webhook_endpoint(
    caller: Caller, session: AsyncSession, body: WebhookEndpointCreate, receiving: Receiving
) -> Issued:
    """Raises Invalid for a url that nothing may be sent to, RuleRefused where there are too many."""
    _check_url(body.url, receiving)
    insist(may_add_endpoint(await count_endpoints(caller, session)))
    now = utc_now()
    endpoint = WebhookEndpoint(
        **made(now),
        **body.model_dump(),
        organisation_id=caller.organisation_id,
        state=EndpointState.UNPROVEN,
    )
    session.add(endpoint)
    await session.flush()
    return Issued(endpoint, await _add_secret(session, endpoint, receiving.keys, now))


async def change_webhook_endpoint(
    caller: Caller,
    session: AsyncSession,
    endpoint_id: UUID,
    body: WebhookEndpointChange,
    expected_version: int,
    receiving: Receiving,
) -> WebhookEndpoint:
    """Another url must be proved anew, and what was on its way to the one before is given up. Raises Invalid."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    must_be(endpoint.version, expected_version)
    given = body.model_dump(exclude_unset=True)
    now = utc_now()
    if given.get("url", endpoint.url) != endpoint.url:
        _check_url(given["url"], receiving)
        endpoint.state = moved(endpoint, expected_version, WEBHOOK_ENDPOINTS, endpoint.state, "change", "organisation")
        endpoint.disabled_because = None
        endpoint.proven_at = None
        endpoint.failing_since = None
        endpoint.held_until = None
        await abandon_pending(session, endpoint.id, AbandonedBecause.URL_CHANGED, now)
    for member, value in given.items():
        setattr(endpoint, member, value)
    moved_on(endpoint, now)
    await session.flush()
    return endpoint


async def rotate_webhook_secret(
    caller: Caller, session: AsyncSession, endpoint_id: UUID, body: SecretRotate, receiving: Receiving
) -> Issued:
    """A new secret; those before it sign beside it until the overlap is over. Raises RuleRefused."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    now = utc_now()
    until = now + timedelta(hours=body.overlap_hours)
    await session.execute(
        update(WebhookSecret)
        .where(col(WebhookSecret.endpoint_id) == endpoint.id)
        .values(expires_at=func.least(func.coalesce(col(WebhookSecret.expires_at), until), until))
        .execution_options(synchronize_session=False)
    )
    insist(may_rotate_secret(len(await signing_secrets(session, [endpoint.id], now))))
    moved_on(endpoint, now)
    return Issued(endpoint, await _add_secret(session, endpoint, receiving.keys, now))


async def disable_webhook_endpoint(
    caller: Caller, session: AsyncSession, endpoint_id: UUID, expected_version: int
) -> WebhookEndpoint:
    """Raises RuleRefused where it is disabled already."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    moved(endpoint, expected_version, WEBHOOK_ENDPOINTS, endpoint.state, "disable", "organisation")
    await disable(session, endpoint, DisabledBecause.BY_HAND, utc_now(), caller.now)
    await session.flush()
    return endpoint


async def remove_webhook_endpoint(
    caller: Caller, session: AsyncSession, endpoint_id: UUID, expected_version: int
) -> None:
    """Removes it with its secrets and all that was sent to it."""
    endpoint = await own_endpoint(caller, session, endpoint_id, lock=True)
    must_be(endpoint.version, expected_version)
    await tell(session, endpoint, EventType.WEBHOOK_ENDPOINT_REMOVED, caller.now)
    await session.delete(endpoint)
    await session.flush()


def _check_url(url: str, receiving: Receiving) -> None:
    try:
        destination_of(url, private=receiving.private)
    except UrlRefused as refusal:
        raise Invalid([FieldError("/url", refusal.code, refusal.detail)]) from None


async def _add_secret(session: AsyncSession, endpoint: WebhookEndpoint, keys: SealingKeys, now: datetime) -> str:
    secret_id, plain = uuid4(), new_secret()
    session.add(
        WebhookSecret(
            id=secret_id,
            endpoint_id=endpoint.id,
            organisation_id=endpoint.organisation_id,
            key_id=keys.current,
            sealed=keys.seal(secret_id, plain),
            created_at=now,
        )
    )
    await session.flush()
    return as_text(plain)
