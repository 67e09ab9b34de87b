"""Absconding: who must be told, and the lives of an alert and of its notifications. When they are tried again and
escalated is in `absconding_escalation.py`.

Source: Salford AP contract slides, read in the primary source: when a pupil leaves without permission the
provider tells school, commissioner and police at once. Nothing here refuses an alert: what is wrong with one
is flagged.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.placements import PlacementStatus
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Refused, Verdict


class AlertRole(StrEnum):
    """Those who are told. School, commissioner and police must be; services are where a party has listed them."""

    HOST_SCHOOL = "host_school"
    COMMISSIONER = "commissioner"
    POLICE = "police"
    NAMED_SERVICE = "named_service"


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
    MAY_REPEAT = "may_repeat"


LONG_AGO = timedelta(hours=12)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
MAY_REPEAT_FOR = timedelta(minutes=30)

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
class NamedService:
    """A person whom a party has listed at the placement to be told of alerts."""

    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class PlannedNotification:
    """One notification: `organisation` is the one told; of a call to the police, the provider that makes it.

    It is None for police who have an address of their own and for a named service. `service` is the place of a named
    service among those given.
    """

    roles: tuple[AlertRole, ...]
    channel: Channel
    organisation: UUID | None
    service: int | None = None


def notifications_due(
    *,
    commissioner: UUID,
    host_school: UUID | None,
    provider: UUID,
    police_have_email: bool,
    services: Sequence[NamedService] = (),
) -> tuple[PlannedNotification, ...]:
    """Who is told at once: one notification a role, but one for an organisation that holds two roles, and one for each
    named service however many parties have listed it.

    Without an address of the police the provider gets the task of phoning them, and so for a service. Source: Salford
    AP contract slides, read in the primary source.
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
    known: set[str] = set()
    for place, service in enumerate(services):
        address = (service.email or service.phone or "").casefold()
        if address not in known:
            channel = Channel.EMAIL if service.email else Channel.PHONE
            told.append(PlannedNotification((AlertRole.NAMED_SERVICE,), channel, None, place))
        known.add(address)
    return tuple(told)


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


def may_acknowledge(*, state: NotificationState, roles: Collection[str], told: UUID | None, by: UUID) -> Verdict:
    """Whether an organisation may acknowledge a notification: only the one that was told, and once.

    A call to the police is settled by logging it. Source: Waymark's own.
    """
    if told != by:
        return Refused("not_the_one_told", "Only the organisation that was told acknowledges.", OUR_OWN)
    if AlertRole.POLICE in roles:
        return Refused("phone_task", "The call to the police is settled by logging it, with the log number.", OUR_OWN)
    return NOTIFICATIONS.may(state, "acknowledge")


def verb_of_call(
    *, channel: Channel, state: NotificationState, roles: Collection[str], log_number: str | None
) -> str | None:
    """What a logged call does to the notification that it was about; None where it is only an attempt.

    A call delivers what no email did. To the police it takes their log number, and where an email had reached them that
    number is their acknowledgement. Source: Salford AP contract slides, read in the primary source.
    """
    police = AlertRole.POLICE in roles
    if police and log_number is None:
        return None
    if NOTIFICATIONS.may(state, "deliver"):
        return "deliver"
    emailed = police and channel is Channel.EMAIL and bool(NOTIFICATIONS.may(state, "acknowledge"))
    return "acknowledge" if emailed else None


def may_repeat(*, earlier_raised_at: datetime, earlier_state: AlertState, raised_at: datetime) -> bool:
    """Whether an alert may tell again of what an earlier one about the same placement told: one that is still open, and
    half an hour old at most. A pupil who was found and leaves again is another matter.

    The later alert is told all the same. Source: Waymark's own.
    """
    return earlier_state is AlertState.RAISED and raised_at - earlier_raised_at <= MAY_REPEAT_FOR


def _flags_of_time(left_at: datetime, received_at: datetime) -> Iterator[AlertFlag]:
    if left_at > received_at + CLOCKS_MAY_DIFFER:
        yield AlertFlag.LEFT_IN_FUTURE
    if left_at < received_at - LONG_AGO:
        yield AlertFlag.LEFT_LONG_AGO


def _to_organisation(organisation: UUID, *roles: AlertRole) -> PlannedNotification:
    return PlannedNotification(roles, Channel.EMAIL, organisation)
