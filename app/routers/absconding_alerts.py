"""Absconding alerts: raised by the provider, never blocked; followed until the pupil is found and the alert closed."""

from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.absconding import AbscondingAlert, AlertAttempt
from app.models.organisations import OrganisationKind
from app.queries.absconding_alerts import (
    AlertFile,
    alert_files,
    visible_alert,
    visible_alerts,
    visible_attempts,
)
from app.rules.absconding import AlertFlag, AlertState
from app.schemas.absconding_alerts import (
    AlertAcknowledge,
    AlertAttemptRead,
    AlertClose,
    AlertLogCall,
    AlertRaise,
    AlertRead,
    AlertResolve,
    CallRead,
    NotificationRead,
)
from app.schemas.wire import Id, Instant
from app.services import absconding_alerts, absconding_alerts_follow_up
from app.services.absconding_alerts_intake import as_people_read, read_alert
from app.services.absconding_alerts_timeline import timeline
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.never_blocked import faulty_headers, key_was_used_before
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("absconding-alerts")

Reader = Annotated[Caller, allow(Scope.ALERTS_READ)]
Writer = Annotated[Caller, allow(Scope.ALERTS_WRITE)]
Provider = Annotated[Caller, allow(Scope.ALERTS_WRITE, OrganisationKind.PROVIDER)]

# Declared for readers of the contract only: what is declared to the framework, it refuses when it is wrong.
_TAKEN_AS_IT_COMES: dict[str, Any] = {
    "x-never-blocked": True,
    "parameters": [
        {
            "name": "placement_id",
            "in": "query",
            "required": False,
            "description": "The placement, where it is not in the body.",
            "schema": {"type": "string", "format": "uuid"},
        }
    ],
    "requestBody": {
        "required": False,
        "content": {"application/json": {"schema": AlertRaise.model_json_schema()}},
    },
}


@router.post(
    "/absconding-alerts",
    operation_id="raise_absconding_alert",
    status_code=201,
    openapi_extra=_TAKEN_AS_IT_COMES,
)
async def raise_absconding_alert(
    request: Request,
    caller: Provider,
    session: Session,
    response: Response,
) -> AlertRead:
    """A pupil left without permission: host school, commissioner and police are told at once.

    Never blocked: beside a credential of the placement's provider only the placement counts, in whatever state it is.
    Every other fault is stored as it came and named in `flags`. There is no rate limit; the key is optional, and
    repeats of a request with the same key raise one alert.
    """
    in_query = request.query_params.get("placement_id")
    received = read_alert(await request.body(), request.headers.get("Content-Type"), in_query)
    if faulty_headers(request):
        received.flags.add(AlertFlag.HEADERS_NOT_UNDERSTOOD)
    if key_was_used_before(request):
        received.flags.add(AlertFlag.KEY_USED_BEFORE)
    found = await absconding_alerts.raise_alert(caller, session, received)
    response.headers["Location"] = f"{absconding_alerts.PATH}/{found.alert.id}"
    shown = _shown(response, found)
    # What is stored for a repeat of the request names no child: it outlives the placement's own retention.
    keep_instead(request, shown.model_copy(update={"last_seen_where": None, "description": None, "as_received": ""}))
    return shown


@router.get("/absconding-alerts", operation_id="list_absconding_alerts")
async def list_absconding_alerts(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: AlertState | None = None,
    placement_id: Id | None = None,
    raised_since: Instant | None = None,
    changed_since: Instant | None = None,
) -> Page[AlertRead]:
    """The alerts about placements that the caller's organisation may see, the earliest first."""
    statement = visible_alerts(caller)
    if state is not None:
        statement = statement.where(col(AbscondingAlert.state) == state)
    if placement_id is not None:
        statement = statement.where(col(AbscondingAlert.placement_id) == placement_id)
    if raised_since is not None:
        statement = statement.where(col(AbscondingAlert.raised_at) >= raised_since)
    if changed_since is not None:
        statement = statement.where(col(AbscondingAlert.changed_at) >= changed_since)
    order = [col(AbscondingAlert.raised_at), col(AbscondingAlert.id)]
    rows, page = await pages.rows(session, statement, order)
    alerts: list[AbscondingAlert] = [row[0] for row in rows]
    caller.sees_placements(*(alert.placement_id for alert in alerts))
    return page.holding([_read(found) for found in await alert_files(session, alerts)])


@router.get("/absconding-alerts/{alert_id}", operation_id="get_absconding_alert")
async def get_absconding_alert(alert_id: Id, caller: Reader, session: Session, response: Response) -> AlertRead:
    """One alert with those told, the calls made and its timeline."""
    alert = await visible_alert(caller, session, alert_id)
    return _shown(response, (await alert_files(session, [alert]))[0])


@router.get("/absconding-alerts/{alert_id}/attempts", operation_id="list_absconding_alert_attempts")
async def list_absconding_alert_attempts(
    alert_id: Id, caller: Reader, session: Session, pages: Pages, notification_id: Id | None = None
) -> Page[AlertAttemptRead]:
    """Every email that was tried to tell of an alert, the earliest first: to whom, when and with which result."""
    alert = await visible_alert(caller, session, alert_id)
    statement = visible_attempts(caller, alert.id)
    if notification_id is not None:
        statement = statement.where(col(AlertAttempt.notification_id) == notification_id)
    order = [col(AlertAttempt.began_at), col(AlertAttempt.number), col(AlertAttempt.id)]
    rows, page = await pages.rows(session, statement, order)
    return page.holding(
        [AlertAttemptRead.model_validate(r[0].model_dump(include=set(AlertAttemptRead.model_fields))) for r in rows]
    )


@router.post(
    "/absconding-alerts/{alert_id}/notifications/{notification_id}/acknowledgements",
    operation_id="acknowledge_absconding_alert",
)
async def acknowledge_absconding_alert(
    alert_id: Id,
    notification_id: Id,
    body: AlertAcknowledge,
    caller: Writer,
    session: Session,
    response: Response,
) -> AlertRead:
    """A named person of the organisation that was told has the alert in hand."""
    found = await absconding_alerts_follow_up.acknowledge(caller, session, alert_id, notification_id, body)
    return _shown(response, found)


@router.post("/absconding-alerts/{alert_id}/calls", operation_id="log_absconding_call")
async def log_absconding_call(
    alert_id: Id, body: AlertLogCall, caller: Provider, session: Session, response: Response
) -> AlertRead:
    """The provider logs a call, such as the one to the police. Their log number makes it the delivery."""
    return _shown(response, await absconding_alerts_follow_up.log_call(caller, session, alert_id, body))


@router.post("/absconding-alerts/{alert_id}/resolution", operation_id="resolve_absconding_alert")
async def resolve_absconding_alert(
    alert_id: Id,
    body: AlertResolve,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> AlertRead:
    """The pupil was found: when, by whom, and whether safe. Any party to the placement may say so."""
    return _shown(response, await absconding_alerts_follow_up.resolve(caller, session, alert_id, body, expected))


@router.post("/absconding-alerts/{alert_id}/closure", operation_id="close_absconding_alert")
async def close_absconding_alert(
    alert_id: Id,
    body: AlertClose,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> AlertRead:
    """Closes an alert whose pupil was found, with what follows from it."""
    return _shown(response, await absconding_alerts_follow_up.close(caller, session, alert_id, body, expected))


def _shown(response: Response, found: AlertFile) -> AlertRead:
    tag(response, found.alert.version)
    return _read(found)


def _read(found: AlertFile) -> AlertRead:
    parts = {"notifications", "calls", "timeline", "as_received"}
    return AlertRead.model_validate(
        {
            **found.alert.model_dump(include=set(AlertRead.model_fields) - parts),
            "as_received": as_people_read(found.alert.as_received),
            "notifications": [n.model_dump(include=set(NotificationRead.model_fields)) for n in found.notifications],
            "calls": [c.model_dump(include=set(CallRead.model_fields)) for c in found.calls],
            "timeline": timeline(found),
        }
    )
