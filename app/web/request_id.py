"""Gives every request an id: the caller's `X-Request-Id` when it is sane, otherwise a new one.

The id stands in `scope["state"]["request_id"]`, in every log line of the request, and in the response's
header.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.request_id import request_id, sane_or_new


class RequestId:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        offered = [value for name, value in scope["headers"] if name == b"x-request-id"]
        given = sane_or_new(offered[0].decode("latin-1") if len(offered) == 1 else None)
        scope.setdefault("state", {})["request_id"] = given
        header = (b"x-request-id", given.encode())

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"x-request-id"]
                message["headers"] = [*kept, header]
            await send(message)

        token = request_id.set(given)
        try:
            await self.app(scope, receive, send_named)
        finally:
            request_id.reset(token)
