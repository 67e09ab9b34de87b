"""The `webhooks` section of the contract: the message for every type of event, and what receivers answer."""

from typing import Any

from app.outbox.catalogue import EventType
from app.outbox.meanings import MEANINGS

Document = dict[str, Any]

PROOF = "webhook.proof"
_ID = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
_AT = "2026-11-24T09:12:00Z"
_CHALLENGE = "n7Vt0cB3yX1kqWm2ZrJ5sQe8uLh4aDfG"


def _header(name: str, meaning: str, longest: int, example: str) -> Document:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": meaning,
        "schema": schema,
        "example": example,
    }


_PARAMETERS = {
    "webhook-id": _header(
        "webhook-id", "The event's id, the same at every attempt, replay and endpoint: tell repeats by it.", 36, _ID
    ),
    "webhook-timestamp": _header(
        "webhook-timestamp",
        "When this attempt was signed, in seconds since 1970, by the machine's clock.",
        12,
        "1795511520",
    ),
    "webhook-signature": _header(
        "webhook-signature",
        "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; of each secret that signs, divided by spaces.",
        400,
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}

_RESPONSES = {
    "2XX": {"description": "Taken. Answer at once and work afterwards: an attempt lasts at most 10 seconds."},
    "410": {"description": "The receiver is gone: the endpoint is disabled."},
    "429": {"description": "Too fast: `Retry-After`, up to a day, is kept to. 503 likewise."},
    "default": {
        "description": "Not taken. It is sent again, ten times over about three days; no redirect is followed."
    },
}


def _message(kind: Document, data: Document, meaning: str) -> Document:
    return {
        "type": "object",
        "description": meaning,
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": kind,
            "timestamp": {"type": "string", "format": "date-time", "description": "As `occurred_at`."},
            "data": data,
        },
    }


def add_webhooks(document: Document) -> None:
    """Adds them to a contract that has the schema `EventRead` already, the item of the feed."""
    components = document["components"]
    components["parameters"] = {**components.get("parameters", {}), **_PARAMETERS}
    components["schemas"]["WebhookMessage"] = _message(
        {"type": "string", "maxLength": 80},
        {"$ref": "#/components/schemas/EventRead"},
        "An event, as the feed gives it. Order is not promised: go by `occurred_at`, or read `resource`.",
    )
    components["schemas"]["WebhookProof"] = _message(
        {"const": PROOF},
        {
            "type": "object",
            "required": ["endpoint_id", "challenge"],
            "properties": {
                "endpoint_id": {"type": "string", "format": "uuid"},
                "challenge": {"type": "string", "maxLength": 64},
            },
        },
        "Asks a receiver to prove that it wants to be told.",
    )
    document["webhooks"] = {PROOF: {"post": _proof()}} | {each.value: {"post": _told(each)} for each in EventType}


def _proof() -> Document:
    example = {"type": PROOF, "timestamp": _AT, "data": {"endpoint_id": _ID, "challenge": _CHALLENGE}}
    meaning = "Answer 2xx with `challenge` in the first 4 KiB of the body; until then nothing else is sent."
    return _operation(PROOF, meaning, {"$ref": "#/components/schemas/WebhookProof"}, example)


def _told(event: EventType) -> Document:
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/WebhookMessage"},
            {"type": "object", "properties": {"type": {"const": event.value}}},
        ]
    }
    data = {
        "id": _ID,
        "type": event.value,
        "occurred_at": _AT,
        "recorded_at": _AT,
        "resource": f"/v1/placements/{_ID}",
    }
    return _operation(event.value, MEANINGS[event], schema, {"type": event.value, "timestamp": _AT, "data": data})


def _operation(type_: str, meaning: str, schema: Document, example: Document) -> Document:
    return {
        "operationId": "receive_" + type_.replace(".", "_").replace("-", "_"),
        "summary": type_,
        "description": meaning,
        "tags": ["webhooks"],
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}},
        "responses": _RESPONSES,
    }
