"""Counts an authenticated call against its client's rate, and tells the client on every response what is
left.
"""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.paths import under_any
from app.web.rate_limit import RateLimiter, Reckoning

_STATE = "rate_headers"


class RateGate:
    """`refuse` makes the exception for a call beyond the rate. Paths under `urgent_prefixes` keep a reserved
    share.
    """

    def __init__(
        self,
        limiter: RateLimiter,
        *,
        refuse: Callable[[Reckoning], Exception],
        urgent_prefixes: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limiter = limiter
        self._refuse = refuse
        self._urgent = tuple(urgent_prefixes)
        self._monotonic = monotonic

    def admit(self, scope: Scope, client_id: UUID) -> None:
        """Raises what `refuse` makes when the client has spent its share."""
        urgent = under_any(scope["path"], self._urgent)
        reckoning = self._limiter.take(client_id, self._monotonic(), urgent=urgent)
        scope.setdefault("state", {})[_STATE] = reckoning.headers()
        if not reckoning.allowed:
            raise self._refuse(reckoning)


class RateHeaders:
    """Puts the figures that `RateGate.admit` left on the scope into the response."""

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
