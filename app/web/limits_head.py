"""Bounds on what comes before a body: the address, and the number, size and repetition of headers."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import BadRequest, HeadersTooLarge, Problem
from app.web.problem_response import refusal

_ONCE_ONLY = frozenset(
    {b"host", b"authorization", b"content-type", b"content-length", b"idempotency-key", b"on-behalf-of"}
)
_ENCODED_NUL = b"%00"


class HeadLimits:
    """Sizes in bytes. A header that carries one meaning and comes twice is refused: two readers would read
    two.
    """

    def __init__(
        self, app: ASGIApp, *, header_bytes: int = 16_384, header_count: int = 64, address_bytes: int = 8_192
    ) -> None:
        self.app = app
        self._header_bytes = header_bytes
        self._header_count = header_count
        self._address_bytes = address_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._objection(scope) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, receive, send)
        else:
            await refusal(problem, scope, {"Connection": "close"})(scope, receive, send)

    def _objection(self, scope: Scope) -> Problem | None:
        query: bytes = scope["query_string"]
        address = (scope.get("raw_path") or scope["path"].encode()) + query
        if len(address) > self._address_bytes:
            return BadRequest("The address is longer than any here.")
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if len(headers) > self._header_count:
            return HeadersTooLarge()
        if sum(len(name) + len(value) for name, value in headers) > self._header_bytes:
            return HeadersTooLarge()
        single = [name for name, _ in headers if name in _ONCE_ONLY]
        if len(single) != len(set(single)) or b"host" not in single:
            return BadRequest("A header that may come only once is repeated, or there is no Host.")
        if _ENCODED_NUL in address or "\x00" in scope["path"]:
            return BadRequest("The address has a NUL in it.")
        return None
