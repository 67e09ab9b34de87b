"""Absconding: who must be told, and the lives of an alert and of its notifications.

Source: Salford AP contract slides, read in the primary source: when a pupil leaves without permission the
provider tells school, commissioner and police at once. Nothing here refuses an alert: what is wrong with one
is flagged.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.placements import PlacementStatus
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Refused, Verdict

ESCALATE_PHONE_TASK_AFTER = timedelta(minutes=5)
ESCALATE_UNACKNOWLEDGED_AFTER = timedelta(minutes=15)


class AlertRole(StrEnum):
    """Those who must be told."""

    HOST_SCHOOL = "host_school"
    COMMISSIONER = "commissioner"
    POLICE = "police"


class Channel(StrEnum):
    """How one of them is told; `phone` is a task for a person to call."""

    EMAIL = "email"
    PHONE = "phone"


class AlertState(StrEnum):
    RAISED = "raised"
    FOUND = "found"
    CLOSED = "closed"


class NotificationState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"


class AlertFlag(StrEnum):
    """What is wrong with an alert that was taken all the same."""

    PLACEMENT_NOT_ACTIVE = "placement_not_active"
    NOT_A_PUPIL_DAY = "not_a_pupil_day"
    LEFT_IN_FUTURE = "left_in_future"
    LEFT_LONG_AGO = "left_long_ago"
    TIME_MISSING = "time_missing"
    PLACE_MISSING = "place_missing"
    FIELDS_NOT_UNDERSTOOD = "fields_not_understood"
    FIELDS_UNKNOWN = "fields_unknown"
    BODY_NOT_JSON = "body_not_json"
    BODY_CUT = "body_cut"
    CONTENT_TYPE_UNEXPECTED = "content_type_unexpected"
    HEADERS_NOT_UNDERSTOOD = "headers_not_understood"
    KEY_USED_BEFORE = "key_used_before"


LONG_AGO = timedelta(hours=12)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)

ALERTS = StateTable(
    "absconding alert",
    SALFORD,
    (
        Transition(AlertState.RAISED, "resolve", AlertState.FOUND, ("provider", "host_school", "commissioner")),
        Transition(AlertState.FOUND, "close", AlertState.CLOSED, ("provider", "host_school", "commissioner")),
    ),
)

NOTIFICATIONS = StateTable(
    "notification",
    SALFORD,
    (
        Transition(NotificationState.PENDING, "deliver", NotificationState.DELIVERED),
        Transition(NotificationState.PENDING, "fail", NotificationState.FAILED),
        Transition(NotificationState.PENDING, "acknowledge", NotificationState.ACKNOWLEDGED),
        Transition(NotificationState.FAILED, "deliver", NotificationState.DELIVERED),
        Transition(NotificationState.FAILED, "fail", NotificationState.FAILED),
        Transition(NotificationState.FAILED, "acknowledge", NotificationState.ACKNOWLEDGED),
        Transition(NotificationState.DELIVERED, "acknowledge", NotificationState.ACKNOWLEDGED),
    ),
)
"""A named person may acknowledge whatever the machine knows of the delivery; a logged call is a delivery. A failed
email is tried again until it is delivered, and fails or not each time.
"""


@dataclass(frozen=True, slots=True)
class PlannedNotification:
    """One mandatory notification: `organisation` is the one told; of a phone task, the one that calls.

    It is None for police who have an address of their own.
    """

    roles: tuple[AlertRole, ...]
    channel: Channel
    organisation: UUID | None


def notifications_due(
    *, commissioner: UUID, host_school: UUID | None, provider: UUID, police_have_email: bool
) -> tuple[PlannedNotification, ...]:
    """Who must be told at once: one notification a role, but one for an organisation that holds two roles.

    Without an address of the police the provider gets the task of phoning them. Source: Salford AP contract
    slides, read in the primary source.
    """
    told: list[PlannedNotification] = []
    if host_school is not None and host_school != commissioner:
        told.append(_to_organisation(host_school, AlertRole.HOST_SCHOOL))
    both = (AlertRole.HOST_SCHOOL,) if host_school == commissioner else ()
    told.append(_to_organisation(commissioner, *both, AlertRole.COMMISSIONER))
    if police_have_email:
        told.append(PlannedNotification((AlertRole.POLICE,), Channel.EMAIL, None))
    else:
        told.append(PlannedNotification((AlertRole.POLICE,), Channel.PHONE, provider))
    return tuple(told)


def phone_task_is_overdue(created_at: datetime, log_number_recorded_at: datetime | None, now: datetime) -> bool:
    """Whether a call to the police is to be escalated: no log number 5 minutes after the alert.

    Source: Salford AP contract slides (police at once), read in the primary source; the 5 minutes are
    Waymark's own.
    """
    return log_number_recorded_at is None and now - created_at >= ESCALATE_PHONE_TASK_AFTER


def alert_flags(
    *,
    status: PlacementStatus,
    is_pupil_day: bool,
    received_at: datetime,
    left_at: datetime | None,
    last_seen_where: str | None,
    as_received: Collection[AlertFlag] = (),
) -> tuple[AlertFlag, ...]:
    """Everything that looks wrong with an alert, for those who read it; it is taken as it came.

    `as_received` are the flags of the message itself, such as a body that is not JSON.
    Source: Salford AP contract slides (told immediately, so never held up), read in the primary source.
    """
    wrong = {
        AlertFlag.PLACEMENT_NOT_ACTIVE: status is not PlacementStatus.ACTIVE,
        AlertFlag.NOT_A_PUPIL_DAY: not is_pupil_day,
        AlertFlag.TIME_MISSING: left_at is None,
        AlertFlag.PLACE_MISSING: not (last_seen_where or "").strip(),
    }
    flags = [flag for flag, applies in wrong.items() if applies]
    if left_at is not None:
        flags.extend(_flags_of_time(left_at, received_at))
    return (*flags, *sorted(as_received))


def may_acknowledge(*, state: NotificationState, channel: Channel, told: UUID | None, by: UUID) -> Verdict:
    """Whether an organisation may acknowledge a notification: only the one that was told, and once.

    A call to the police is settled by logging it. Source: Waymark's own.
    """
    if told != by:
        return Refused("not_the_one_told", "Only the organisation that was told acknowledges.", OUR_OWN)
    if channel is Channel.PHONE:
        return Refused("phone_task", "A call to make is settled by logging it, with the log number.", OUR_OWN)
    return NOTIFICATIONS.may(state, "acknowledge")


def call_is_delivery(*, state: NotificationState, roles: Collection[str], log_number: str | None) -> bool:
    """Whether a logged call delivers the notification that it was about: to the police, only with a log number.

    Source: Salford AP contract slides, read in the primary source.
    """
    open_still = bool(NOTIFICATIONS.may(state, "deliver"))
    return open_still and (log_number is not None or AlertRole.POLICE not in roles)


def is_overdue(*, channel: Channel, state: NotificationState, created_at: datetime, now: datetime) -> bool:
    """Whether a notification is to be escalated: a call not yet made, or an email that nobody acknowledged.

    Source: Salford AP contract slides (told at once), read in the primary source; the minutes are Waymark's own.
    """
    if state is NotificationState.ACKNOWLEDGED:
        return False
    if channel is Channel.PHONE:
        return state is not NotificationState.DELIVERED and phone_task_is_overdue(created_at, None, now)
    return now - created_at >= ESCALATE_UNACKNOWLEDGED_AFTER


def escalates_at(channel: Channel, created_at: datetime) -> datetime:
    """When a notification that nobody has settled by then is escalated."""
    return created_at + (ESCALATE_PHONE_TASK_AFTER if channel is Channel.PHONE else ESCALATE_UNACKNOWLEDGED_AFTER)


def after_attempts(attempts: int) -> timedelta:
    """How long to wait before a failed email is tried again: ten seconds at first, five minutes at most.

    Source: Waymark's own.
    """
    return min(timedelta(seconds=10 * 2 ** min(attempts - 1, 10)), timedelta(minutes=5))


def _flags_of_time(left_at: datetime, received_at: datetime) -> Iterator[AlertFlag]:
    if left_at > received_at + CLOCKS_MAY_DIFFER:
        yield AlertFlag.LEFT_IN_FUTURE
    if left_at < received_at - LONG_AGO:
        yield AlertFlag.LEFT_LONG_AGO


def _to_organisation(organisation: UUID, *roles: AlertRole) -> PlannedNotification:
    return PlannedNotification(roles, Channel.EMAIL, organisation)
