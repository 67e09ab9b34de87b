"""What doing a row brought about."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.rules.imports import RowState, differs
from app.services.imports_cells import RowRejectedError
from app.services.imports_files import Fault


@dataclass(frozen=True, slots=True)
class Done:
    """`found_id` is what was made, changed or found."""

    state: RowState
    found_id: UUID


def made(found_id: UUID) -> Done:
    return Done(RowState.MADE, found_id)


def same_or_differs(found_id: UUID, there: Mapping[str, object], said: Mapping[str, object]) -> Done:
    """Unchanged, where what is there says the same under every column that is said.

    Raises RowRejectedError naming the columns that say something else.
    """
    other = [column for column, value in said.items() if value is not None and _plain(there[column]) != _plain(value)]
    if other:
        raise RowRejectedError(Fault.of(other[0] if len(other) == 1 else None, differs(other)))
    return Done(RowState.UNCHANGED, found_id)


def _plain(value: object) -> object:
    return " ".join(value.lower().split()) if isinstance(value, str) else value
