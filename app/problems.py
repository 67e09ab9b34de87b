"""The whole error vocabulary: one class is one RFC 9457 problem type is one entry in the documentation.

Raise these from any layer but rules and models. They never carry a rejected value or an exception's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.rules.verdict import Refused

_LONGEST_PLACE = 500


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in a body: where (a JSON pointer, RFC 6901), a stable code, a plain sentence."""

    pointer: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer[:_LONGEST_PLACE], "code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class ParameterError:
    """One fault in the query, path or headers: the parameter's name, a stable code, a plain sentence."""

    parameter: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"parameter": self.parameter[:_LONGEST_PLACE], "code": self.code, "detail": self.detail}


class Problem(Exception):
    """A refusal that the caller is told about. Subclasses fix status, slug, title and advice."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    advice: ClassVar[str]
    sends: ClassVar[tuple[str, ...]] = ()
    """The headers that come with it."""

    def __init__(self, detail: str | None = None, *, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(self.slug)
        self.detail = detail or self.advice
        self.headers = headers or {}
        self.members: dict[str, object] = members


class Unauthenticated(Problem):
    status, slug, title = 401, "unauthenticated", "The credential is missing or not valid"
    advice = "Send a live API key or access token as `Authorization: Bearer …`."
    sends = ("WWW-Authenticate",)

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="waymark"'})


class Forbidden(Problem):
    status, slug, title = 403, "forbidden", "The client lacks a scope this operation needs"
    advice = "Ask the organisation's administrator for a client with the scope named in `needed_scope`."


class WrongKindOfOrganisation(Problem):
    status, slug, title = 403, "wrong-kind-of-organisation", "Another kind of organisation does this"
    advice = "`needed_kinds` names the kinds of organisation that may call this operation."


class NotFound(Problem):
    status, slug, title = 404, "not-found", "There is nothing here that you may see"
    advice = "Check the id. A record of another organisation looks exactly like one that does not exist."


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "This address does not answer that method"
    advice = "`Allow` lists the methods this address answers."
    sends = ("Allow",)


class RequestTimeout(Problem):
    status, slug, title = 408, "request-timeout", "The request took too long to arrive"
    advice = "Send the whole body at once, then try again."


class Conflict(Problem):
    status, slug, title = 409, "conflict", "The present state stands in the way"
    advice = "Read the resource again and decide from its present state."


class RuleRefused(Problem):
    """A rule of the field says no. It names the rule, its source and what would be lawful."""

    status, slug, title = 409, "rule-refused", "A rule does not allow this"
    advice = "`rule` names the rule, `source` where it comes from, and the other members what would be lawful."

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.reason)
        self.members = {"rule": refusal.code, "source": refusal.source, **refusal.next_steps}


class Duplicate(Problem):
    status, slug, title = 409, "duplicate", "This already exists"
    advice = "Change the existing record, or send a different identifier."


class StillRunning(Problem):
    status, slug, title = 409, "still-running", "A request with this Idempotency-Key is still running"
    advice = "Wait a second and send the same request again."
    sends = ("Retry-After",)

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class PlacementClosed(Problem):
    """What was the caller's placement is no more: its child has another identity. Nothing leads from here to it."""

    status, slug, title = 410, "placement-closed", "This placement was closed to protect the child"
    advice = "Find the child's present placement and use that. To raise an alert, phone school and police at once too."


class PreconditionFailed(Problem):
    status, slug, title = 412, "precondition-failed", "The resource has changed since you read it"
    advice = "Read it again, merge your change, and send the new ETag as `If-Match`."


class PreconditionRequired(Problem):
    status, slug, title = 428, "precondition-required", "Changing this needs If-Match"
    advice = "Read the resource and send its ETag as `If-Match`."


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", "The body is larger than this operation accepts"
    advice = "Split the request. Bodies may be 256 KiB, bulk submissions 2 MiB, files what the contract says."


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", "This operation does not read that content type"
    advice = "Send what the contract names, mostly `application/json` in UTF-8; without content encoding."


class Invalid(Problem):
    status, slug, title = 422, "invalid", "The request is not valid"
    advice = (
        "`errors` names each fault: its place, as `pointer` into the body or `parameter`; its `code`; and what to do."
        " `GET /v1/reference-data/field-error-codes` explains the codes of what is written wrongly."
    )

    def __init__(self, errors: Sequence[FieldError | ParameterError], detail: str | None = None) -> None:
        super().__init__(detail, errors=[e.as_json() for e in errors])


class IdempotencyKeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", "This Idempotency-Key belongs to another request"
    advice = "Use a new key for a new request, and the same key only for the same request."


class BadRequest(Problem):
    status, slug, title = 400, "bad-request", "The request is malformed"
    advice = "Check the request line and headers."


class IdempotencyKeyRequired(Problem):
    status, slug, title = 400, "idempotency-key-required", "This operation needs an Idempotency-Key"
    advice = "Send a fresh random `Idempotency-Key`, and the same one again when you repeat the request."


class HeadersTooLarge(Problem):
    status, slug, title = 431, "headers-too-large", "The headers are larger than this service accepts"
    advice = "Send fewer or shorter headers."


class TooManyRequests(Problem):
    status, slug, title = 429, "too-many-requests", "The client sends faster than its limit"
    advice = "Wait for the seconds in `Retry-After`. `RateLimit` shows what is left."
    sends = ("Retry-After", "RateLimit", "RateLimit-Policy")


class Unavailable(Problem):
    status, slug, title = 503, "unavailable", "The service cannot answer just now"
    advice = "Nothing was stored. Send the same request again after the seconds in `Retry-After`."
    sends = ("Retry-After",)

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class InternalError(Problem):
    status, slug, title = 500, "internal-error", "Something went wrong on our side"
    advice = "Nothing was stored. Report the request id; sending the request again is safe with its key."


def every_problem() -> list[type[Problem]]:
    """All problem types, by status and slug: the documentation and the guards read this."""
    return sorted(Problem.__subclasses__(), key=lambda p: (p.status, p.slug))
