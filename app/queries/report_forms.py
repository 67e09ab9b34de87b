"""Report forms as a caller may see them: of the councils of its world, and the one that comes with the service."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.organisations import Organisation
from app.models.placements import Placement
from app.models.progress_reports import ReportForm
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.placements import PlacementState

_LATER = aliased(ReportForm)


def visible_forms(caller: Caller) -> Select[ReportForm]:
    """Published forms are read by every caller of the same world. The second column says whether it is the current one.

    Current is the last edition under its name that was not withdrawn.
    """
    return (
        select(ReportForm)
        .add_columns(is_current().label("current"))
        .outerjoin(Organisation, col(Organisation.id) == col(ReportForm.council_id))
        .where(
            or_(
                col(ReportForm.council_id).is_(None),
                col(Organisation.sandbox_id).is_not_distinct_from(caller.sandbox_id),
            )
        )
    )


def is_current() -> ColumnElement[bool]:
    later = _same_name().where(col(_LATER.withdrawn_at).is_(None))
    return and_(col(ReportForm.withdrawn_at).is_(None), ~later)


def changed_since(statement: Select[ReportForm], since: datetime) -> Select[ReportForm]:
    """Those changed since an instant, or superseded, or current again because a later edition was withdrawn."""
    return statement.where(
        or_(col(ReportForm.changed_at) >= since, _same_name().where(col(_LATER.changed_at) >= since))
    )


async def visible_form(
    caller: Caller, session: AsyncSession, form_id: UUID, *, lock: bool = False
) -> tuple[ReportForm, bool]:
    """The form, and whether it is current. Raises NotFound."""
    statement = visible_forms(caller).where(col(ReportForm.id) == form_id)
    if lock:
        statement = statement.with_for_update(of=ReportForm).execution_options(populate_existing=True)
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found.current


async def current_forms(caller: Caller, session: AsyncSession, councils: Collection[UUID]) -> Sequence[ReportForm]:
    """The current forms of these councils, by name."""
    statement = visible_forms(caller).where(col(ReportForm.council_id).in_(councils), is_current())
    return (await session.scalars(statement.order_by(col(ReportForm.name), col(ReportForm.id)))).all()


async def shipped_form(caller: Caller, session: AsyncSession) -> ReportForm:
    """The current edition of the form that comes with the service."""
    statement = visible_forms(caller).where(col(ReportForm.council_id).is_(None), is_current())
    return (await session.scalars(statement)).one()


async def latest_edition(session: AsyncSession, council_id: UUID, name: str) -> int:
    """The number of the last edition a council has published under a name; 0 where there is none."""
    statement = select(func.max(col(ReportForm.edition))).where(
        col(ReportForm.council_id) == council_id, col(ReportForm.name) == name
    )
    return (await session.execute(statement)).scalar_one() or 0


async def providers_of(caller: Caller, session: AsyncSession) -> set[UUID]:
    """The providers that a council hears from: those that hold its awards or teach a child that it sees today."""
    awarded = select(col(LotAward.provider_id)).where(
        col(LotAward.council_id) == caller.organisation_id, col(LotAward.ends_on) >= caller.today
    )
    teaching = select(col(Placement.provider_id)).where(
        col(Placement.id).in_(visible_placement_ids(caller)),
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.ends_on) >= caller.today,
    )
    return {*await session.scalars(awarded), *await session.scalars(teaching.distinct())}


def _same_name() -> ColumnElement[bool]:
    """Whether a later edition stands under the same name."""
    return exists().where(
        col(_LATER.council_id).is_not_distinct_from(col(ReportForm.council_id)),
        col(_LATER.name) == col(ReportForm.name),
        col(_LATER.edition) > col(ReportForm.edition),
    )
