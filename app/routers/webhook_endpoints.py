"""Where the caller's organisation wants to be told of events, and the secrets that messages are signed with."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.clock import utc_now
from app.models.webhooks import WebhookEndpoint
from app.outbox.webhook_secrets import sealing_keys
from app.queries.webhook_endpoints import SigningSecret, own_endpoint, own_endpoints, signing_secrets
from app.rules.webhook_endpoints import EndpointState
from app.schemas.webhook_deliveries import EndpointReplay, EndpointReplayed, WebhookDeliveryRead
from app.schemas.webhook_endpoints import (
    SecretRead,
    SecretRotate,
    WebhookEndpointChange,
    WebhookEndpointCreate,
    WebhookEndpointIssued,
    WebhookEndpointRead,
)
from app.schemas.wire import Id, Instant
from app.services import webhook_deliveries, webhook_endpoints
from app.services.webhook_endpoints import Issued, Receiving
from app.services.webhook_stopping import PATH
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("webhooks")

Reader = Annotated[Caller, allow(Scope.WEBHOOKS_READ)]
Writer = Annotated[Caller, allow(Scope.WEBHOOKS_WRITE)]


async def _receiving(request: Request) -> Receiving:
    settings = request.app.state.settings
    return Receiving(settings.webhook_private_receivers, sealing_keys(settings))


Service = Annotated[Receiving, Depends(_receiving)]


@router.get("/webhook-endpoints", operation_id="list_webhook_endpoints")
async def list_webhook_endpoints(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: EndpointState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[WebhookEndpointRead]:
    """The organisation's endpoints, disabled ones included. `changed_since` is by the machine's clock."""
    statement = own_endpoints(caller)
    if state is not None:
        statement = statement.where(col(WebhookEndpoint.state) == state)
    if since is not None:
        statement = statement.where(col(WebhookEndpoint.changed_at) >= since)
    rows, page = await pages.rows(session, statement, [col(WebhookEndpoint.id)])
    endpoints = [row[0] for row in rows]
    signing = await signing_secrets(session, [each.id for each in endpoints], utc_now())
    return page.holding([_read(each, signing) for each in endpoints])


@router.post("/webhook-endpoints", operation_id="create_webhook_endpoint", status_code=201)
async def create_webhook_endpoint(
    body: WebhookEndpointCreate,
    caller: Writer,
    session: Session,
    request: Request,
    response: Response,
    service: Service,
) -> WebhookEndpointIssued:
    """Names a receiver; at most ten. `secret` is in this answer only: keep it before you ask for the proof.

    A repeat under the same Idempotency-Key is answered with `secret: null`: where the first answer was lost, rotate.
    """
    issued = await webhook_endpoints.create_webhook_endpoint(caller, session, body, service)
    response.headers["Location"] = f"{PATH}/{issued.endpoint.id}"
    return await _issued(session, request, response, issued)


@router.get("/webhook-endpoints/{endpoint_id}", operation_id="get_webhook_endpoint")
async def get_webhook_endpoint(
    endpoint_id: Id, caller: Reader, session: Session, response: Response
) -> WebhookEndpointRead:
    """One endpoint: whether it is proved, whether it fails, which secrets sign."""
    return await _shown(session, response, await own_endpoint(caller, session, endpoint_id))


@router.patch("/webhook-endpoints/{endpoint_id}", operation_id="change_webhook_endpoint")
async def change_webhook_endpoint(
    endpoint_id: Id,
    body: WebhookEndpointChange,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
    service: Service,
) -> WebhookEndpointRead:
    """Another url is unproven, and what was on its way to the one before is abandoned: prove it, then replay.

    Other types hold from the next events on.
    """
    endpoint = await webhook_endpoints.change_webhook_endpoint(caller, session, endpoint_id, body, expected, service)
    return await _shown(session, response, endpoint)


@router.delete(
    "/webhook-endpoints/{endpoint_id}",
    operation_id="remove_webhook_endpoint",
    status_code=204,
    response_class=Response,
)
async def remove_webhook_endpoint(endpoint_id: Id, expected: ExpectedVersion, caller: Writer, session: Session) -> None:
    """Removes the endpoint with its secrets and the record of what was sent to it."""
    await webhook_endpoints.remove_webhook_endpoint(caller, session, endpoint_id, expected)


@router.post("/webhook-endpoints/{endpoint_id}/disablement", operation_id="disable_webhook_endpoint")
async def disable_webhook_endpoint(
    endpoint_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> WebhookEndpointRead:
    """Sends nothing more until it is proved again; what was on its way is abandoned."""
    endpoint = await webhook_endpoints.disable_webhook_endpoint(caller, session, endpoint_id, expected)
    return await _shown(session, response, endpoint)


@router.post("/webhook-endpoints/{endpoint_id}/proof", operation_id="prove_webhook_endpoint", status_code=201)
async def prove_webhook_endpoint(
    endpoint_id: Id, caller: Writer, session: Session, response: Response
) -> WebhookDeliveryRead:
    """Sends a signed `webhook.proof` within seconds: answer it 2xx with its `challenge` in the first 4 KiB of the body.

    The endpoint is enabled by that and told of what happens from then on. The answer here is the delivery: read it
    again for what came of it. It is tried once; ask again as often as you like, also as a test of one that is enabled.
    """
    proof = await webhook_deliveries.prove_webhook_endpoint(caller, session, endpoint_id)
    response.headers["Location"] = f"{webhook_deliveries.PATH}/{proof.id}"
    tag(response, proof.version)
    shown = proof.model_dump(include=set(WebhookDeliveryRead.model_fields))
    return WebhookDeliveryRead.model_validate({**shown, "attempts": []})


@router.post("/webhook-endpoints/{endpoint_id}/secrets", operation_id="rotate_webhook_secret")
async def rotate_webhook_secret(
    endpoint_id: Id,
    body: SecretRotate,
    caller: Writer,
    session: Session,
    request: Request,
    response: Response,
    service: Service,
) -> WebhookEndpointIssued:
    """Adds a secret; those before it sign beside it for `overlap_hours`, so that receivers can change over in peace.

    `webhook-signature` then holds a signature of each, the newest first. `secret` is in this answer only. Takes no
    `If-Match`: a leak must not wait for a fresh tag.
    """
    issued = await webhook_endpoints.rotate_webhook_secret(caller, session, endpoint_id, body, service)
    return await _issued(session, request, response, issued)


@router.post("/webhook-endpoints/{endpoint_id}/replay", operation_id="replay_webhook_endpoint")
async def replay_webhook_endpoint(
    endpoint_id: Id, body: EndpointReplay, caller: Writer, session: Session
) -> EndpointReplayed:
    """Sends again what was abandoned since an instant, or everything: at most 2,000 messages a call, 30 days back.

    Each keeps its `webhook-id`, so that a receiver knows what it has had.
    """
    return await webhook_deliveries.replay_webhook_endpoint(caller, session, endpoint_id, body)


async def _issued(session: Session, request: Request, response: Response, issued: Issued) -> WebhookEndpointIssued:
    shown = await _shown(session, response, issued.endpoint)
    full = WebhookEndpointIssued(**shown.model_dump(), secret=issued.secret)
    keep_instead(request, full.model_copy(update={"secret": None}))
    return full


async def _shown(session: Session, response: Response, endpoint: WebhookEndpoint) -> WebhookEndpointRead:
    tag(response, endpoint.version)
    return _read(endpoint, await signing_secrets(session, [endpoint.id], utc_now()))


def _read(endpoint: WebhookEndpoint, signing: list[SigningSecret]) -> WebhookEndpointRead:
    shown = endpoint.model_dump(include=set(WebhookEndpointRead.model_fields))
    own = [SecretRead.model_validate(each) for each in signing if each.endpoint_id == endpoint.id]
    return WebhookEndpointRead.model_validate({**shown, "secrets": own})
