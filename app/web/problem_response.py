"""A problem document (RFC 9457) as a response, for code that runs outside of any route."""

import json
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Scope

from app.problems import Problem

PROBLEM_MEDIA_TYPE = "application/problem+json"
_LONGEST_INSTANCE = 256


class ProblemResponse(Response):
    media_type = PROBLEM_MEDIA_TYPE


def problem_response(
    status: int,
    slug: str,
    title: str,
    detail: str,
    request_id: str | None,
    instance: str | None,
    headers: Mapping[str, str] | None = None,
    **extensions: object,
) -> ProblemResponse:
    """`type` is `/problems/<slug>`, served by our own documentation. Members without a value are left out."""
    members: dict[str, object] = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        **extensions,
    }
    present = {name: value for name, value in members.items() if value is not None}
    body = json.dumps(present, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return ProblemResponse(body.encode("utf-8", "replace"), status, headers)


def refusal(problem: Problem, scope: Scope, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """The problem as an answer to the request in `scope`. A very long path is not repeated to its sender."""
    path: str = scope["path"]
    return problem_response(
        problem.status,
        problem.slug,
        problem.title,
        problem.detail,
        scope.get("state", {}).get("request_id"),
        path if len(path) <= _LONGEST_INSTANCE else None,
        {**problem.headers, **(headers or {})},
        **problem.members,
    )
