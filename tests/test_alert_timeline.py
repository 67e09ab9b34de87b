"""The order of an alert's timeline where a clock that stands still gives everything the same instant."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.models.absconding import AbscondingAlert, AlertCall, AlertNotification
from app.queries.absconding_alerts import AlertFile
from app.services.absconding_alerts_timeline import timeline

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_of_the_same_instant_what_follows_comes_after() -> None:
    steps = ("last_seen_at", "raised_at", "found_at", "closed_at")
    alert: dict[str, Any] = dict.fromkeys(steps, NOW) | {"id": uuid4(), "found_by": "A"}
    told_at = ("delivered_at", "escalated_at", "acknowledged_at")
    notification: dict[str, Any] = dict.fromkeys(told_at, NOW) | {"id": uuid4(), "acknowledged_by": "B"}
    call: dict[str, Any] = {"id": uuid4(), "called_at": NOW, "called_by": "C", "notification_id": None}
    found = AlertFile(AbscondingAlert(**alert), [AlertNotification(**notification)], [AlertCall(**call)])
    told = [entry.what for entry in timeline(found)]
    assert told == [
        "last_seen",
        "raised",
        "notification_delivered",
        "notification_escalated",
        "notification_acknowledged",
        "called",
        "found",
        "closed",
    ]
