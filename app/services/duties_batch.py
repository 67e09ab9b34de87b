"""What one run of a duty did."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.outbox.recording import Telling


@dataclass(frozen=True, slots=True)
class Batch:
    """`done` counts the rows that were due and are so no more; `tellings` are the events still to be recorded.

    A duty takes the most rows that it may do at once, or None for all. It does fewer only where no more are due.
    """

    done: int
    tellings: Sequence[Telling]
