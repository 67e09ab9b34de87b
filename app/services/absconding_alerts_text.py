"""The email that tells of an absconding: plain and short, and naming the child, since it is useless otherwise."""

from collections.abc import Iterator
from datetime import datetime

from app.models.absconding import AlertNotification
from app.queries.absconding_alerts_delivery import Delivery
from app.rules.absconding import AlertRole, Channel, NotificationState
from app.rules.absconding_escalation import is_settled
from app.rules.emails import child_named
from app.rules.london import LONDON

_AS = {
    AlertRole.HOST_SCHOOL: "the child's school",
    AlertRole.COMMISSIONER: "the commissioner of the placement",
    AlertRole.POLICE: "the police",
    AlertRole.NAMED_SERVICE: "a service that is named for this child",
}


def alert_email(delivery: Delivery) -> tuple[str, str]:
    """Subject and body. The subject, which lies open on a locked telephone, names no child."""
    alert, setting = delivery.alert, _one_line(delivery.provider_name)
    seen = [_time(alert.last_seen_at)] if alert.last_seen_at else []
    seen += [_one_line(alert.last_seen_where)] if alert.last_seen_where else []
    lines = [
        f"{_child(delivery)} has left {setting} without permission.",
        "",
        f"Last seen: {', '.join(seen) or 'not stated'}",
        f"Reported: {_time(alert.raised_at)}, by {setting}",
    ]
    if alert.description:
        lines.append(f"Description: {_one_line(alert.description)}")
    if delivery.provider_phone:
        lines.append(f"Telephone of {setting}: {delivery.provider_phone}")
    lines += _what_changed(delivery)
    if alert.flags:
        lines += ["", "Parts of the report were missing or unusual. The whole text is in the alert."]
    lines += ["", *_what_now(delivery), f"Reference: {alert.id}"]
    return _subject(delivery, setting), "\n".join(lines) + "\n"


def _child(delivery: Delivery) -> str:
    """As the council behind the placement wants it named."""
    return _one_line(child_named(delivery.pupil.given_name, delivery.pupil.family_name, delivery.naming))


def shown_address(email: str) -> str:
    """An address as all who see the alert may read it: "d…@hill.example.org"."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def _subject(delivery: Delivery, setting: str) -> str:
    if _is_about_a_call(delivery):
        return "Urgent: a call about a pupil who has left has not been logged"
    urgent = f"Urgent: a pupil has left {setting} without permission"
    return f"Not yet in hand. {urgent}" if delivery.notification.escalations else urgent


def _what_changed(delivery: Delivery) -> Iterator[str]:
    """What has happened since the alert was raised, and whether it may be the same as an earlier one."""
    alert, earlier = delivery.alert, delivery.repeats
    if earlier is not None:
        yield ""
        yield f"This may be the same absence as the one reported at {_time(earlier.raised_at)} ({earlier.id})."
    if alert.found_at is not None:
        yield ""
        yield f"Found since: {_time(alert.found_at)}, {'safe' if alert.safe else 'not safe'}."
    elif delivery.notification.escalations:
        yield ""
        yield from _not_in_hand(delivery)


def _not_in_hand(delivery: Delivery) -> Iterator[str]:
    """Who has not said that they have it in hand, whoever reads this first."""
    for notification, name in ((delivery.notification, delivery.told_name), *delivery.others):
        if not is_settled(channel=notification.channel, state=notification.state, roles=notification.roles):
            yield _open_still(notification, name)


def _open_still(notification: AlertNotification, name: str | None) -> str:
    police = AlertRole.POLICE in notification.roles
    whom = "The police" if police else _one_line(notification.contact_name or name or "A named service")
    if notification.channel is Channel.PHONE:
        return f"{whom}: to be told by telephone, and no call has been logged."
    if notification.state is NotificationState.DELIVERED:
        return f"{whom}: written to; no log number." if police else f"{whom}: written to; nobody has acknowledged."
    return f"{whom}: no email has arrived yet."


def _what_now(delivery: Delivery) -> Iterator[str]:
    notification, setting = delivery.notification, _one_line(delivery.provider_name)
    if _is_about_a_call(delivery):
        whom = "the police" if AlertRole.POLICE in notification.roles else notification.contact_name
        number = f" on {delivery.phone}" if delivery.phone else ""
        yield f"Please phone {_one_line(whom or delivery.told_name or 'them')}{number} now, and log the call"
        yield "in your system, with the log number if it is to the police."
        return
    told_as = " and ".join(_AS[AlertRole(role)] for role in notification.roles)
    yield f"You are told as {told_as}."
    if AlertRole.POLICE in notification.roles:
        yield f"Please give {setting} a log number."
    elif AlertRole.NAMED_SERVICE in notification.roles:
        yield f"If you know where the child may be, phone {setting}."
    else:
        yield "Please acknowledge the alert in your system, with the name of whoever has taken it in hand."


def _is_about_a_call(delivery: Delivery) -> bool:
    return delivery.notification.channel is Channel.PHONE


def _time(instant: datetime) -> str:
    """By the clock in London: "10:42 on Tuesday 24 November 2026"."""
    local = instant.astimezone(LONDON)
    return f"{local:%H:%M} on {local:%A} {local.day} {local:%B %Y}"


def _one_line(text: str) -> str:
    """What others wrote, so that it makes no line of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
