"""The outermost handler: whatever goes wrong inside, the caller gets a problem document and we get one log
line.
"""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import InternalError
from app.telemetry.logs import told_without_values
from app.web.problem_response import refusal
from app.web.secure_headers import SECURE_HEADERS

_log = structlog.get_logger("waymark.last_resort")


class LastResort:
    """An answer that had already begun is left unfinished, so that the server cuts the connection and the
    caller does not take half an answer for a whole one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as problem:
            request_id = scope.get("state", {}).get("request_id")
            _log.error(
                "unhandled_exception",
                exception=told_without_values(problem),
                request_id=request_id,
                response_started=started,
            )
            if not started:
                response = refusal(InternalError(), scope)
                response.raw_headers.extend(SECURE_HEADERS)
                if request_id is not None:
                    response.raw_headers.append((b"x-request-id", request_id.encode()))
                await response(scope, receive, send)
