"""The API clients of the caller's own organisation, and their keys."""

from typing import Annotated

from fastapi import Depends, Request, Response
from sqlmodel import col

from app.access.assembly import environment_of, pepper_of
from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.clients import ApiClient, Credential
from app.queries.api_clients import credentials_of, own_client, own_clients
from app.schemas.api_clients import ApiClientCreate, ApiClientRead, KeyCreate, KeyIssued, KeyRead
from app.schemas.wire import Id
from app.services import api_clients
from app.services.api_clients import Minting
from app.web.conditional import tag
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("api-clients")

Reader = Annotated[Caller, allow(Scope.CLIENTS_READ)]
Writer = Annotated[Caller, allow(Scope.CLIENTS_WRITE)]


def _minting(request: Request) -> Minting:
    settings = request.app.state.settings
    return Minting(environment_of(settings), pepper_of(settings))


@router.get("/api-clients", operation_id="list_api_clients")
async def list_api_clients(caller: Reader, session: Session, pages: Pages) -> Page[ApiClientRead]:
    """The organisation's clients, revoked ones included, with their keys but never a secret."""
    rows, page = await pages.rows(session, own_clients(caller), [col(ApiClient.id)])
    clients = [row[0] for row in rows]
    held = await credentials_of(session, [client.id for client in clients])
    return page.holding([_read(client, [k for k in held if k.client_id == client.id]) for client in clients])


@router.post("/api-clients", operation_id="create_api_client", status_code=201)
async def create_api_client(
    body: ApiClientCreate, caller: Writer, session: Session, response: Response
) -> ApiClientRead:
    """Creates a client without keys. Grants no scope that the caller lacks; add a key to use it."""
    client = await api_clients.create_own_client(caller, session, body)
    response.headers["Location"] = f"/v1/api-clients/{client.id}"
    return await _shown(session, response, client)


@router.get("/api-clients/{client_id}", operation_id="get_api_client")
async def get_api_client(client_id: Id, caller: Reader, session: Session, response: Response) -> ApiClientRead:
    """One client with its keys, revoked and expired ones included."""
    return await _shown(session, response, await own_client(caller, session, client_id))


@router.post("/api-clients/{client_id}/revocation", operation_id="revoke_api_client")
async def revoke_api_client(client_id: Id, caller: Writer, session: Session, response: Response) -> ApiClientRead:
    """Ends the client for good, with all its keys and tokens: no request that starts after this answer is accepted.

    A client may revoke itself. Repeating it changes nothing. Takes no `If-Match`: revoking is final, and must not wait
    for a fresh tag.
    """
    return await _shown(session, response, await api_clients.revoke_own_client(caller, session, client_id))


@router.post("/api-clients/{client_id}/keys", operation_id="create_api_key", status_code=201)
async def create_api_key(
    client_id: Id,
    body: KeyCreate,
    caller: Writer,
    session: Session,
    request: Request,
    response: Response,
    minting: Annotated[Minting, Depends(_minting)],
) -> KeyIssued:
    """Adds a key or client secret; at most two of a kind are live, so that rotation has no gap.

    `secret` is in this answer only. It is stored nowhere, so a repeat under the same Idempotency-Key is answered with
    the same key and `secret: null`: where the first answer was lost, revoke that key and add another.
    """
    issued = await api_clients.issue_own_key(caller, session, client_id, body, minting)
    shown = KeyIssued(**_key(issued.credential).model_dump(), secret=issued.plain)
    response.headers["Location"] = f"/v1/api-clients/{client_id}/keys/{shown.id}"
    keep_instead(request, shown.model_copy(update={"secret": None}))
    return shown


@router.delete(
    "/api-clients/{client_id}/keys/{key_id}", operation_id="revoke_api_key", status_code=204, response_class=Response
)
async def revoke_api_key(client_id: Id, key_id: Id, caller: Writer, session: Session) -> None:
    """Ends one key at once, and every access token exchanged for it. Repeating it changes nothing.

    Takes no `If-Match`: revoking is final, and a leaked key must not outlive a stale tag. It may be the one that this
    request is made with, and the client's last: add another before, or ask the operator for a new one.
    """
    await api_clients.revoke_own_key(caller, session, client_id, key_id)


async def _shown(session: Session, response: Response, client: ApiClient) -> ApiClientRead:
    tag(response, client.version)
    return _read(client, list(await credentials_of(session, [client.id])))


def _read(client: ApiClient, held: list[Credential]) -> ApiClientRead:
    shown = client.model_dump(include=set(ApiClientRead.model_fields))
    return ApiClientRead.model_validate({**shown, "keys": [_key(each) for each in held]})


def _key(credential: Credential) -> KeyRead:
    return KeyRead.model_validate(credential.model_dump(include=set(KeyRead.model_fields)))
