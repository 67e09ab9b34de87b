"""The life of one message on its way to one webhook endpoint.

Source: the Standard Webhooks specification where it says something, else Waymark's own.
"""

from enum import StrEnum

from app.rules.sources import STANDARD_WEBHOOKS
from app.rules.state_tables import StateTable, Transition

PROOF = "webhook.proof"
"""The type of the one message that tells of no event."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


class AbandonedBecause(StrEnum):
    """Why a message is no longer sent."""

    RETRIES_EXHAUSTED = "retries_exhausted"
    ENDPOINT_DISABLED = "endpoint_disabled"
    URL_CHANGED = "url_changed"
    PROOF_FAILED = "proof_failed"


class AttemptResult(StrEnum):
    """What became of one attempt."""

    SUCCEEDED = "succeeded"
    ERROR_STATUS = "error_status"
    REDIRECTED = "redirected"
    GONE = "gone"
    CHALLENGE_MISSING = "challenge_missing"
    TIMED_OUT = "timed_out"
    NAME_NOT_FOUND = "name_not_found"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    BROKEN_ANSWER = "broken_answer"
    NOT_SIGNED = "not_signed"
    INTERRUPTED = "interrupted"


WEBHOOK_DELIVERIES = StateTable(
    "webhook delivery",
    STANDARD_WEBHOOKS,
    (
        Transition(DeliveryState.PENDING, "deliver", DeliveryState.DELIVERED, ("clock",)),
        Transition(DeliveryState.PENDING, "give_up", DeliveryState.ABANDONED, ("clock",)),
        Transition(DeliveryState.DELIVERED, "replay", DeliveryState.PENDING, ("organisation",)),
        Transition(DeliveryState.ABANDONED, "replay", DeliveryState.PENDING, ("organisation",)),
    ),
)


def result_of(status: int) -> AttemptResult:
    """What an answer of this HTTP status means: only 2xx is success, and a redirect is never followed.

    Source: the Standard Webhooks specification.
    """
    if 200 <= status < 300:
        return AttemptResult.SUCCEEDED
    if 300 <= status < 400:
        return AttemptResult.REDIRECTED
    return AttemptResult.GONE if status == 410 else AttemptResult.ERROR_STATUS
