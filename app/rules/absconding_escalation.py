"""When somebody who must know of a missing child is tried again, phoned instead, and when others are told so.

Source: Salford AP contract slides (told at once), read in the primary source; every figure is Waymark's own.

| a notification | step 1 after | step 2 after |
|---|---|---|
| that has reached nobody: no email was taken, no call logged (to the police: with their log number) | 5 minutes | 15 |
| that arrived by email and that nobody acknowledged | 15 minutes | 30 |
| to a named service, once it arrived; whatever was acknowledged, or phoned | never | never |

At step 1 the organisation is written to again at every address that it has, and of a call that was not made the
provider's own people are told. At step 2 the other organisations are written to as well. Each step is an event for all
who see the placement. A pupil who was found ends it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.rules.absconding import AlertRole, Channel, NotificationState

UNREACHED_AFTER = (timedelta(minutes=5), timedelta(minutes=15))
UNACKNOWLEDGED_AFTER = (timedelta(minutes=15), timedelta(minutes=30))
STEPS = len(UNREACHED_AFTER)

FIRST_RETRY_AFTER = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)
FAILURES_UNTIL_CALL = 4


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step, from 1, and when it fell due."""

    step: int
    at: datetime


def is_settled(*, channel: Channel, state: NotificationState, roles: Collection[str]) -> bool:
    """Whether nobody need be asked about a notification any more.

    An organisation that an email reached has still to say who took the alert in hand; one that was phoned has been
    spoken to, and a named service has nothing of ours to acknowledge with.
    """
    if state is NotificationState.DELIVERED:
        return channel is Channel.PHONE or AlertRole.NAMED_SERVICE in roles
    return state is NotificationState.ACKNOWLEDGED


def escalations_due(
    *,
    channel: Channel,
    state: NotificationState,
    roles: Collection[str],
    created_at: datetime,
    taken: int,
    now: datetime,
) -> tuple[Escalation, ...]:
    """The steps that fell due by `now`, of a notification for which `taken` steps were taken before."""
    if is_settled(channel=channel, state=state, roles=roles):
        return ()
    after = UNACKNOWLEDGED_AFTER if state is NotificationState.DELIVERED else UNREACHED_AFTER
    return tuple(_due(created_at, after, taken, now))


def retry_after(attempts: int) -> timedelta:
    """How long after a failed attempt the next one is made: two seconds at first, five minutes at most, and for as long
    as the notification is neither delivered nor acknowledged and the alert is not closed.
    """
    return min(FIRST_RETRY_AFTER * (1 << min(attempts - 1, 10)), LONGEST_RETRY)


def call_is_needed(attempts: int) -> bool:
    """Whether so many attempts in vain make a phone call necessary. Emails go on being tried beside it."""
    return attempts >= FAILURES_UNTIL_CALL


def _due(created_at: datetime, after: tuple[timedelta, ...], taken: int, now: datetime) -> Iterator[Escalation]:
    for step, wait in enumerate(after, start=1):
        if step > taken and created_at + wait <= now:
            yield Escalation(step, created_at + wait)
