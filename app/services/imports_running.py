"""Doing the rows of imports, batch by batch: each batch is a transaction, so that one that is killed halfway goes on
where it was.

A row is done by the services that serve requests, with the client that sent the file as the caller, on the
application's role under row security. Each stands in a savepoint: one that is refused undoes nothing of another.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.audit import record_audit
from app.access.caller import Caller
from app.access.scopes import KNOWN_SCOPES, Scope
from app.access.speaking import speak_for
from app.clock import utc_now
from app.db.engine import Sessions
from app.models.imports import Import, ImportRow
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.api_clients import own_client
from app.queries.imports import alone_with_kind, import_at_work, imports_due, next_rows
from app.rules.imports import IMPORTS, ImportKind, ImportState, may_stand
from app.services.changes import changed, state_after
from app.services.imports import NEEDS, PATH, leave_undone
from app.services.imports_doing import LaterError, Outcome, do_unit

UNITS_AT_ONCE = 50
SECONDS_AT_ONCE = 1.0

_log = structlog.get_logger("waymark.imports")


async def do_due_imports(workers: Sessions, requests: Sessions) -> int:
    """One batch of each import that has rows to be done; gives the number of rows done. Commits each batch.

    `workers` finds the imports of all organisations; `requests` does the rows, and sees what its caller may see.
    """
    async with workers() as session:
        due = await imports_due(session)
    done = 0
    for each in due:
        try:
            done += await _batch(requests, each)
        except Exception:
            _log.exception("import_batch_failed", import_id=str(each.id))
    return done


async def _batch(requests: Sessions, due: Row[Any]) -> int:
    async with requests() as session:
        await speak_for(
            session,
            organisation=due.organisation_id,
            sandbox=due.sandbox_id,
            council=due.council_id,
            client=due.client_id,
        )
        caller = _caller(due, due.stands_at or utc_now())
        if not await alone_with_kind(caller, session, due.kind):
            return 0
        held = await import_at_work(caller, session, due.id)
        if held is None:
            return 0
        client = await own_client(caller, session, due.client_id)
        scopes = frozenset(Scope(each) for each in KNOWN_SCOPES.intersection(client.scopes))
        caller = replace(caller, client_name=client.name, scopes=scopes)
        done = await _go_on(caller, session, held, revoked=client.revoked_at is not None)
        await record_audit(session, caller, "do_import", 200, written=True)
        await session.commit()
    return done


def _caller(due: Row[Any], now: datetime) -> Caller:
    return Caller(
        organisation_id=due.organisation_id,
        kind=due.organisation_kind,
        organisation_name=due.organisation_name,
        client_id=due.client_id,
        client_name="",
        scopes=frozenset(),
        sandbox_id=due.sandbox_id,
        now=now,
        request_id=f"import-{due.id}",
        on_behalf_of=due.on_behalf_of,
    )


async def _go_on(caller: Caller, session: AsyncSession, held: Import, *, revoked: bool) -> int:
    """Does the next rows; begins, completes or stops the import where it is time to. Gives the number of rows done."""
    reason = may_stand(revoked=revoked, may_still=NEEDS[held.kind][0] in caller.scopes)
    if reason is not None:
        held.stopped_because = reason
        await leave_undone(session, held)
        await _settle(caller, session, held, "stop", EventType.IMPORT_STOPPED)
        return 0
    if held.state is ImportState.WAITING:
        held.state = state_after(IMPORTS, held.state, "begin", "clock")
        changed(held, caller)
    rows = await next_rows(caller, session, held.id, 1 if held.kind is ImportKind.CALENDARS else UNITS_AT_ONCE)
    await session.flush()
    session.expunge_all()  # what a row does starts from nothing that another has read
    outcomes = await _do(caller, session, held.kind, rows, dry_run=held.dry_run)
    session.add_all([held, *rows])
    _note(held, rows, outcomes)
    held.changed_at = caller.now
    if held.row_count == held.made_count + held.changed_count + held.unchanged_count + held.rejected_count:
        await _settle(caller, session, held, "complete", EventType.IMPORT_COMPLETED)
    await session.flush()
    return len(outcomes)


async def _do(
    caller: Caller, session: AsyncSession, kind: ImportKind, rows: Sequence[ImportRow], *, dry_run: bool
) -> dict[int, Outcome]:
    """What became of the rows, by line. Those that cannot be done just now are left out, and wait."""
    outcomes: dict[int, Outcome] = {}
    until = time.monotonic() + SECONDS_AT_ONCE
    said: list[list[tuple[int, Mapping[str, Any]]]] = [
        [(row.line, row.cells or {}) for row in unit] for _, unit in groupby(rows, lambda row: row.unit)
    ]
    for unit in said:
        if time.monotonic() > until:
            break
        try:
            outcomes |= await do_unit(caller, session, kind, unit, dry_run=dry_run)
        except LaterError:
            break
    return outcomes


def _note(held: Import, rows: Sequence[ImportRow], outcomes: Mapping[int, Outcome]) -> None:
    for row in rows:
        outcome = outcomes.get(row.line)
        if outcome is None:
            continue
        row.state, row.made_id, row.cells = outcome.state, outcome.found_id, None
        row.faults = [fault.as_json() for fault in outcome.faults]
        count = f"{outcome.state.value}_count"
        setattr(held, count, getattr(held, count) + 1)


async def _settle(caller: Caller, session: AsyncSession, held: Import, verb: str, event: EventType) -> None:
    held.state = state_after(IMPORTS, held.state, verb, "clock")
    held.settled_at = caller.now
    changed(held, caller)
    await session.flush()
    organisation: UUID = caller.organisation_id
    await record_event(session, event, f"{PATH}/{held.id}", caller.now, organisations=[organisation])
