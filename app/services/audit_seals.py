"""Sealing the audit: a hash chain for each organisation, added to every few seconds and verified on demand.

A seal binds a batch of entries to the seal before it, so that an entry that was changed, removed, inserted or swapped
afterwards no longer fits. No request waits for a chain; an entry is unsealed for some seconds. Whoever may rewrite the
whole chain can still cut its end off or make it anew: only the heads that `seal_all` gives, kept elsewhere, show that.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.models.journal import AuditEntry, AuditSeal
from app.queries.audit_seals import entries_between, last_seal, sealed_organisations, seals_of, unsealed_organisations

MOST_ENTRIES = 500
_START = bytes(32)
_LEAF_BYTES = 40
_BEFORE_ALL = -(2**63)  # not 0: a forged entry may bear any number

_ONE_SEALER = text("select pg_try_advisory_xact_lock(hashtextextended('audit seals', 0))")
_NEWEST = text("select max(id) from audit_entries")
# An entry takes its number before it is committed, so a lower one may appear after a higher one. Whoever may yet commit
# one holds this lock on the table; once all who held it are gone, every entry up to the newest then seen is there.
_WRITERS = text(
    "select array_agg(virtualtransaction) from pg_locks"
    " where relation = 'audit_entries'::regclass and mode = 'RowExclusiveLock' and granted"
    " and database = (select oid from pg_database where datname = current_database())"
)
_LOOKS, _LOOK_SECONDS = 40, 0.05


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an organisation's chain. Kept elsewhere, it shows that no later rewriting has happened."""

    organisation_id: UUID
    number: int
    digest: bytes

    @classmethod
    def parse(cls, told: str) -> Self:
        """From `organisation:number:digest in hexadecimal`. Raises ValueError."""
        organisation_id, number, digest = told.split(":")
        return cls(UUID(organisation_id), int(number), bytes.fromhex(digest))


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first thing in a chain that is not as it was sealed. `entry_id` is None where the seal itself is bad."""

    organisation_id: UUID
    seal_number: int
    entry_id: int | None
    fault: str


async def seal_all(session: AsyncSession) -> list[Head]:
    """Seals what is unsealed of every organisation, under the worker role; gives the new heads. Does not commit.

    Gives nothing where another worker is sealing, or where a transaction that writes an entry does not end in 2 s.
    """
    if not (await session.execute(_ONE_SEALER)).scalar_one():
        return []
    settled = await _settled(session)
    heads = []
    for organisation_id in await unsealed_organisations(session, settled):
        before = await last_seal(session, organisation_id)
        while entries := await entries_between(
            session, organisation_id, before.last_entry if before else _BEFORE_ALL, settled, MOST_ENTRIES
        ):
            before = _seal(before, entries)
            session.add(before)
            await session.flush()
            heads.append(Head(organisation_id, before.number, before.digest))
    return heads


async def verify(session: AsyncSession, heads: Iterable[Head] = ()) -> BadEntry | None:
    """The first bad entry of any organisation's chain, or None. `heads` are ends of chains noted earlier."""
    noted: dict[UUID, list[Head]] = {}
    for head in heads:
        noted.setdefault(head.organisation_id, []).append(head)
    for organisation_id in sorted({*await sealed_organisations(session), *noted}):
        expected = {head.number: head.digest for head in noted.get(organisation_id, [])}
        bad = await _verify_chain(session, organisation_id, expected)
        if bad is not None:
            return bad
    return None


async def _settled(session: AsyncSession) -> int:
    """The highest entry up to which no other can still appear; 0 where that cannot be known yet."""
    newest = (await session.execute(_NEWEST)).scalar_one()
    if newest is None:
        return 0
    writing = set((await session.execute(_WRITERS)).scalar_one() or ())
    for _ in range(_LOOKS):
        if not writing:
            return int(newest)
        await asyncio.sleep(_LOOK_SECONDS)
        writing &= set((await session.execute(_WRITERS)).scalar_one() or ())
    return 0


def _seal(before: AuditSeal | None, entries: Sequence[AuditEntry]) -> AuditSeal:
    seal = AuditSeal(
        organisation_id=entries[0].organisation_id,
        number=before.number + 1 if before else 1,
        first_entry=entries[0].id,
        last_entry=entries[-1].id,
        entries=len(entries),
        leaves=b"".join(_leaf(entry) for entry in entries),
        previous=before.digest if before else _START,
        digest=b"",
        sealed_at=utc_now(),
    )
    seal.digest = _digest(seal)
    return seal


def _leaf(entry: AuditEntry) -> bytes:
    return entry.id.to_bytes(8, signed=True) + sha256(_canonical(entry.model_dump())).digest()


def _digest(seal: AuditSeal) -> bytes:
    header = seal.model_dump(exclude={"leaves", "previous", "digest"})
    return sha256(seal.previous + _canonical(header) + seal.leaves).digest()


def _canonical(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, default=_plain, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))


async def _verify_chain(session: AsyncSession, organisation_id: UUID, noted: Mapping[int, bytes]) -> BadEntry | None:
    before, number, last_entry = _START, 0, _BEFORE_ALL
    for seal in await seals_of(session, organisation_id):
        number += 1
        fault = _fault_of_seal(seal, number, before, noted)
        if fault is not None:
            return BadEntry(organisation_id, number, None, fault)
        entries = await entries_between(session, organisation_id, last_entry, seal.last_entry)
        bad = _first_difference(seal.leaves, [_leaf(entry) for entry in entries])
        if bad is not None:
            return BadEntry(organisation_id, number, *bad)
        before, last_entry = seal.digest, seal.last_entry
    if any(later > number for later in noted):
        return BadEntry(organisation_id, number + 1, None, "seal missing")
    return None


def _fault_of_seal(seal: AuditSeal, number: int, before: bytes, noted: Mapping[int, bytes]) -> str | None:
    if seal.number != number:
        return "seal missing"
    if seal.previous != before:
        return "seal does not follow the one before"
    if seal.digest != _digest(seal):
        return "seal changed"
    if noted.get(number, seal.digest) != seal.digest:
        return "seal differs from the head noted earlier"
    return None


def _first_difference(sealed: bytes, found: Sequence[bytes]) -> tuple[int, str] | None:
    """The first entry, by number, that is not as sealed, and how."""
    was = _by_id(sealed[i : i + _LEAF_BYTES] for i in range(0, len(sealed), _LEAF_BYTES))
    now = _by_id(found)
    for entry_id in sorted(was.keys() | now.keys()):
        if entry_id not in now:
            return entry_id, "entry removed"
        if entry_id not in was:
            return entry_id, "entry inserted"
        if was[entry_id] != now[entry_id]:
            return entry_id, "entry changed"
    return None


def _by_id(leaves: Iterable[bytes]) -> dict[int, bytes]:
    return {int.from_bytes(leaf[:8], signed=True): leaf[8:] for leaf in leaves}
