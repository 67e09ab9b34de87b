"""The timeline of an alert, told from its record, its notifications and its calls."""

from collections.abc import Iterator
from datetime import datetime

from app.models.absconding import AlertNotification
from app.queries.absconding_alerts import AlertFile
from app.schemas.absconding_alerts import TimelineEntry

_ORDER = (
    "last_seen",
    "raised",
    "notification_delivered",
    "notification_escalated",
    "notification_acknowledged",
    "called",
    "found",
    "closed",
)


def timeline(found: AlertFile) -> list[TimelineEntry]:
    """Everything that happened, the earliest first; of the same instant, what follows from another comes after it."""
    entries = [*_of_alert(found), *_of_calls(found)]
    for notification in found.notifications:
        entries += _of_notification(notification)
    return sorted(entries, key=lambda entry: (entry.at, _place(entry.what)))


def _place(what: str) -> int:
    return _ORDER.index(what) if what in _ORDER else len(_ORDER)


def _of_alert(found: AlertFile) -> Iterator[TimelineEntry]:
    alert = found.alert
    if alert.last_seen_at is not None:
        yield _entry(alert.last_seen_at, "last_seen")
    yield _entry(alert.raised_at, "raised")
    if alert.found_at is not None:
        yield _entry(alert.found_at, "found", alert.found_by)
    if alert.closed_at is not None:
        yield _entry(alert.closed_at, "closed")


def _of_calls(found: AlertFile) -> Iterator[TimelineEntry]:
    for call in found.calls:
        yield TimelineEntry(
            at=call.called_at,
            what="called",
            by=call.called_by,
            notification_id=call.notification_id,
            call_id=call.id,
        )


def _of_notification(notification: AlertNotification) -> Iterator[TimelineEntry]:
    happened = {
        "notification_delivered": notification.delivered_at,
        "notification_escalated": notification.escalated_at,
        "notification_acknowledged": notification.acknowledged_at,
    }
    for what, at in happened.items():
        if at is not None:
            by = notification.acknowledged_by if what == "notification_acknowledged" else None
            yield TimelineEntry(at=at, what=what, by=by, notification_id=notification.id, call_id=None)


def _entry(at: datetime, what: str, by: str | None = None) -> TimelineEntry:
    return TimelineEntry(at=at, what=what, by=by, notification_id=None, call_id=None)
