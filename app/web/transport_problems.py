"""The problems a request can meet before it reaches any operation, and how they are answered there."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from app.web.problem_response import ProblemResponse, problem_response

_LONGEST_INSTANCE = 256


@dataclass(frozen=True, slots=True)
class TransportProblem:
    """`slug` ends the problem's type; `advice` is its detail."""

    status: int
    slug: str
    title: str
    advice: str


BAD_REQUEST = TransportProblem(
    400, "bad-request", "The request is malformed", "Check the request line and headers."
)
METHOD_NOT_ALLOWED = TransportProblem(
    405,
    "method-not-allowed",
    "This address does not answer that method",
    "`Allow` lists the methods this address answers.",
)
REQUEST_TIMEOUT = TransportProblem(
    408,
    "request-timeout",
    "The request took too long to arrive",
    "Send the whole body at once, then try again.",
)
BODY_TOO_LARGE = TransportProblem(
    413,
    "body-too-large",
    "The body is larger than this operation accepts",
    "Split the request. Bodies may be 256 KiB, bulk submissions 2 MiB.",
)
ADDRESS_TOO_LONG = TransportProblem(
    414, "address-too-long", "The address is longer than any here", "Shorten the path and the query."
)
HEADERS_TOO_LARGE = TransportProblem(
    431,
    "headers-too-large",
    "The headers are larger than this service accepts",
    "Send fewer or shorter headers.",
)
INTERNAL_ERROR = TransportProblem(
    500,
    "internal-error",
    "Something went wrong on our side",
    "Nothing was stored. Report the request id; sending the request again is safe with its key.",
)
UNAVAILABLE = TransportProblem(
    503,
    "unavailable",
    "The service cannot answer just now",
    "Nothing was stored. Send the same request again after the seconds in `Retry-After`.",
)

TRANSPORT_PROBLEMS = (
    BAD_REQUEST,
    METHOD_NOT_ALLOWED,
    REQUEST_TIMEOUT,
    BODY_TOO_LARGE,
    ADDRESS_TOO_LONG,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    UNAVAILABLE,
)


def refusal(
    problem: TransportProblem, scope: Scope, headers: Mapping[str, str] | None = None, **extensions: object
) -> ProblemResponse:
    """The problem as an answer to the request in `scope`. A very long path is not repeated to its sender."""
    path: str = scope["path"]
    return problem_response(
        problem.status,
        problem.slug,
        problem.title,
        problem.advice,
        scope.get("state", {}).get("request_id"),
        path if len(path) <= _LONGEST_INSTANCE else None,
        headers,
        **extensions,
    )
