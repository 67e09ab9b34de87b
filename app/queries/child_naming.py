"""How the council behind a placement wants a child named in emails."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.emails import ChildNaming

# The commissioning council; else the one under whose framework the placement was made, the commissioner's own, and the
# host school's. `p` is the placement.
NAMING_OF_PLACEMENT = """
(select s.child_named_as
 from organisations k
 left join organisations h on h.id = p.host_school_id
 left join lots l on l.id = p.lot_id
 left join frameworks f on f.id = l.framework_id
 join notification_settings s on s.organisation_id = case
     when k.kind = 'council' then k.id else coalesce(f.council_id, k.council_id, h.council_id) end
 where k.id = p.commissioner_id)
"""
_NAMING = text(f"select {NAMING_OF_PLACEMENT} from placements p where p.id = :placement_id")  # noqa: S608 - our own


async def child_named_for(session: AsyncSession, placement_id: UUID) -> ChildNaming:
    """For the worker: whether emails about this placement name the child in full or by initials.

    Full names where the council has said nothing. `rules.emails.child_named` makes the name.
    """
    named_as = (await session.execute(_NAMING, {"placement_id": placement_id})).scalar_one_or_none()
    return ChildNaming(named_as) if named_as else ChildNaming.FULL_NAME
