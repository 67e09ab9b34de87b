"""Doing one row, or the rows that go in together: within a savepoint, and in a dry run undone again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from psycopg import Error as DriverError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller, Touched
from app.db.faults import as_problem
from app.db.savepoint import savepoint
from app.problems import Problem, Unavailable
from app.rules.imports import ImportKind, RowState
from app.services.imports_calendars import INCOMPLETE, CalendarRejectedError, calendar_column, import_calendar
from app.services.imports_cells import RowRejectedError, faults_of
from app.services.imports_files import Fault
from app.services.imports_placements import import_placement, placement_column
from app.services.imports_providers import import_provider
from app.services.imports_pupils import import_pupil, pupil_column
from app.services.imports_rows import Done

Said = tuple[int, Mapping[str, Any]]

_ROWS = {
    ImportKind.PUPILS: import_pupil,
    ImportKind.PLACEMENTS: import_placement,
    ImportKind.PROVIDERS: import_provider,
}
_COLUMNS = {
    ImportKind.PUPILS: pupil_column,
    ImportKind.PLACEMENTS: placement_column,
    ImportKind.PROVIDERS: lambda place: str(place[0]) if place else None,
    ImportKind.CALENDARS: calendar_column,
}
_OURS = Fault(
    None, "not_done", "Something went wrong on our side with this row; nothing of it was stored. Import it again."
)

_log = structlog.get_logger("waymark.imports")


class LaterError(Exception):
    """The database cannot do the row just now; it goes on waiting."""


class _UndoneError(Exception):
    """A dry run's way out of its savepoint."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. In a dry run nothing that it made is there to be found."""

    state: RowState
    found_id: UUID | None = None
    faults: Sequence[Fault] = ()


async def do_unit(
    caller: Caller, session: AsyncSession, kind: ImportKind, unit: Sequence[Said], *, dry_run: bool
) -> dict[int, Outcome]:
    """What became of each row, by its line. Raises LaterError."""
    own = replace(caller, touched=Touched())
    try:
        done = await _in_savepoint(own, session, kind, unit, dry_run=dry_run)
    except CalendarRejectedError as rejected:
        return {
            line: Outcome(
                RowState.REJECTED, None, rejected.faults.get(index) or rejected.faults.get(None, [INCOMPLETE])
            )
            for index, (line, _) in enumerate(unit)
        }
    except RowRejectedError as rejected:
        return _all(unit, Outcome(RowState.REJECTED, None, rejected.faults))
    except Problem as problem:
        return _all(unit, Outcome(RowState.REJECTED, None, _said_of(problem, kind)))
    except (DBAPIError, DriverError) as error:
        return _all(unit, Outcome(RowState.REJECTED, None, _said_of_database(error, kind)))
    except Exception:
        _log.exception("import_row_failed", kind=kind.value, line=unit[0][0])
        return _all(unit, Outcome(RowState.REJECTED, None, [_OURS]))
    finally:
        session.expunge_all()
        caller.sees_placements(*own.touched.placements)
        caller.sees_pupils(*own.touched.pupils)
    if dry_run and done.state is RowState.MADE:
        caller.touched.placements.discard(done.found_id)
        caller.touched.pupils.discard(done.found_id)
        return _all(unit, Outcome(done.state))
    return _all(unit, Outcome(done.state, done.found_id))


async def _in_savepoint(
    caller: Caller, session: AsyncSession, kind: ImportKind, unit: Sequence[Said], *, dry_run: bool
) -> Done:
    done: Done | None = None
    try:
        async with savepoint(session):
            if kind is ImportKind.CALENDARS:
                done = await import_calendar(caller, session, [cells for _, cells in unit])
            else:
                done = await _ROWS[kind](caller, session, unit[0][1])
            await session.flush()
            if dry_run:
                raise _UndoneError
    except _UndoneError:
        pass
    assert done is not None
    return done


def _all(unit: Sequence[Said], outcome: Outcome) -> dict[int, Outcome]:
    return {line: outcome for line, _ in unit}


def _said_of(problem: Problem, kind: ImportKind) -> list[Fault]:
    if isinstance(problem, Unavailable):
        raise LaterError
    return faults_of(problem, _COLUMNS[kind])


def _said_of_database(error: DBAPIError | DriverError, kind: ImportKind) -> list[Fault]:
    problem = as_problem(error)
    if isinstance(problem, Unavailable):
        raise LaterError from error
    if problem is None:
        _log.error("import_row_failed", kind=kind.value, exc_info=error)
        return [_OURS]
    return faults_of(problem, _COLUMNS[kind])
