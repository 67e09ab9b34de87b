"""How many requests are served at once. The rest are turned away before anything is parsed or looked up.

Without a cap, twice the load leaves a fifth of the work done. A share is kept for what must get through, and one in it
for what is vital: at half past nine the whole country posts its attendance, and an alert must not queue behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import Unavailable
from app.web.paths import under_any
from app.web.problem_response import refusal


class InFlightLimit:
    """Of `capacity` places, `reserved` are for paths under `reserved_prefixes`; those paths may use all the
    others too, but for the `vital` places, which are for posts to paths under `vital_prefixes` alone.

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
        vital: int = 0,
        vital_prefixes: Sequence[str] = (),
        uncounted_prefixes: Sequence[str] = ("/livez", "/readyz", "/metrics"),
        retry_after: int = 1,
    ) -> None:
        if not (reserved >= 0 and vital >= 0 and reserved + vital < capacity):
            raise ValueError("the reserved shares must be smaller than the capacity")
        self.app = app
        self._capacity = capacity
        self._not_vital = capacity - vital
        self._ordinary = capacity - vital - reserved
        self._reserved_prefixes = tuple(reserved_prefixes)
        self._vital_prefixes = tuple(vital_prefixes)
        self._uncounted = tuple(uncounted_prefixes)
        self._retry_after = retry_after
        self._served = _Served()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or under_any(scope["path"], self._uncounted):
            await self.app(scope, receive, send)
            return
        vital = is_vital(scope, self._vital_prefixes)
        ordinary = not vital and not under_any(scope["path"], self._reserved_prefixes)
        served = self._served
        full = served.all >= self._capacity
        if full or (not vital and self._taken(ordinary=ordinary)):
            await refusal(Unavailable(self._retry_after), scope)(scope, receive, send)
            return
        served.add(1, vital=vital, ordinary=ordinary)
        try:
            await self.app(scope, receive, send)
        finally:
            served.add(-1, vital=vital, ordinary=ordinary)

    def _taken(self, *, ordinary: bool) -> bool:
        """The places are taken that something not vital may have."""
        served = self._served
        return served.all - served.vital >= self._not_vital or (ordinary and served.ordinary >= self._ordinary)


@dataclass(slots=True)
class _Served:
    """What is being served now."""

    all: int = 0
    vital: int = 0
    ordinary: int = 0

    def add(self, number: int, *, vital: bool, ordinary: bool) -> None:
        self.all += number
        self.vital += number * vital
        self.ordinary += number * ordinary


def is_vital(scope: Scope, prefixes: Sequence[str]) -> bool:
    """A post to one of these paths. Reading there is urgent but not vital: who polls must not shut out who raises."""
    return scope["method"] == "POST" and under_any(scope["path"], prefixes)
