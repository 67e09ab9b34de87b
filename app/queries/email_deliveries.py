"""Emails about attendance as a caller may see them: those to it, and those to the named services of its placements."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col

from app.access.caller import Caller
from app.models.emails import EmailDelivery
from app.models.placements import Placement, PlacementViewer
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.emails import EmailKind, EmailState


def visible_emails(caller: Caller) -> Select[EmailDelivery]:
    """Those to the caller; those to a named service that it listed, or of whose placement it is a placing party."""
    me = caller.organisation_id
    places = exists().where(
        col(Placement.id) == col(EmailDelivery.placement_id),
        or_(col(Placement.commissioner_id) == me, col(Placement.host_school_id) == me),
    )
    return select(EmailDelivery).where(
        or_(
            and_(col(EmailDelivery.placement_id).is_(None), col(EmailDelivery.organisation_id) == me),
            and_(
                col(EmailDelivery.placement_id).in_(visible_placement_ids(caller)),
                or_(col(EmailDelivery.organisation_id) == me, places),
            ),
        )
    )


async def visible_email(caller: Caller, session: AsyncSession, delivery_id: UUID) -> EmailDelivery:
    """Raises NotFound."""
    statement = visible_emails(caller).where(col(EmailDelivery.id) == delivery_id)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    if found.placement_id is not None:
        caller.sees_placements(found.placement_id)
    return found


def narrowed(
    caller: Caller,
    statement: Select[EmailDelivery],
    *,
    kind: EmailKind | None,
    state: EmailState | None,
    on_date: date | None,
    placement_id: UUID | None,
    since: datetime | None,
) -> Select[EmailDelivery]:
    """Only those of a kind, in a state, about a day, that told of a placement that the caller sees, changed since."""
    equal = {EmailDelivery.kind: kind, EmailDelivery.state: state, EmailDelivery.on_date: on_date}
    for column, value in equal.items():
        statement = statement if value is None else statement.where(col(column) == value)
    if placement_id is not None:
        told = cast(InstrumentedAttribute[Any], EmailDelivery.placement_ids).contains([placement_id])
        about = or_(col(EmailDelivery.placement_id) == placement_id, told)
        seen = visible_placement_ids(caller).where(col(PlacementViewer.placement_id) == placement_id)
        statement = statement.where(about, seen.exists())
    if since is not None:
        statement = statement.where(col(EmailDelivery.changed_at) >= since)
    return statement
