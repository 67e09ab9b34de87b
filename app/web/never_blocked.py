"""Headers of an operation that must never be blocked: what is wrong with one is noted, and the request goes on.

The handler finds the notes by `faulty_headers` and says so in what it stores.
"""

from fastapi import Request, Response
from psycopg import Error as DriverError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.db.savepoint import complain, savepoint
from app.problems import BadRequest, IdempotencyKeyReused, StillRunning
from app.web import idempotency, person


def faulty_headers(request: Request) -> frozenset[str]:
    """The names of headers that were not understood."""
    return frozenset(_notes(request))


def key_was_used_before(request: Request) -> bool:
    """The key belongs to another request, so that this one is done without it."""
    return bool(getattr(request.state, "key_used_before", False))


def on_behalf_of(request: Request) -> str | None:
    try:
        return person.on_behalf_of(request)
    except BadRequest:
        _notes(request).add(person.HEADER)
        return None


async def claim(session: AsyncSession, caller: Caller, request: Request) -> idempotency.Claim | Response | None:
    """The key or the stored reply, as `idempotency.claim`; None where the key is of no use.

    A repeat that comes while the first is running waits for it: two of a thing are better than none, but one is best.
    """
    try:
        key = idempotency.key_of(request, required=False)
    except BadRequest:
        _notes(request).add(idempotency.HEADER)
        return None
    if key is None:
        return None
    body = await request.body()
    try:
        async with savepoint(session):
            return await idempotency.claim(session, caller, request, key, body, patient=True)
    except IdempotencyKeyReused:
        request.state.key_used_before = True
    except (StillRunning, SQLAlchemyError, DriverError):
        complain("idempotency")
    return None


def _notes(request: Request) -> set[str]:
    if not hasattr(request.state, "faulty_headers"):
        request.state.faulty_headers = set()
    notes: set[str] = request.state.faulty_headers
    return notes
