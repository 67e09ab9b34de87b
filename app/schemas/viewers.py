"""Who may see a placement, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.viewers import ViewerBasis
from app.schemas.wire import Day, Id, Read


class ViewerRead(Read):
    """An organisation that may see the placement's records of the days from `from_on` to `until_on`; null: open."""

    organisation_id: Id
    basis: ViewerBasis
    from_on: Day | None
    until_on: Day | None


class ViewersRead(Read):
    viewers: Annotated[list[ViewerRead], Field(max_length=100)]
