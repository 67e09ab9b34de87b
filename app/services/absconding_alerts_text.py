"""The email that tells of an absconding: plain and short, and naming the child, since it is useless otherwise."""

from datetime import datetime

from app.queries.absconding_alerts_delivery import Delivery
from app.rules.absconding import AlertRole
from app.rules.london import LONDON

_AS = {
    AlertRole.HOST_SCHOOL: "the child's school",
    AlertRole.COMMISSIONER: "the commissioner of the placement",
    AlertRole.POLICE: "the police",
}


def alert_email(delivery: Delivery) -> tuple[str, str]:
    """Subject and body. The subject, which lies open on a locked telephone, names no child."""
    alert, setting = delivery.alert, _one_line(delivery.provider_name)
    seen = [_time(alert.last_seen_at)] if alert.last_seen_at else []
    seen += [_one_line(alert.last_seen_where)] if alert.last_seen_where else []
    lines = [
        f"{_one_line(delivery.pupil_name)} has left {setting} without permission.",
        "",
        f"Last seen: {', '.join(seen) or 'not stated'}",
        f"Reported: {_time(alert.raised_at)}, by {setting}",
    ]
    if alert.description:
        lines.append(f"Description: {_one_line(alert.description)}")
    if delivery.provider_phone:
        lines.append(f"Telephone of {setting}: {delivery.provider_phone}")
    if alert.flags:
        lines += ["", "Parts of the report were missing or unusual. The whole text is in the alert."]
    told_as = " and ".join(_AS[AlertRole(role)] for role in delivery.notification.roles)
    lines += ["", f"You are told as {told_as}.", *_what_now(delivery), f"Reference: {alert.id}"]
    return f"Urgent: a pupil has left {setting} without permission", "\n".join(lines) + "\n"


def _what_now(delivery: Delivery) -> list[str]:
    if AlertRole.POLICE in delivery.notification.roles:
        return [f"Please give {_one_line(delivery.provider_name)} a log number."]
    return ["Please acknowledge the alert in your system, with the name of whoever has taken it in hand."]


def _time(instant: datetime) -> str:
    """By the clock in London: "10:42 on Tuesday 24 November 2026"."""
    local = instant.astimezone(LONDON)
    return f"{local:%H:%M} on {local:%A} {local.day} {local:%B %Y}"


def _one_line(text: str) -> str:
    """What others wrote, so that it makes no line of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
