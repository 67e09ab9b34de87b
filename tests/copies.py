"""Rows that were made once by the program itself, to be copied under new ids as often as tests want the same."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
_ABOUT_REQUESTS = frozenset({"audit_entries", "idempotency_records"})


@dataclass(frozen=True)
class Original:
    """Rows by table, as JSON."""

    rows: str
    tables: tuple[str, ...]

    @classmethod
    async def of(cls, session: AsyncSession) -> "Original":
        """All that the session's transaction has added so far, in whatever table."""
        await session.flush()
        return cls._of(await _rows(session, "t.xmin = pg_current_xact_id()::xid"))

    @classmethod
    async def since(
        cls, session: AsyncSession, xid: int, about: Iterable[str], apart_from: Iterable[str]
    ) -> "Original":
        """What transactions from `xid` on have written that leads to the ids `about`, past the ids `apart_from`.

        Without what is kept of requests: no request makes the copy.
        """
        written = await _rows(session, f"t.xmin::text::bigint >= {xid % 2**32}", _ABOUT_REQUESTS)
        return cls._of(_led_to(written, set(about), set(apart_from)))

    @classmethod
    def _of(cls, rows: Mapping[str, list[dict[str, Any]]]) -> "Original":
        return cls(json.dumps(rows), tuple(rows))

    async def copy(self, session: AsyncSession, changed: Mapping[str, str]) -> dict[str, str]:
        """Adds the rows again, each text of `changed` and each id replaced. Gives what became of which."""
        became = dict(changed)

        def replaced(found: re.Match[str]) -> str:
            return became.get(found[0]) or became.setdefault(found[0], str(uuid4()))

        rows = re.sub("|".join([*map(re.escape, changed), _ID]), replaced, self.rows)
        await session.execute(text(self._insert()), {"rows": rows})
        return became

    def _insert(self) -> str:
        """One statement, so that the tables' order does not matter."""
        parts = [f"{table}_added as ({_adding(table)})" for table in self.tables]
        return f"with given as (select cast(:rows as jsonb) as rows), {', '.join(parts)} select 1"


def _adding(table: str) -> str:
    """What numbers itself is numbered anew, and what names its transaction names this one."""
    columns = [
        column.name
        for column in SQLModel.metadata.tables[table].columns
        if column.computed is None and (column.identity is None or not column.identity.always)
    ]
    values = ["pg_current_xact_id()::text::bigint" if name == "txid" else f"each.{name}" for name in columns]
    return (
        f"insert into {table} ({', '.join(columns)}) select {', '.join(values)}"
        f" from given, jsonb_populate_recordset(null::{table}, given.rows -> '{table}') as each"
    )


async def _rows(
    session: AsyncSession, which: str, less: frozenset[str] = frozenset()
) -> dict[str, list[dict[str, Any]]]:
    mine = " union all ".join(
        f"select '{table}' as name, jsonb_agg(to_jsonb(t)) as found from {table} t where {which}"
        for table in SQLModel.metadata.tables
        if table not in less
    )
    named = f"select jsonb_object_agg(name, found) from ({mine}) as each where found is not null"
    return (await session.execute(text(named))).scalar_one() or {}


def _led_to(
    written: Mapping[str, list[dict[str, Any]]], about: set[str], apart_from: set[str]
) -> dict[str, list[dict[str, Any]]]:
    left = [
        (table, row, set(re.findall(_ID, json.dumps(row))) - apart_from) for table in written for row in written[table]
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    while near := [each for each in left if each[2] & about]:
        left = [each for each in left if not each[2] & about]
        for table, row, ids in near:
            found.setdefault(table, []).append(row)
            about |= ids
    return found
