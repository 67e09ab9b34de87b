"""A problem document (RFC 9457) as a response, for code that runs outside of any route."""

import json
from collections.abc import Mapping

from starlette.responses import Response

PROBLEM_MEDIA_TYPE = "application/problem+json"


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
