"""The edge: one request, one transaction, committed before the response is sent.

Every /v1 operation is an `Edge` route. In this order it authenticates, checks the permission and the rate, holds the
idempotency key (or replays), reads strict JSON, runs the handler, writes audit entry and idempotency record, commits,
and only then lets the response go. Whatever is raised on the way rolls everything back.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg import Error as DriverError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.audit import record_audit
from app.access.caller import Caller
from app.access.permission import Permission, permission_of
from app.clock import utc_now
from app.db.engine import Sessions
from app.db.faults import RUN_AGAIN, constraint, sqlstate
from app.db.savepoint import attempted
from app.problems import (
    FieldError,
    Invalid,
    StillRunning,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.schemas.strict_json import InvalidJson, parse_json
from app.web import idempotency, never_blocked
from app.web.conditional import complete_tag, not_modified
from app.web.person import on_behalf_of
from app.web.query_names import QueryNames

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_ATTEMPTS = 3


async def _session(request: Request) -> AsyncSession:
    return cast(AsyncSession, request.state.session)


async def _stream_sessions(request: Request) -> Sessions:
    return cast(Sessions, request.app.state.sessions)


Session = Annotated[AsyncSession, Depends(_session)]
StreamSessions = Annotated[Sessions, Depends(_stream_sessions)]
"""For what is read while the answer goes out, when the request's own transaction has ended (`app.services.returns`)."""


class BodyKind(Enum):
    """What an operation takes in its body; a file is read by the handler."""

    NONE = "none"
    JSON = "json"
    FILE = "file"


class Edge(APIRoute):
    """A route of the API.

    An operation with `x-never-blocked` in its contract passes limits and needs no key; it reads its body itself, and
    neither faulty headers nor trouble with the audit keep it from being done (`app.web.never_blocked`). Where
    `x-row-by-row` names a member of the body, a text in it that cannot be stored costs its row, not the body. One with
    `x-raw-body` takes a file (`app.web.raw_body`).
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        permission = permission_of(self.dependant)
        if permission is None:
            return handler
        passes_limits = bool((self.openapi_extra or {}).get("x-never-blocked"))
        body = BodyKind.JSON if self.body_field is not None else BodyKind.NONE
        if (self.openapi_extra or {}).get("x-raw-body"):
            body = BodyKind.FILE
        rows = (self.openapi_extra or {}).get("x-row-by-row")
        query = QueryNames.of(self.dependant)
        return _Operation(self.name, permission, passes_limits, body, rows, query, handler).answer


class _Operation:
    def __init__(
        self,
        name: str,
        permission: Permission,
        never_blocked: bool,
        body: BodyKind,
        rows: str | None,
        query: QueryNames,
        handler: Handler,
    ) -> None:
        self.name = name
        self.permission = permission
        self.never_blocked = never_blocked
        self.body = body
        self.rows = rows
        self.query = query
        self.handler = handler

    async def answer(self, request: Request) -> Response:
        """Runs the request in its transaction, again where the database says that another one was in its way.

        However often it runs, it came once: at the instant at which it came, and counted once towards the rate.
        """
        came_at = utc_now()
        attempt = 1
        while True:
            try:
                return await self._in_transaction(request, came_at)
            except (DBAPIError, DriverError) as error:
                if constraint(error) == "pk_idempotency_records":
                    raise StillRunning from None
                if sqlstate(error) not in RUN_AGAIN or attempt == _ATTEMPTS:
                    raise
            attempt += 1

    async def _in_transaction(self, request: Request, came_at: datetime) -> Response:
        async with self._sessions(request)() as session:
            caller = await self._admit(session, request, came_at)
            writes = request.method not in ("GET", "HEAD")
            held = await self._claim(session, caller, request) if writes else None
            if isinstance(held, Response):
                await self._record(session, caller, held, written=True)
                await session.commit()
                return held
            if not self.never_blocked:
                self.query.check(request)
            if self.body is BodyKind.JSON:
                await _read_strict_json(request, self.rows)
            elif self.body is BodyKind.NONE and writes and not self.never_blocked and await request.body():
                raise Invalid([FieldError("", "body_not_expected", "this operation takes no body")])
            request.state.session, request.state.caller = session, caller
            response = await self.handler(request)
            complete_tag(response)
            await self._record(session, caller, response, written=writes)
            if held is not None:
                await self._keep(session, caller, held, response, request)
            await session.commit()
        if not writes and not_modified(response, request.headers.get("If-None-Match")):
            return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
        return response

    def _sessions(self, request: Request) -> Sessions:
        """What must never be blocked does not queue for a connection behind everything else."""
        state = request.app.state
        return cast(Sessions, state.reserved_sessions if self.never_blocked else state.sessions)

    async def _record(self, session: AsyncSession, caller: Caller, response: Response, *, written: bool) -> None:
        def audited() -> Coroutine[Any, Any, None]:
            return record_audit(session, caller, self.name, response.status_code, written=written)

        if self.never_blocked:
            await attempted(session, "audit", audited)
        else:
            await audited()

    async def _keep(
        self, session: AsyncSession, caller: Caller, held: idempotency.Claim, response: Response, request: Request
    ) -> None:
        def kept() -> Coroutine[Any, Any, None]:
            return idempotency.keep(session, caller, held, response, request)

        if self.never_blocked:
            await attempted(session, "idempotency", kept)
        else:
            await kept()

    async def _admit(self, session: AsyncSession, request: Request, came_at: datetime) -> Caller:
        """Authenticates, then checks permission and, once a request, the rate."""
        state = request.app.state
        caller: Caller = await state.authenticator.caller(
            session,
            bearer_of(request),
            at=came_at,
            request_id=request.state.request_id,
            on_behalf_of=(never_blocked.on_behalf_of if self.never_blocked else on_behalf_of)(request),
            address=request.client.host if request.client else None,
        )
        request.state.client_id = caller.client_id
        self.permission.check(caller)
        if not self.never_blocked and not hasattr(request.state, "counted"):
            state.rates.admit(request.scope, caller.client_id)
            request.state.counted = True
        return caller

    async def _claim(
        self, session: AsyncSession, caller: Caller, request: Request
    ) -> idempotency.Claim | Response | None:
        if self.never_blocked:
            return await never_blocked.claim(session, caller, request)
        key = idempotency.key_of(request, required=request.method == "POST")
        if key is None:
            return None
        return await idempotency.claim(session, caller, request, key, await request.body())


def bearer_of(request: Request) -> str:
    """The credential of the Authorization header. Raises Unauthenticated."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 1 <= len(credential) <= 4096:
        raise Unauthenticated
    return credential


async def _read_strict_json(request: Request, rows: str | None) -> None:
    """Parses the body strictly, where the framework will find it: its own parser is lenient and hides our refusal."""
    body = await request.body()
    if not body:
        return
    _demand_json(request)
    try:
        request._json = parse_json(body, rows)
    except InvalidJson as fault:
        raise Invalid([FieldError(fault.pointer or "", fault.code, fault.detail)]) from None


def _demand_json(request: Request) -> None:
    kind, _, parameters = request.headers.get("Content-Type", "").lower().partition(";")
    utf8 = parameters.strip() in ("", "charset=utf-8", 'charset="utf-8"')
    if kind.strip() != "application/json" or not utf8 or "content-encoding" in request.headers:
        raise UnsupportedMediaType
