"""When a message that was not taken is sent again.

Source: the schedule that the Standard Webhooks specification recommends; jitter and bounds are Waymark's own.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first failure, the second and so on: ten attempts over about three days."""

JITTER = 0.1
"""A wait is longer or shorter by up to this part, so that what failed together does not come back together."""

LONGEST_ASKED = timedelta(hours=24)
"""A receiver that asks for more time than this is asked again after this."""

STATUSES_THAT_ASK = frozenset({429, 503})


def wait_after(failures: int, chance: float, asked: timedelta | None = None) -> timedelta | None:
    """The wait after this many failures, or None once they are too many.

    `chance`, from 0 to 1, chooses within the jitter. `asked` is what the receiver asked for, which only ever makes the
    wait longer.
    """
    if failures > len(WAITS):
        return None
    wait = WAITS[failures - 1] * (1 - JITTER + 2 * JITTER * chance)
    return wait if asked is None else max(wait, asked)


def asked_wait(status: int, retry_after: str | None, now: datetime) -> timedelta | None:
    """The time that a receiver asked for in `Retry-After`, within bounds; None where it asked for none.

    It counts with 429 and 503 alone. Source: RFC 9110, 10.2.3.
    """
    if status not in STATUSES_THAT_ASK or retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:10]), int(LONGEST_ASKED.total_seconds())))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(wait, LONGEST_ASKED))
