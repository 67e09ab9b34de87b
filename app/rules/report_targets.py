"""Targets of a placed pupil: set in one report, carried forward into the next until they are settled.

Source: Salford AP contract slides (individual, termly reports) and Bolton's monthly dashboard (progress to targets),
read in the primary source; the vocabulary and what is carried forward are Waymark's own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

MOST_TARGETS = 20


class TargetProgress(StrEnum):
    """How far a target has come; no figure, so that nothing can be averaged."""

    NOT_STARTED = "not_started"
    SOME_PROGRESS = "some_progress"
    ON_TRACK = "on_track"
    ACHIEVED = "achieved"
    NO_LONGER_SET = "no_longer_set"


SETTLED = frozenset({TargetProgress.ACHIEVED, TargetProgress.NO_LONGER_SET})


@dataclass(frozen=True, slots=True)
class Target:
    """What a report says of a target."""

    target_id: UUID
    text: str
    success_criterion: str | None = None
    review_on: date | None = None
    progress: TargetProgress | None = None
    comment: str | None = None
    carried_forward: bool = False


def carried_forward(before: Iterable[Target]) -> tuple[Target, ...]:
    """What the next report begins with: the targets that the one before left open, their progress to be said anew.

    Source: Waymark's own.
    """
    return tuple(
        replace(each, progress=None, comment=None, carried_forward=True)
        for each in before
        if each.progress not in SETTLED
    )


def as_written(written: Sequence[Target], held: Iterable[Target]) -> tuple[Target, ...]:
    """The targets of a report once its provider has written these in place of those that it `held`.

    A target carried forward stays, whether or not it is named again: it is settled by saying so, never by leaving it
    out. Source: Waymark's own, so that no target is lost between two terms.
    """
    carried = {each.target_id: each for each in held if each.carried_forward}
    named = {each.target_id for each in written}
    kept = tuple(replace(each, carried_forward=each.target_id in carried) for each in written)
    return kept + tuple(each for id_, each in carried.items() if id_ not in named)
