"""What is overdue, or falls due, in a council's quality assurance: of every kind in one order, by day.

Source: Bolton AP quality assurance documents (actions reviewed until closed; visits and returns by minimum frequency)
and Salford AP contract slides (termly reports), read in the primary source. One list over all is Waymark's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from heapq import merge
from itertools import islice
from uuid import UUID


class DueKind(StrEnum):
    """`visit` is one that is planned and has not been carried out. `activity` falls due by its minimum frequency, and
    no visit is planned for it that is itself in the list.
    """

    ACTION = "action"
    PLAN_REVIEW = "plan_review"
    CONCERN = "concern"
    VISIT = "visit"
    ACTIVITY = "activity"
    PROGRESS_REPORT = "progress_report"
    QA_RETURN = "qa_return"


class WaitsFor(StrEnum):
    """Who is to do it."""

    COUNCIL = "council"
    PROVIDER = "provider"
    COMMISSIONER = "commissioner"


class ToDo(StrEnum):
    """What is to be done."""

    COMPLETE_ACTION = "complete_action"
    REVIEW_PLAN = "review_plan"
    DECIDE_CONCERN = "decide_concern"
    ANSWER_CONCERN = "answer_concern"
    MAKE_VISIT = "make_visit"
    CARRY_OUT_VISIT = "carry_out_visit"
    WRITE_REPORT = "write_report"
    SUBMIT_REPORT = "submit_report"
    SUBMIT_RETURN = "submit_return"


Place = tuple[date, str, str]
"""Where something stands in the order of the list: its day, its kind, and what no two of a kind share."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that is due. `key` is what no two of its kind share: an id, or ids that together name it.

    `resource` is the path at which it is read; `title` what it is called there, where that holds nothing personal.
    """

    kind: DueKind
    key: str
    due_on: date
    provider_id: UUID
    to_do: ToDo
    waits_for: WaitsFor
    resource: str
    title: str | None = None
    placement_id: UUID | None = None

    @property
    def place(self) -> Place:
        return self.due_on, self.kind.value, self.key


def soonest(of_each_kind: Iterable[Iterable[DueItem]], most: int) -> list[DueItem]:
    """The first of what each kind gives in its order, in the order over all."""
    return list(islice(merge(*of_each_kind, key=lambda each: each.place), most))


def is_overdue(due_on: date, today: date) -> bool:
    """Whether the day has passed. Source: as of each kind."""
    return today > due_on
