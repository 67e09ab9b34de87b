"""What a return is: one definition, of which pages, CSV files and workbooks are made alike.

A file is read batch by batch, each in a transaction of its own under the caller's row security, so that neither memory
nor a connection is held for as long as somebody downloads. It shows no child but those that the request's audit entry
names, which is committed before the first byte.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from app.access.caller import Caller
from app.access.row_security import Standing, stand, standing_of
from app.access.scopes import Scope
from app.db.engine import Sessions
from app.problems import Forbidden
from app.queries.returns import keys_of
from app.rules.census_setting import CensusSetting
from app.rules.statistics_periods import StatisticsPeriod
from app.rules.tables import Cells, Column

BATCH = 250
"""Records that are read in one transaction."""
NIL_RETURN = "nil_return"

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which return is asked for. `label` names the period; the ids narrow it where they are given.

    `settings` are how the census names the providers met so far: a file's batches meet most of them again.
    """

    label: str
    period: StatisticsPeriod
    provider_id: UUID | None = None
    host_school_id: UUID | None = None
    school_id: UUID | None = None
    settings: dict[UUID, CensusSetting] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Return:
    """`found` gives a row for each record, a `Placement` in each; `key` is the unique column that orders them. `again`
    gives the same rows, and perhaps more, for keys that were found already; only where that is quicker.

    `rows` makes records of some of those rows as they are in JSON, and `cells` the lines that a file has of one, most
    often itself. The first columns of a file say what the line is, the period, and whether it is provisional.
    """

    name: str
    title: str
    columns: Callable[[Asked], Sequence[Column]]
    found: Callable[[Caller, Asked], Select[Any]]
    key: SQLCoreOperations[UUID]
    rows: Callable[[Caller, AsyncSession, Sequence[Row[Any]], Asked], Awaitable[list[Shown]]]
    again: Callable[[Caller, Asked], Select[Any]] | None = None
    record: str = "placement"
    cells: Callable[[Shown], Sequence[Cells]] = lambda row: (row,)


@dataclass(frozen=True, slots=True)
class Export:
    """A return about to be written: `keys` are of the records that the audit entry accounts for."""

    definition: Return
    caller: Caller
    asked: Asked
    columns: Sequence[Column]
    keys: Sequence[UUID]
    standing: Standing
    sessions: Sessions

    @property
    def provisional(self) -> bool:
        return is_provisional(self.caller, self.asked)

    @property
    def filename(self) -> str:
        """Without its ending."""
        return f"{self.definition.name}-{self.asked.label}{'-provisional' if self.provisional else ''}"

    @property
    def as_of(self) -> datetime:
        return self.caller.now


def insist_on_pupils(caller: Caller) -> None:
    """A return that names children is for clients that may read pupils. Raises Forbidden."""
    if Scope.PUPILS_READ not in caller.scopes:
        raise Forbidden(needed_scope=Scope.PUPILS_READ.value)


def is_provisional(caller: Caller, asked: Asked) -> bool:
    """Whether the period has not ended in London."""
    return asked.period.last >= caller.today


async def read_rows(
    definition: Return, caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked
) -> list[Shown]:
    """The records of these rows, without what the caller's scopes do not let it read."""
    records = await definition.rows(caller, session, found, asked) if found else []
    hidden = {each.name: None for each in definition.columns(asked) if each.needs and each.needs not in caller.scopes}
    return [each | hidden for each in records]


async def prepare(
    definition: Return, caller: Caller, session: AsyncSession, sessions: Sessions, asked: Asked
) -> Export:
    """Finds what a file will hold and notes every child of it for the audit."""
    insist_on_pupils(caller)
    keys = await keys_of(caller, session, definition.found(caller, asked), definition.key)
    standing = await standing_of(session)
    return Export(definition, caller, asked, definition.columns(asked), keys, standing, sessions)


async def batches_of(export: Export) -> AsyncIterator[list[Cells]]:
    """The records as cells, batch by batch in the order of their keys. A return without one is a nil record."""
    common = {"month": export.asked.label, "period": export.asked.label, "provisional": export.provisional}
    if not export.keys:
        yield [{"record": NIL_RETURN, **common}]
    definition = export.definition
    wanted = (definition.again or definition.found)(export.caller, export.asked)
    for at in range(0, len(export.keys), BATCH):
        keys = export.keys[at : at + BATCH]
        async with export.sessions() as session:
            await stand(session, export.standing)
            statement = wanted.where(definition.key.in_(keys)).order_by(definition.key)
            found = (await session.execute(statement)).all()
            records = await read_rows(definition, export.caller, session, found, export.asked)
        lines = [line for each in records for line in definition.cells(each)]
        yield [{"record": definition.record, **common, **line} for line in lines]
