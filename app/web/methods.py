"""Which methods an address answers: HEAD wherever GET is, OPTIONS everywhere, and a 405 that names them all.

The framework's router names only the methods of the first route it meets, and FastAPI adds no HEAD.
"""

from re import Pattern

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import MethodNotAllowed
from app.web.problem_response import refusal

BODILESS = "waymark.bodiless"
"""In a request's scope: nobody will read the body of the answer."""

_ROUTED = ("route", "endpoint", "path_params")


class Methods:
    """`application` is the FastAPI application whose routes count; they are read at the first need, once."""

    def __init__(self, app: ASGIApp, *, application: FastAPI) -> None:
        self.app = app
        self._application = application
        self._table: list[tuple[Pattern[str], frozenset[str]]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._head(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._options(scope, receive, send)
        else:
            await self._other(scope, receive, send)

    def allowed(self, path: str) -> str:
        """The value of `Allow` for a path; empty when no route has it."""
        found: set[str] = set()
        for pattern, methods in self._routes():
            if pattern.match(path):
                found |= methods
        if not found:
            return ""
        return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as GET would, without the body. The server keeps its own scope, by which it knows to send
        none.
        """
        if "GET" not in self.allowed(scope["path"]).split(", "):
            await self._other(scope, receive, send)
            return

        async def send_bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body", False):
                    return
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        inner = dict(scope, method="GET", **{BODILESS: True})
        try:
            await self.app(inner, receive, send_bodiless)
        finally:
            scope.update({name: inner[name] for name in _ROUTED if name in inner})

    async def _options(self, scope: Scope, receive: Receive, send: Send) -> None:
        allow = self.allowed(scope["path"])
        if not allow:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", allow.encode())]})
        await send({"type": "http.response.body", "body": b""})

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Puts our own 405 in place of the router's."""
        replaced = False

        async def send_full(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == MethodNotAllowed.status:
                replaced = True
                allow = {"Allow": self.allowed(scope["path"])}
                await refusal(MethodNotAllowed(), scope, allow)(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, send_full)

    def _routes(self) -> list[tuple[Pattern[str], frozenset[str]]]:
        if self._table is None:
            self._table = [
                (found.path_regex, frozenset(found.methods))
                for found in iter_route_contexts(self._application.routes)
                if found.methods
            ]
        return self._table
