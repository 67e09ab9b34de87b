"""Writing what the ledger's rules found: one statement each for what is added, altered and removed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.placements import Placement
from app.rules.ledger import Key, LedgerChanges, LedgerRow

# However many rows: a term of sessions goes in at once, and so does what its triggers make of it.
_ADD = text(
    """
    insert into expected_sessions (placement_id, provider_id, council_commissioned, changed_at, on_date, session,
        starts_at, ends_at, online, due_at, waived_by, waived_at)
    select n.placement_id, n.provider_id, n.by_council, :now, n.on_date, n.session, n.starts_at, n.ends_at, n.online,
        n.due_at, n.waived_by, case when n.waived_by is not null then cast(:since as timestamptz) end
    from unnest(cast(:placements as uuid[]), cast(:providers as uuid[]), cast(:councils as boolean[]),
        cast(:days as date[]), cast(:parts as text[]), cast(:starts as time[]), cast(:ends as time[]),
        cast(:online as boolean[]), cast(:due as timestamptz[]), cast(:waived as text[]))
        as n (placement_id, provider_id, by_council, on_date, session, starts_at, ends_at, online, due_at, waived_by)
    on conflict do nothing
    """
)
_ALTER = text(
    """
    update expected_sessions e
    set starts_at = n.starts_at, ends_at = n.ends_at, online = n.online, due_at = n.due_at,
        waived_by = n.waived_by, changed_at = :now,
        waived_at = case when n.waived_by is null then null
                         when e.waived_by is not distinct from n.waived_by then e.waived_at
                         else cast(:since as timestamptz) end,
        missing_told_at = case when not n.due_anew then e.missing_told_at end
    from unnest(cast(:placements as uuid[]), cast(:days as date[]), cast(:parts as text[]), cast(:starts as time[]),
        cast(:ends as time[]), cast(:online as boolean[]), cast(:due as timestamptz[]), cast(:waived as text[]),
        cast(:anew as boolean[]))
        as n (placement_id, on_date, session, starts_at, ends_at, online, due_at, waived_by, due_anew)
    where e.placement_id = n.placement_id and e.on_date = n.on_date and e.session = n.session
      and e.on_date between :first and :last
    """
)
_REMOVE = text(
    "delete from expected_sessions e using unnest(cast(:placements as uuid[]), cast(:days as date[]),"
    " cast(:parts as text[])) as n (placement_id, on_date, session)"
    " where e.placement_id = n.placement_id and e.on_date = n.on_date and e.session = n.session"
    " and e.on_date between :first and :last and e.first_received_at is null"
)

_Found = tuple[Placement, Key, LedgerRow, bool]


async def write_changes(
    session: AsyncSession,
    followed: Sequence[tuple[Placement, LedgerChanges]],
    by_council: Collection[UUID],
    since: datetime,
    now: datetime,
) -> None:
    """Writes the changes of each placement. `by_council` holds those commissioned by a council.

    What is waived is so `since` the change that waives it; the rows have changed `now`.
    """
    gone = [(each.id, *key) for each, changes in followed for key in changes.removed]
    altered = [
        (each, key, row, key in changes.due_anew) for each, changes in followed for key, row in changes.altered.items()
    ]
    added = [(each, key, row, False) for each, changes in followed for key, row in changes.added.items()]
    if gone:
        days = [day for _, day, _ in gone]
        keys = {"placements": [each for each, _, _ in gone], "days": days, "parts": [part.value for *_, part in gone]}
        await session.execute(_REMOVE, {**keys, **_span(days)})
    if altered:
        columns = _columns(altered)
        of_rows = {"anew": [anew for *_, anew in altered]}
        await session.execute(_ALTER, {**columns, **of_rows, **_span(columns["days"]), "since": since, "now": now})
    if added:
        of_placements = {
            "providers": [placement.provider_id for placement, *_ in added],
            "councils": [placement.id in by_council for placement, *_ in added],
        }
        await session.execute(_ADD, {**_columns(added), **of_placements, "since": since, "now": now})


def _span(days: Sequence[date]) -> dict[str, date]:
    """So that only the partitions of these days are looked at."""
    return {"first": min(days), "last": max(days)}


def _columns(found: Sequence[_Found]) -> dict[str, list[Any]]:
    return {
        "placements": [placement.id for placement, *_ in found],
        "days": [key[0] for _, key, *_ in found],
        "parts": [key[1].value for _, key, *_ in found],
        "starts": [row.starts_at for *_, row, _ in found],
        "ends": [row.ends_at for *_, row, _ in found],
        "online": [row.online for *_, row, _ in found],
        "due": [row.due_at for *_, row, _ in found],
        "waived": [row.waived_by and row.waived_by.value for *_, row, _ in found],
    }
