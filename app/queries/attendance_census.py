"""Every placement with a session in a month, as far as the caller answers for the child, with its counts per code."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement, PlacementViewer
from app.models.pupils import Pupil
from app.queries.attendance_summaries import TALLY, code_values, is_counted
from app.queries.placements import visible_placement_ids
from app.queries.pupils import visible_pupils
from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.rules.viewers import ViewerBasis

_OF_A_COUNCIL = (ViewerBasis.COMMISSIONER, ViewerBasis.HOME_COUNCIL)

_COUNTED = text(f"""
with c as materialized (
    select found.*, coalesce(found.code, case when found.due then w.code end) as counted_code
    from attendance_counted(
        :placements, array_fill(cast(:first as date), array[:number]), array_fill(cast(:last as date), array[:number]),
        :bases, :now) found
    left join unnest(cast(:waivers as text[]), cast(:waiver_codes as text[])) as w (waiver, code)
      on w.waiver = found.waived_by
), by_code as (
    select placement_id, jsonb_object_agg(counted_code, sessions) as codes
    from (select placement_id, counted_code, sum(sessions)::int as sessions from c
          where counted_code is not null group by 1, 2) as each
    group by 1
)
select c.placement_id, {TALLY}, b.codes
from c left join by_code b on b.placement_id = c.placement_id group by c.placement_id, b.codes
""")  # noqa: S608


def census_placements(caller: Caller, first: date, last: date) -> Select[Any]:
    """The placements with a session from `first` to `last` that the caller answers for, and the provider's name.

    A council answers for those that it commissions and for the children whose home council it is, on the days on which
    it is; a school and a provider for all that they see.
    """
    answering = [] if caller.kind is not OrganisationKind.COUNCIL else [col(PlacementViewer.basis).in_(_OF_A_COUNCIL)]
    sessions = exists().where(
        col(ExpectedSession.placement_id) == col(Placement.id),
        is_counted(caller),
        col(ExpectedSession.on_date).between(first, last),
        col(PlacementViewer.placement_id) == col(ExpectedSession.placement_id),
        col(PlacementViewer.organisation_id) == caller.organisation_id,
        func.coalesce(col(PlacementViewer.from_on) <= col(ExpectedSession.on_date), true()),
        func.coalesce(col(ExpectedSession.on_date) <= col(PlacementViewer.until_on), true()),
        *answering,
    )
    return placements_with_provider(caller).where(sessions)


def placements_with_provider(caller: Caller) -> Select[Any]:
    """The placements that the caller may see, and the provider's name."""
    found: Any = (
        select(Placement, col(Organisation.name).label("provider_name"))
        .outerjoin(Organisation, col(Organisation.id) == col(Placement.provider_id))
        .where(col(Placement.id).in_(visible_placement_ids(caller)))
    )
    return cast(Select[Any], found)


async def census_totals(caller: Caller, session: AsyncSession, first: date, last: date) -> tuple[int, int]:
    """How many placements are in the census of these days, and how many pupils."""
    found = census_placements(caller, first, last).with_only_columns(
        func.count(col(Placement.id)), func.count(col(Placement.pupil_id).distinct())
    )
    row = (await session.execute(found)).one()
    return row[0], row[1]


async def counted_by_code(
    caller: Caller,
    session: AsyncSession,
    placements: Sequence[UUID],
    first: date,
    last: date,
    *,
    answered_for: bool = True,
) -> Mapping[UUID, Row[Any]]:
    """The members of a `Tally` of each of these placements, and `codes`: the sessions that each code counts for.

    Of a council's days those on which it is `answered_for`, or all that it sees.
    """
    bases = [each.value for each in _OF_A_COUNCIL]
    values = {
        "placements": list(placements),
        "number": len(placements),
        "first": first,
        "last": last,
        "bases": bases if answered_for and caller.kind is OrganisationKind.COUNCIL else None,
        "now": caller.now,
        "waivers": [each.value for each in Waiver],
        "waiver_codes": [suggested and suggested.code.code for suggested in map(code_of_waiver, Waiver)],
        **code_values(caller),
    }
    return {row.placement_id: row for row in await session.execute(_COUNTED, values)}


async def census_pupils(caller: Caller, session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Pupil]:
    """Those of the pupils that the caller may see; noted for the audit."""
    found = (await session.scalars(visible_pupils(caller).where(col(Pupil.id).in_(set(ids))))).all()
    caller.sees_pupils(*(each.id for each in found))
    return {each.id: each for each in found}
