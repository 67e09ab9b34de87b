from enum import StrEnum


class AlertState(StrEnum):
    RAISED = "raised"
    FOUND = "found"
    CLOSED = "closed"


class Channel(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


class NotificationState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"
