"""The life of a webhook endpoint: nothing is sent to it until it has proved that it wants to be told.

Source: the Standard Webhooks specification where it says something, else Waymark's own.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from app.rules.sources import OUR_OWN, STANDARD_WEBHOOKS
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

MOST_ENDPOINTS = 10
"""Of one organisation, disabled ones included."""

MOST_SECRETS = 3
"""That sign at once while they are being rotated."""

LONGEST_OVERLAP_HOURS = 7 * 24
USUAL_OVERLAP_HOURS = 24

FAILING_FOR = timedelta(days=5)
"""Without one success, an endpoint that fails for so long is disabled: longer than one message is retried."""

REPLAYED_WITHIN = timedelta(days=30)


class EndpointState(StrEnum):
    UNPROVEN = "unproven"
    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledBecause(StrEnum):
    BY_HAND = "by_hand"
    FAILING = "failing"
    GONE = "gone"


_OWNER = ("organisation",)

WEBHOOK_ENDPOINTS = StateTable(
    "webhook endpoint",
    STANDARD_WEBHOOKS,
    (
        Transition(EndpointState.UNPROVEN, "prove", EndpointState.ENABLED, _OWNER),
        Transition(EndpointState.ENABLED, "prove", EndpointState.ENABLED, _OWNER),
        Transition(EndpointState.DISABLED, "prove", EndpointState.ENABLED, _OWNER),
        Transition(EndpointState.UNPROVEN, "change", EndpointState.UNPROVEN, _OWNER),
        Transition(EndpointState.ENABLED, "change", EndpointState.UNPROVEN, _OWNER),
        Transition(EndpointState.DISABLED, "change", EndpointState.UNPROVEN, _OWNER),
        Transition(EndpointState.UNPROVEN, "disable", EndpointState.DISABLED, _OWNER),
        Transition(EndpointState.ENABLED, "disable", EndpointState.DISABLED, _OWNER),
        Transition(EndpointState.ENABLED, "give_up", EndpointState.DISABLED, ("clock",)),
    ),
)
"""`change` is a change of the url; other changes leave the state. `prove` takes effect when the proof is answered.

`give_up`: the receiver said 410 Gone, or failed for `FAILING_FOR`.
"""


def may_add_endpoint(held: int) -> Verdict:
    """Whether an organisation that has `held` endpoints may have one more. Source: Waymark's own."""
    if held >= MOST_ENDPOINTS:
        return Refused(
            "too_many_webhook_endpoints", f"An organisation has at most {MOST_ENDPOINTS} endpoints.", OUR_OWN
        )
    return Allowed()


def may_rotate_secret(signing: int) -> Verdict:
    """Whether another secret may be added to the `signing` ones that would go on signing. Source: Waymark's own."""
    if signing >= MOST_SECRETS:
        return Refused(
            "too_many_webhook_secrets",
            f"At most {MOST_SECRETS} secrets sign at once: wait for one to expire, or send `overlap_hours: 0`.",
            OUR_OWN,
        )
    return Allowed()


def may_replay(state: EndpointState) -> Verdict:
    """Whether anything may be sent again to an endpoint in this state. Source: Waymark's own."""
    if state is not EndpointState.ENABLED:
        return Refused(
            "webhook_endpoint_not_enabled",
            f"The endpoint is {state.value}. Let it be proved first.",
            OUR_OWN,
            {"state": state.value, "possible_verbs": list(WEBHOOK_ENDPOINTS.verbs_of_callers(state))},
        )
    return Allowed()


def may_replay_since(since: datetime, now: datetime) -> Verdict:
    """Whether messages of so long ago are still replayed. Source: Waymark's own, as deliveries are kept so long."""
    if since < now - REPLAYED_WITHIN:
        days = REPLAYED_WITHIN.days
        return Refused("replay_too_far_back", f"At most {days} days are replayed; the feed has the rest.", OUR_OWN)
    return Allowed()


def has_failed_too_long(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an endpoint without a success since `failing_since` is to be disabled. Source: Waymark's own."""
    return failing_since is not None and now - failing_since >= FAILING_FOR
