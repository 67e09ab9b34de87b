"""Placements of tests: the first of its kind is proposed and accepted over HTTP, those after it are copies of its rows."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from tests.copies import Original
from tests.owner import sessions_of

if TYPE_CHECKING:
    from tests.world import World

_originals: dict[str, tuple[Original, list[str], str]] = {}
_AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


async def placed(world: "World", changes: Mapping[str, Any]) -> str:
    """The id of a placement that the provider has accepted, of the council's proposal with these changes.

    Only a world whose clock has not moved is given a copy, and only of what names nothing but its own organisations.
    """
    ids = ids_of(world)
    kind = json.dumps({**changes, "stands_at": str(world.stands_at)}, sort_keys=True, default=str)
    for number, each in enumerate(ids):
        kind = kind.replace(each, f"<{number}>")
    if _AN_ID.search(kind):
        return await world.newly_placed(**changes)
    async with sessions_of(world.owner_url)() as session:
        stands_at, superuser, xid = (await session.execute(text(_STANDING), {"id": world.sandbox_id})).one()
        if stands_at != world.stands_at or not superuser:
            return await world.newly_placed(**changes)
        if kind in _originals:
            original, theirs, placement_id = _originals[kind]
            await session.execute(text("set local session_replication_role = replica"))
            became = await original.copy(session, dict(zip(theirs, ids, strict=True)))
            await session.commit()
            return became[placement_id]
    placement_id = await world.newly_placed(**changes)
    async with sessions_of(world.owner_url)() as session:
        original = await Original.since(session, xid, [placement_id], ids)
    _originals[kind] = original, ids, placement_id
    return placement_id


def ids_of(world: "World") -> list[str]:
    parties = [str(each) for party in world.parties for each in (party.id, party.client_id)]
    return [str(world.sandbox_id), *parties]


_STANDING = """
    select stands_at, (select rolsuper from pg_roles where rolname = current_user),
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    from sandboxes where id = :id
"""
