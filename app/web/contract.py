"""The OpenAPI contract: what FastAPI derives from the routes, made complete.

Everything that holds for all operations (problems, security, keys, headers, examples) is added here once, so that no
router repeats it and none can forget it.
"""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext

from app.access.permission import Permission, methods_of, operations, permission_of
from app.access.scopes import MEANINGS
from app.problems import Problem, every_problem
from app.schemas.wire import Tagged
from app.web.contract_examples import example_of
from app.web.contract_schemas import PROBLEM_SCHEMA, open_answers
from app.web.contract_webhooks import add_webhooks
from app.web.edge import Edge

Document = dict[str, Any]

DESCRIPTION = """\
The open API for alternative provision in England: placements, attendance, absconding alerts, progress reports and
quality assurance, for providers, schools and councils.

Errors are RFC 9457 problem documents. Every POST takes an `Idempotency-Key`. Lists are keyset pages. Changes need
`If-Match`. Days are days in Europe/London.
"""

_EVERYWHERE = {"bad-request", "headers-too-large", "internal-error", "unavailable"}
_WITH_CALLER = {"unauthenticated", "forbidden", "wrong-kind-of-organisation", "too-many-requests"}
_WITH_BODY = {"body-too-large", "unsupported-media-type", "invalid", "request-timeout"}
_ON_POST = {"idempotency-key-required", "idempotency-key-reused", "still-running"}
_NEVER_BLOCKED = {
    "unauthenticated",
    "forbidden",
    "wrong-kind-of-organisation",
    "not-found",
    "body-too-large",
    "request-timeout",
    "invalid",
}
_ON_WRITE = {"conflict", "rule-refused", "duplicate"}

_HEADERS: dict[str, tuple[int, str]] = {
    "Allow": (200, "The methods that the address answers."),
    "Content-Disposition": (200, "The name to keep the file under; it holds nothing personal."),
    "ETag": (
        64,
        "The version of the resource as shown: for `If-Match` to change it, `If-None-Match` to read again.",
    ),
    "Idempotent-Replayed": (4, "`true` where this is the stored reply to an earlier request with the same key."),
    "Link": (2000, "The next page, as `rel=next`; absent on the last."),
    "Location": (500, "The address of what was made."),
    "RateLimit": (200, "What is left of the client's rate, and the seconds until it is whole."),
    "RateLimit-Policy": (200, "The client's rate: requests and seconds."),
    "Repr-Digest": (100, "The SHA-256 of the file, as RFC 9530 writes it."),
    "Retry-After": (10, "Seconds to wait before sending the same again."),
    "WWW-Authenticate": (200, "How to authenticate."),
    "X-Request-Id": (64, "Names this request; quote it when you ask for help."),
}


def contract(app: FastAPI) -> Document:
    """The complete OpenAPI 3.1 document of the application."""
    document = get_openapi(
        title="Waymark",
        version=app.version,
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/"}],
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    components["Problem"] = PROBLEM_SCHEMA
    document["components"]["securitySchemes"] = _security_schemes()
    document["components"]["headers"] = {
        name: {"description": meaning, "schema": {"type": "string", "maxLength": longest}}
        for name, (longest, meaning) in _HEADERS.items()
    }
    document["components"]["responses"] = {p.slug: _problem_response(p) for p in every_problem()}
    for route in operations(app):
        if route.include_in_schema:
            for method in methods_of(route):
                _complete(document, document["paths"][route.path_format][method.lower()], method, route)
    open_answers(document)
    add_webhooks(document)
    return document


def as_text(document: Document) -> str:
    """The contract as it is committed and served: stable, readable in a diff."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _complete(document: Document, operation: Document, method: str, route: RouteContext) -> None:
    permission = permission_of(route.dependant)
    if permission is not None:
        scopes = [permission.scope.value] if permission.scope else []
        operation["security"] = [{"api_key": []}, {"client_credentials": scopes}]
        operation["description"] = f"{operation.get('description', '')}\n\n{_needs(permission)}".strip()
    _add_header_parameters(operation, method, route, permission)
    _add_problems(operation, method, route, permission)
    _add_response_headers(operation, method, route, permission)
    _add_examples(document, operation)


def _needs(permission: Permission) -> str:
    scope = f"scope `{permission.scope}`" if permission.scope else "any live client"
    kinds = " or ".join(sorted(permission.kinds)) if len(permission.kinds) < 3 else "any organisation"
    return f"Needs: {scope}; {kinds}."


def _add_header_parameters(
    operation: Document, method: str, route: RouteContext, permission: Permission | None
) -> None:
    parameters = operation.setdefault("parameters", [])
    if permission is None:
        return
    for each in parameters:
        if each["name"].lower() == "if-match":
            _demand(each)
    if method == "POST":
        required = not _never_blocked(route)
        parameters.append(
            _header("Idempotency-Key", 128, required=required, example="6f1c2c1e-0c55-4c52-9d0e-6b7a3f0a9a10")
        )
    if method == "GET" and _is_tagged(route):
        parameters.append(_header("If-None-Match", 400, required=False, example='"1-9f86d081884c7d65"'))
    parameters.append(_header("On-Behalf-Of", 200, required=False, example="J. Okafor, AP officer"))


def _demand(parameter: Document) -> None:
    """The framework must let it be left out, so that its absence is answered 428 rather than 422."""
    parameter["required"] = True
    given = next(each for each in parameter["schema"].pop("anyOf") if each["type"] == "string")
    parameter["schema"] |= {"minLength": 1, **given}


def _never_blocked(route: RouteContext) -> bool:
    return bool((route.openapi_extra or {}).get("x-never-blocked"))


def _header(name: str, longest: int, *, required: bool, example: str) -> Document:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {"name": name, "in": "header", "required": required, "schema": schema, "example": example}


def _add_problems(operation: Document, method: str, route: RouteContext, permission: Permission | None) -> None:
    slugs = set(_EVERYWHERE)
    if permission is not None and isinstance(route.original_route, Edge):
        slugs |= _WITH_CALLER
    if "{" in (route.path or ""):
        slugs.add("not-found")
    if "requestBody" in operation:
        slugs |= _WITH_BODY
    if any(p["in"] in ("query", "path") for p in operation["parameters"]):
        slugs.add("invalid")
    if permission is not None and method == "POST":
        slugs |= _ON_POST
    if permission is not None and method != "GET":
        slugs |= _ON_WRITE
    if any(p["name"].lower() == "if-match" for p in operation["parameters"]):
        slugs |= {"precondition-failed", "precondition-required"}
    if _never_blocked(route):
        slugs = _EVERYWHERE | _NEVER_BLOCKED
    responses = operation["responses"]
    responses.pop("422", None)
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in every_problem():
        if problem.slug in slugs:
            by_status.setdefault(problem.status, []).append(problem)
    for status, problems in sorted(by_status.items()):
        responses[str(status)] = (
            {"$ref": f"#/components/responses/{problems[0].slug}"} if len(problems) == 1 else _several(problems)
        )


def _add_response_headers(operation: Document, method: str, route: RouteContext, permission: Permission | None) -> None:
    named = ["X-Request-Id"]
    if permission is not None and not _never_blocked(route):
        named += ["RateLimit", "RateLimit-Policy"]
    if permission is not None and method == "POST":
        named.append("Idempotent-Replayed")
    if _is_tagged(route):
        named.append("ETag")
    if any(p["name"] == "cursor" for p in operation["parameters"]):
        named.append("Link")
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            location = ["Location"] if status == "201" else []
            response["headers"] = response.get("headers", {}) | headers_named(*named, *location)
    if method == "GET" and _is_tagged(route):
        unchanged = {"description": "What `If-None-Match` names is what there is.", "headers": headers_named("ETag")}
        operation["responses"]["304"] = unchanged


def headers_named(*names: str) -> Document:
    """These headers as a response declares them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _is_tagged(route: RouteContext) -> bool:
    """The answer is a single resource with its ETag."""
    shown = getattr(route.original_route, "response_model", None)
    return isinstance(shown, type) and issubclass(shown, Tagged)


def _add_examples(document: Document, operation: Document) -> None:
    places = [operation.get("requestBody", {}), *operation["responses"].values()]
    for place in places:
        for media_type, media in place.get("content", {}).items():
            if media_type == "application/json" and "example" not in media and "examples" not in media:
                media["example"] = example_of(media["schema"], document)


def _problem_response(problem: type[Problem]) -> Document:
    return {
        "description": f"{problem.title}. {problem.advice}",
        "headers": headers_named("X-Request-Id", *problem.sends),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": _problem_example(problem),
            }
        },
    }


def _several(problems: list[type[Problem]]) -> Document:
    return {
        "description": " Or: ".join(f"{p.title}." for p in problems),
        "headers": headers_named("X-Request-Id", *(name for p in problems for name in p.sends)),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {p.slug: {"value": _problem_example(p)} for p in problems},
            }
        },
    }


def _problem_example(problem: type[Problem]) -> Document:
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.advice,
        "instance": "/v1/me",
        "request_id": "0b0e8f0c-4d4e-4c8e-9b57-1d7f0f3f5a11",
    }


def _security_schemes() -> Document:
    return {
        "api_key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`ap_live_…`, in a sandbox `ap_test_…`).",
        },
        "client_credentials": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/v1/oauth/token",
                    "scopes": {s.value: meaning for s, meaning in MEANINGS.items()},
                }
            },
        },
    }
