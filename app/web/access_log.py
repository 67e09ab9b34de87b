"""One line and one measurement for every request. The line holds the route's template, never the path or the
query.
"""

import time
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import RequestMetrics
from app.web.route_names import RouteNames

_log = structlog.get_logger("waymark.access")
_FAILED = 500
_CALLER_LEFT = 499


class AccessLog:
    """Reads the client's id from `scope["state"]["client_id"]`, where whoever authenticates puts it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: RequestMetrics | None = None,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self._metrics = metrics
        self._monotonic = monotonic
        self._names = RouteNames()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = _CALLER_LEFT
        sent = 0

        async def send_counting(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        began = self._monotonic()
        if self._metrics is not None:
            self._metrics.began()
        try:
            await self.app(scope, receive, send_counting)
        except BaseException:
            status = _FAILED
            raise
        finally:
            self._tell(scope, status, sent, self._monotonic() - began)

    def _tell(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        name = self._names.of(scope)
        state = scope.get("state", {})
        if self._metrics is not None:
            self._metrics.ended(name.operation, scope["method"], status, seconds)
        client_id = state.get("client_id")
        _log.info(
            "request",
            method=scope["method"],
            route=name.template,
            operation=name.operation,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            bytes=sent,
            request_id=state.get("request_id"),
            client_id=None if client_id is None else str(client_id),
        )
