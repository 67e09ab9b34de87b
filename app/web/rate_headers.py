"""Tells a client on every response what is left of its rate."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATE = "rate"


class RateHeaders:
    """Puts the headers that stand in `scope["state"]["rate"]` into the response, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_figures(message: Message) -> None:
            figures: dict[str, str] | None = state.get(_STATE)
            if figures and message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                named = [(name.lower().encode(), value.encode()) for name, value in figures.items()]
                message["headers"] = headers + [pair for pair in named if pair[0] not in present]
            await send(message)

        await self.app(scope, receive, send_with_figures)
