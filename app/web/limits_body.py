"""Bounds on bodies: how large, how slowly they may arrive, and how much may lie in memory at once.

The whole body is taken in before anything inside is called, so that a slow sender holds neither a place among
the requests in flight nor a database connection. The server itself has no limit on how long a body may take.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import BadRequest, BodyTooLarge, Problem, RequestTimeout, Unavailable
from app.web.limits_in_flight import is_vital
from app.web.paths import under
from app.web.problem_response import refusal
from app.web.raw_body import SUFFIX, FileLimit

_LONGEST_LENGTH = 18


class _RefusedError(Exception):
    def __init__(self, problem: Problem, *, close: bool = True) -> None:
        self.problem = problem
        self.close = close


class _CallerLeftError(Exception):
    pass


class BodyLimits:
    """Sizes in bytes, times in seconds.

    `larger` gives path prefixes their own limit, the longest prefix first; `files` likewise to the files under them,
    whose paths end with `/content`. A body that is too large is read
    and thrown away up to `discarded`, so that an ordinary client gets to read the refusal. `buffered` bounds
    the bodies of all requests together; beyond it the answer is 503. Posts to paths under `vital_prefixes` have
    `vital_buffered` of their own instead.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int = 262_144,
        larger: Mapping[str, int] | None = None,
        files: Mapping[str, FileLimit] | None = None,
        seconds: float = 10.0,
        buffered: int = 268_435_456,
        discarded: int = 16_777_216,
        vital_prefixes: Sequence[str] = (),
        vital_buffered: int = 33_554_432,
    ) -> None:
        self.app = app
        self._largest = largest
        self._larger = sorted((larger or {}).items(), key=lambda pair: -len(pair[0]))
        self._files = files or {}
        self._seconds = seconds
        self._discarded = discarded
        self._vital_prefixes = tuple(vital_prefixes)
        self._common, self._vital = _Buffer(buffered), _Buffer(vital_buffered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self.app(scope, receive, send)
            return
        buffer = self._vital if is_vital(scope, self._vital_prefixes) else self._common
        chunks = _Chunks(buffer)
        try:
            body = await self._received(scope, receive, chunks)
            await self.app(scope, _replay(body, receive), send)
        except _RefusedError as refused:
            headers = {"Connection": "close"} if refused.close else {}
            await refusal(refused.problem, scope, headers)(scope, receive, send)
        except _CallerLeftError:
            return
        finally:
            buffer.held -= chunks.size

    async def _received(self, scope: Scope, receive: Receive, chunks: "_Chunks") -> bytes:
        limit, seconds = self._limit(scope["path"])
        announced, expects = _announced(scope)
        if announced > limit and expects:
            raise _RefusedError(BodyTooLarge())
        try:
            async with asyncio.timeout(seconds):
                if announced > limit:
                    raise await self._too_large(receive, 0)
                while True:
                    message = await receive()
                    _keep(message, chunks)
                    if chunks.size > limit:
                        more = message.get("more_body", False)
                        raise (
                            await self._too_large(receive, chunks.size)
                            if more
                            else _RefusedError(BodyTooLarge(), close=False)
                        )
                    if not message.get("more_body", False):
                        return chunks.joined()
        except TimeoutError:
            raise _RefusedError(RequestTimeout()) from None

    def _limit(self, path: str) -> tuple[int, float]:
        """In bytes and seconds."""
        if path.endswith(SUFFIX):
            for prefix, file in self._files.items():
                if under(path, prefix):
                    return file.size, file.seconds
        return next((size for prefix, size in self._larger if under(path, prefix)), self._largest), self._seconds

    async def _too_large(self, receive: Receive, seen: int) -> _RefusedError:
        """Reads on without keeping, and says whether the connection can be used again."""
        while seen <= self._discarded:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _CallerLeftError
            seen += len(message.get("body", b""))
            if not message.get("more_body", False):
                return _RefusedError(BodyTooLarge(), close=False)
        return _RefusedError(BodyTooLarge())


@dataclass(slots=True)
class _Buffer:
    """Room for bodies, in bytes, and how much of it is taken."""

    most: int
    held: int = 0


class _Chunks:
    def __init__(self, buffer: _Buffer) -> None:
        self.buffer = buffer
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> None:
        if self.buffer.held + len(part) > self.buffer.most:
            raise _RefusedError(Unavailable())
        self.buffer.held += len(part)
        self.size += len(part)
        self._parts.append(part)

    def joined(self) -> bytes:
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


def _keep(message: Message, chunks: _Chunks) -> None:
    if message["type"] == "http.disconnect":
        raise _CallerLeftError
    chunks.add(message.get("body", b""))


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _announced(scope: Scope) -> tuple[int, bool]:
    """The length the caller announces (0 for none), and whether it waits for a go-ahead before sending."""
    length, expects = 0, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit() or len(value) > _LONGEST_LENGTH:
                raise _RefusedError(BadRequest("`Content-Length` is not a length."))
            length = int(value)
        elif name == b"expect":
            expects = True
    return length, expects


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
