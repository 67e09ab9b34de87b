"""Rows that were made once by the program itself, to be copied under new ids as often as tests want the same."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Original:
    """The rows of one transaction, by table, as JSON."""

    rows: str
    tables: tuple[str, ...]

    @classmethod
    async def of(cls, session: AsyncSession) -> "Original":
        """All that the session's transaction has added so far, in whatever table."""
        await session.flush()
        rows: dict[str, Any] = {}
        for table in SQLModel.metadata.tables:
            mine = f"select jsonb_agg(to_jsonb(t)) from {table} t where t.xmin = pg_current_xact_id()::xid"
            if found := (await session.execute(text(mine))).scalar_one():
                rows[table] = found
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
        parts = [
            f"{table}_added as (insert into {table} select each.*"
            f" from given, jsonb_populate_recordset(null::{table}, given.rows -> '{table}') as each)"
            for table in self.tables
        ]
        return f"with given as (select cast(:rows as jsonb) as rows), {', '.join(parts)} select 1"
