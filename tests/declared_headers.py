"""Whether an answer has the headers that the contract declares for it: asked of every answer to a world's parties."""

import re
from functools import cache
from typing import Any

from fastapi import FastAPI
from httpx import Response

from app.main import create_app
from app.settings import Settings

# On every answer to an authenticated request, refusals included; declared where they matter to the reader.
EVERYWHERE = {"RateLimit", "RateLimit-Policy", "X-Request-Id"}
ALWAYS = {"ETag", "Location", "Retry-After", "WWW-Authenticate"}


@cache
def application() -> FastAPI:
    """One without a database, for what is asked of its routes and its contract."""
    return create_app(Settings(environment="sandbox", database_url="postgresql+psycopg://nobody@/nothing"))


@cache
def document() -> Any:
    """Its contract; whoever wants to change it takes a copy."""
    return application().openapi()


@cache
def patterns() -> list[tuple[re.Pattern[str], Any]]:
    """The paths of the contract; those without parameters first."""
    paths = sorted(document()["paths"].items(), key=lambda each: each[0].count("{"))
    return [(re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path)), methods) for path, methods in paths]


async def as_declared(answer: Response) -> None:
    """A hook of the HTTP client. One problem of several with a status may send a header that the others do not."""
    path, status = answer.request.url.path, str(answer.status_code)
    methods: dict[str, Any] = next((methods for pattern, methods in patterns() if pattern.fullmatch(path)), {})
    declared = methods.get(answer.request.method.lower(), {}).get("responses", {}).get(status)
    if declared is None:
        return
    if "$ref" in declared:
        declared = document()["components"]["responses"][declared["$ref"].rpartition("/")[2]]
    named = set(declared["headers"])
    present = {name for name in document()["components"]["headers"] if name in answer.headers}
    where = f"{answer.request.method} {path} {status}"
    assert present - EVERYWHERE <= named, f"{where}: {present - EVERYWHERE - named} undeclared"
    if not declared["description"].count(" Or: "):
        assert named & ALWAYS <= present, f"{where}: {named & ALWAYS - present} missing"
