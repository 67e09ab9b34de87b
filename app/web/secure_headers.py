"""Response headers that hold for every answer: nothing is cached, sniffed, framed, or says what serves it."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.paths import under_any

_EVERYWHERE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
)
_NOTHING_LOADS = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_OWN_PAGES = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
SECURE_HEADERS = (*_EVERYWHERE, _NOTHING_LOADS)
_DOCS_HEADERS = (*_EVERYWHERE, _OWN_PAGES)


class SecureHeaders:
    """`docs_prefixes` name the pages that may run their own scripts; a header the application set itself
    stays.
    """

    def __init__(self, app: ASGIApp, *, docs_prefixes: Sequence[str] = ("/docs", "/problems")) -> None:
        self.app = app
        self._docs = tuple(docs_prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = _DOCS_HEADERS if under_any(scope["path"], self._docs) else SECURE_HEADERS

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(n.lower(), v) for n, v in message.get("headers", ()) if n.lower() != b"server"]
                present = {name for name, _ in kept}
                message["headers"] = kept + [pair for pair in wanted if pair[0] not in present]
            await send(message)

        await self.app(scope, receive, send_secured)
