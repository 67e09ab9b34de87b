"""Where the actions of an assessment go when it is complete: to the plan that whoever wrote it keeps.

Actions with an owner and a day are handed on as they stand; those in words alone stay words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.rules.toolkit import ASSESSED
from app.rules.toolkit_evidence import may_hand_on
from app.services.changes import insist


@dataclass(frozen=True, slots=True)
class HandedAction:
    """What is to be done, by whom and by which day; `about` is the slug of the area or sub-area."""

    about: str
    text: str
    owner: str
    due_on: date


async def hand_on_actions(
    caller: Caller, session: AsyncSession, assessment: ToolkitAssessment, entries: Iterable[ToolkitEntry]
) -> Sequence[HandedAction]:
    """Hands on what is planned in an assessment that is being completed. Raises RuleRefused for a day that has passed.

    This is the place at which the action plan is opened.
    """
    actions = planned(entries)
    insist(
        may_hand_on(
            {each.about: [a.due_on for a in actions if a.about == each.about] for each in actions}, caller.today
        )
    )
    return actions


def planned(entries: Iterable[ToolkitEntry]) -> list[HandedAction]:
    """The actions with an owner and a day, in the order of the toolkit's areas."""
    in_order = sorted(entries, key=lambda entry: ASSESSED.index(entry.area))
    return [
        HandedAction(entry.area, each["text"], each["owner"], date.fromisoformat(each["due_on"]))
        for entry in in_order
        for each in entry.planned_actions
    ]
