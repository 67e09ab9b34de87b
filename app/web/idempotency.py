"""Idempotency keys: the first success of a keyed request is stored with its write, and replayed for its repeats.

The record is in the transaction of the write, so there is never one without the other. Refusals are not kept: they
can be mended and sent again under the same key.
"""

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import utc_now
from app.db.driver import driver
from app.problems import BadRequest, IdempotencyKeyRequired, IdempotencyKeyReused, StillRunning
from app.schemas.wire import Read

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_KEPT_HEADERS = ("etag", "location", "content-type")

# Lock and look-up in one round trip: a repeat that arrives while the first runs is answered at once. The look-up sees
# what was committed when the statement began, so the lock is released only after commit, with the transaction.
_CLAIM = (
    "select pg_try_advisory_xact_lock(hashtextextended(%(lock)s, 0)), r.fingerprint, r.status, r.headers, r.body"
    " from (select 1) as one left join idempotency_records r on r.client_id = %(client_id)s and r.key = %(key)s"
)
_WAIT = "select pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"
_KEEP = (
    "insert into idempotency_records"
    " (client_id, key, organisation_id, fingerprint, status, headers, body, created_at)"
    " values (%(client_id)s, %(key)s, %(organisation_id)s, %(fingerprint)s, %(status)s, %(headers)s::jsonb, %(body)s,"
    " %(created_at)s)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key held by this request until its transaction ends."""

    key: str
    fingerprint: bytes


def key_of(request: Request, *, required: bool) -> str | None:
    key = request.headers.get(HEADER)
    if key is None and not required:
        return None
    if key is None:
        raise IdempotencyKeyRequired
    if not _KEY.fullmatch(key):
        raise BadRequest(f"`{HEADER}` takes 1 to 128 visible ASCII characters.")
    return key


async def claim(
    session: AsyncSession, caller: Caller, request: Request, key: str, body: bytes, *, patient: bool = False
) -> Claim | Response:
    """Holds the key for this request, or gives the stored reply. Raises StillRunning, IdempotencyKeyReused.

    `patient` waits for a first request that is still running, up to the database's lock timeout.
    """
    fingerprint = blake2b(
        b"\0".join([request.method.encode(), request.url.path.encode(), request.url.query.encode(), body]),
        digest_size=32,
    ).digest()
    lock = {"lock": f"{caller.client_id}:{key}", "client_id": caller.client_id, "key": key}
    connection = await driver(session)
    [(mine, known, status, headers, stored)] = await (await connection.execute(_CLAIM, lock)).fetchall()
    if patient and not mine:
        await connection.execute(_WAIT, lock)
        [(mine, known, status, headers, stored)] = await (await connection.execute(_CLAIM, lock)).fetchall()
    if status is not None:
        if known != fingerprint:
            raise IdempotencyKeyReused
        return Response(stored, status, headers={**headers, "Idempotent-Replayed": "true"})
    if not mine:
        raise StillRunning
    return Claim(key, fingerprint)


def keep_instead(request: Request, reply: Read) -> None:
    """What is stored, and given to a repeat, in place of this request's reply, which holds a secret."""
    request.state.kept_reply = reply.model_dump_json().encode()


def as_row(caller: Caller, held: Claim, response: Response, request: Request) -> dict[str, Any]:
    """The parameters of the record's INSERT."""
    kept = {k: v for k, v in response.headers.items() if k in _KEPT_HEADERS}
    return {
        "client_id": caller.client_id,
        "key": held.key,
        "organisation_id": caller.organisation_id,
        "fingerprint": held.fingerprint,
        "status": response.status_code,
        "headers": json.dumps(kept),
        "body": getattr(request.state, "kept_reply", bytes(response.body)),
        "created_at": utc_now(),
    }


async def keep(session: AsyncSession, caller: Caller, held: Claim, response: Response, request: Request) -> None:
    await (await driver(session)).execute(_KEEP, as_row(caller, held, response, request))
