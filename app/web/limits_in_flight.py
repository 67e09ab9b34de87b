"""How many requests are served at once. The rest are turned away before anything is parsed or looked up.

Without a cap, twice the load leaves a fifth of the work done. A share is kept for what must get through.
"""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import Unavailable
from app.web.paths import under_any
from app.web.problem_response import refusal


class InFlightLimit:
    """Of `capacity` places, `reserved` are for paths under `reserved_prefixes`; those paths may use all the
    others too.

    Paths under `uncounted_prefixes` are always served. `retry_after` is in seconds. The figures are per
    process.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        capacity: int = 64,
        reserved: int = 16,
        reserved_prefixes: Sequence[str] = (),
        uncounted_prefixes: Sequence[str] = ("/livez", "/readyz", "/metrics"),
        retry_after: int = 1,
    ) -> None:
        if not 0 <= reserved < capacity:
            raise ValueError("the reserved share must be smaller than the capacity")
        self.app = app
        self._capacity = capacity
        self._ordinary = capacity - reserved
        self._reserved_prefixes = tuple(reserved_prefixes)
        self._uncounted = tuple(uncounted_prefixes)
        self._retry_after = retry_after
        self._all = 0
        self._others = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or under_any(scope["path"], self._uncounted):
            await self.app(scope, receive, send)
            return
        ordinary = not under_any(scope["path"], self._reserved_prefixes)
        if self._all >= self._capacity or (ordinary and self._others >= self._ordinary):
            await refusal(Unavailable(self._retry_after), scope)(scope, receive, send)
            return
        self._all += 1
        self._others += ordinary
        try:
            await self.app(scope, receive, send)
        finally:
            self._all -= 1
            self._others -= ordinary
