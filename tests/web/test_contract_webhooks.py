"""The contract documents the message of every type of event, as it is sent."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from app.main import create_app
from app.models.webhooks import WebhookDelivery
from app.outbox.catalogue import EventType
from app.outbox.meanings import MEANINGS
from app.outbox.webhook_messages import body_of
from app.outbox.webhook_secrets import signed_headers
from app.rules.webhook_deliveries import PROOF, DeliveryState
from app.settings import Settings

DOCUMENT: dict[str, Any] = create_app(Settings(database_url="postgresql+psycopg://")).openapi()
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


def faults(schema: dict[str, Any], message: object) -> list[str]:
    checked = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [fault.message for fault in checked.iter_errors(message)]


def message(type_: str) -> WebhookDelivery:
    return WebhookDelivery(
        created_at=NOW,
        changed_at=NOW,
        endpoint_id=uuid4(),
        organisation_id=uuid4(),
        event_id=None if type_ == PROOF else uuid4(),
        type=type_,
        occurred_at=NOW,
        recorded_at=NOW,
        resource=f"/v1/placements/{uuid4()}",
        challenge="a-challenge" if type_ == PROOF else None,
        state=DeliveryState.PENDING,
    )


def test_every_type_of_event_is_documented_and_nothing_else() -> None:
    assert set(DOCUMENT["webhooks"]) == {PROOF, *EventType}
    ids = [each["post"]["operationId"] for each in DOCUMENT["webhooks"].values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("type_", [PROOF, *EventType])
def test_what_is_sent_is_what_is_documented(type_: str) -> None:
    operation = DOCUMENT["webhooks"][type_]["post"]
    [(kind, media)] = operation["requestBody"]["content"].items()
    body = body_of(message(str(type_)))
    assert kind == signed_headers([b"k" * 32], uuid4(), NOW, body)["Content-Type"]
    for sent in (json.loads(body), media["example"]):
        assert faults(media["schema"], sent) == []
        assert faults(media["schema"], {**sent, "type": "another.type"})
    assert operation["description"] == MEANINGS.get(type_, operation["description"])  # type: ignore[call-overload]


def test_the_headers_that_are_sent_are_the_ones_documented() -> None:
    documented = DOCUMENT["components"]["parameters"]
    sent = signed_headers([b"k" * 32] * 3, uuid4(), NOW, b"{}")
    assert documented.keys() == {name for name in sent if name.startswith("webhook-")}
    for name, parameter in documented.items():
        assert 1 <= len(sent[name]) <= parameter["schema"]["maxLength"]
