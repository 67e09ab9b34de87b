"""The audit: one entry for every request that changes anything or discloses a child's record."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import utc_now
from app.db.driver import driver

_INSERT = (
    "insert into audit_entries (at, organisation_id, client_id, on_behalf_of, operation, request_id, status,"
    " placement_ids, pupil_ids) values (%(at)s, %(organisation_id)s, %(client_id)s, %(on_behalf_of)s, %(operation)s,"
    " %(request_id)s, %(status)s, %(placement_ids)s::uuid[], %(pupil_ids)s::uuid[])"
)


async def record_audit(session: AsyncSession, caller: Caller, operation: str, status: int, *, written: bool) -> None:
    """Adds the request's entry to its own transaction, so that nothing is answered that is not recorded.

    Its time is the machine's: a sandbox clock moves deadlines, never evidence.
    """
    touched = caller.touched
    if not (written or touched.placements or touched.pupils):
        return
    connection = await driver(session)
    await connection.execute(
        _INSERT,
        {
            "at": utc_now(),
            "organisation_id": caller.organisation_id,
            "client_id": caller.client_id,
            "on_behalf_of": caller.on_behalf_of,
            "operation": operation,
            "request_id": caller.request_id,
            "status": status,
            "placement_ids": list(touched.placements),
            "pupil_ids": list(touched.pupils),
        },
    )
