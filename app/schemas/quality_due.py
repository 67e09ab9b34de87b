"""What is due in a council's quality assurance, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.quality_due import DueKind, ToDo, WaitsFor
from app.schemas.wire import Day, Id, Read


class QualityDueRead(Read):
    """One thing that is due: of which provider, by which day, what is to be done and who is to do it.

    `resource` is the path at which it is read. `title` is an action's text, a plan's title, the slug of an activity
    or a type of return, or a report's school year and term; null where it could be personal. `placement_id` is of a
    progress report, else null.
    """

    kind: DueKind
    provider_id: Id
    placement_id: Id | None
    due_on: Day
    overdue: bool
    to_do: ToDo
    waits_for: WaitsFor
    title: Annotated[str, Field(min_length=1, max_length=2000)] | None
    resource: Annotated[
        str,
        Field(
            min_length=1,
            max_length=300,
            pattern=r"^/v1/",
            examples=["/v1/actions/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"],
        ),
    ]
