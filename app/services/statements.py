"""What every statement about a placement is stamped with when it is made."""

from typing import TypedDict
from uuid import UUID, uuid4

from app.access.caller import Caller
from app.queries.statements import S, Stated
from app.services.changes import must_be


class Stamped(TypedDict):
    id: UUID
    placement_id: UUID
    number: int
    supersedes_id: UUID | None
    recorded_by_id: UUID


def first_of(caller: Caller, placement_id: UUID) -> Stamped:
    """The first statement about a placement."""
    return Stamped(
        id=uuid4(),
        placement_id=placement_id,
        number=1,
        supersedes_id=None,
        recorded_by_id=caller.organisation_id,
    )


def correcting(caller: Caller, before: Stated[S]) -> Stamped:
    """The statement that supersedes another."""
    return Stamped(
        id=uuid4(),
        placement_id=before.statement.placement_id,
        number=before.statement.number + 1,
        supersedes_id=before.statement.id,
        recorded_by_id=caller.organisation_id,
    )


def must_stand(before: Stated[S], expected_version: int) -> None:
    """Raises PreconditionFailed where the statement was superseded since the caller read it."""
    must_be(before.version, expected_version)
