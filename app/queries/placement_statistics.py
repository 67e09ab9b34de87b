"""Counts of the caller's own placements in a school year. No child is disclosed by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.queries.sustained_checks import undated_windows
from app.rules.moves import MOVE_WITHIN_DAYS
from app.rules.outcomes import MAINSTREAM, OTHER_SETTINGS
from app.rules.placement_statistics import COUNTED, Breakdown
from app.rules.statistics_periods import StatisticsPeriod

# Whose placements the figures are about: a council's are those that it or one of its schools commissioned.
_OWN = {
    OrganisationKind.COUNCIL: "p.commissioner_id = any(:commissioners)",
    OrganisationKind.SCHOOL: ":me in (p.commissioner_id, p.host_school_id)",
    OrganisationKind.PROVIDER: "p.provider_id = :me",
}
_KEYS = {
    Breakdown.PROVIDER: "m.provider_id::text",
    Breakdown.HOST_SCHOOL: "m.host_school_id::text",
    Breakdown.TIER: "m.tier",
    Breakdown.PRIMARY_REASON: "m.primary_reason",
    Breakdown.KEY_STAGE: "m.key_stage",
    Breakdown.TERM: "s.slice",
}

# Each placement in each slice of time; the slice without a name is the whole year.
_FACTS = """
    with mine as materialized (
        select p.id, p.pupil_id, p.provider_id, p.host_school_id, p.calendar_id, p.tier, p.primary_reason,
               p.key_stage, p.starts_on, p.ends_on
        from placements p
        where p.id in (select v.placement_id from placement_viewers v where v.organisation_id = :me)
          and p.state = 'accepted' and p.starts_on <= :today and {own}
    ), following as (
        select distinct on (a.id) a.id, b.starts_on, b.provider_id
        from mine a join mine b on b.pupil_id = a.pupil_id and b.starts_on > a.ends_on
        order by a.id, b.starts_on, b.id
    ), outcome as materialized (
        select distinct on (o.placement_id) o.placement_id, o.destination, o.reason, o.successful
        from outcomes o join mine m on m.id = o.placement_id
        order by o.placement_id, o.number desc
    ), checked as materialized (
        select c.placement_id, c.outcome_id is not null as of_transition, c.state, c.finding,
               coalesce(c.due_on, w.due_on) as due_on
        from sustained_checks c join mine m on m.id = c.placement_id
        left join unnest(cast(:calendars as uuid[]), cast(:firsts as date[]), cast(:lasts as date[]),
                         cast(:dues as date[])) as w (calendar_id, first_on, last_on, due_on)
          on c.due_on is null and w.calendar_id = m.calendar_id and c.moved_on between w.first_on and w.last_on
        where c.state <> 'void'
    ), registered as materialized (
        select r.placement_id, r.reason, r.from_on, coalesce(r.until_on, 'infinity') as until_on
        from dual_registrations r join mine m on m.id = r.placement_id
        where r.state = 'standing'
    ), slices as (
        select * from unnest(cast(:slices as text[]), cast(:slice_firsts as date[]), cast(:slice_lasts as date[]))
                      as s (slice, first_on, last_on)
    ), on_two_rolls as materialized (
        select distinct r.placement_id, s.first_on, s.last_on
        from registered r join slices s on r.from_on <= least(s.last_on, :today) and r.until_on >= s.first_on
    ), facts as (
        select s.slice, {key} as key, m.ends_on - m.starts_on + 1 as days, f.reason,
               f.ended, f.ended and f.starts_there as moved,
               true as placements,
               m.starts_on >= s.first_on as started,
               r.placement_id is not null as dual_registered,
               f.ended and f.recorded as outcomes,
               f.ended and f.judged as judged,
               f.ended and f.unsuccessful as unsuccessful,
               f.ended and f.returned as returns,
               f.ended and f.returned and n.id is not null as back_again
        from mine m cross join slices s
        left join following n on n.id = m.id
        left join outcome o on o.placement_id = m.id
        left join on_two_rolls r on r.placement_id = m.id and r.first_on = s.first_on and r.last_on = s.last_on
        cross join lateral (
            select o.reason,
                   m.ends_on between s.first_on and s.last_on and m.ends_on < :today as ended,
                   o.placement_id is not null as recorded,
                   o.successful is not null as judged,
                   coalesce(not o.successful, false) as unsuccessful,
                   coalesce(o.destination = any(:mainstream), false) as returned,
                   coalesce(o.destination = any(:settings), false)
                   or not coalesce(o.destination = any(:mainstream), false)
                      and coalesce(n.starts_on <= m.ends_on + :within and n.provider_id <> m.provider_id, false)
                   as starts_there
        ) f
        where m.starts_on <= s.last_on and m.ends_on >= s.first_on
    ), due as (
        select s.slice, {key} as key, c.of_transition, c.finding, c.state
        from checked c join mine m on m.id = c.placement_id
        join slices s on c.due_on between s.first_on and s.last_on and c.due_on <= :today
    )
"""
_FOUND = """
    , counted as (
        select slice, key, grouping(key) = 1 as whole,
               count(*) as placements,
               count(*) filter (where started) as started,
               count(*) filter (where ended) as ended,
               count(*) filter (where dual_registered) as dual_registered,
               count(*) filter (where outcomes) as outcomes,
               count(*) filter (where judged) as judged,
               count(*) filter (where unsuccessful) as unsuccessful,
               count(*) filter (where returns) as returns,
               count(*) filter (where back_again) as back_again,
               count(*) filter (where moved) as moves,
               percentile_cont(array[0.25, 0.5, 0.75]) within group (order by days) filter (where ended) as quartiles
        from facts group by grouping sets ((slice), (slice, key))
    ), counted_due as (
        select slice, key, grouping(key) = 1 as whole,
               count(*) filter (where of_transition) as transitions_due,
               count(*) filter (where of_transition and finding = 'sustained') as transitions_sustained,
               count(*) filter (where of_transition and state = 'open') as transitions_unrecorded,
               count(*) filter (where not of_transition) as post_16_due,
               count(*) filter (where not of_transition and finding = 'sustained') as post_16_sustained,
               count(*) filter (where not of_transition and state = 'open') as post_16_unrecorded
        from due group by grouping sets ((slice), (slice, key))
    ), reasons as (
        select 'move' as of, reason::text as reason, count(*) as count
        from facts where moved and slice is null group by 2
        union all
        select 'dual_registration', r.reason::text, count(*)
        from registered r join slices s on s.slice is null
        where r.from_on <= least(s.last_on, :today) and r.until_on >= s.first_on group by 2
    )
    select 'running' as of, to_jsonb(c) as row from counted c
    union all select 'due', to_jsonb(d) from counted_due d
    union all select r.of, to_jsonb(r) from reasons r
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one group; `quartiles` are of the lengths in days of the placements that ended."""

    counts: dict[str, int]
    quartiles: tuple[float, float, float] | None


NOTHING = Counted(dict.fromkeys(COUNTED, 0), None)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The whole school year, and each group of a breakdown by its key (None: what the placement does not state)."""

    total: Counted
    rows: dict[str | None, Counted]
    move_reasons: dict[str | None, int]
    dual_registration_reasons: dict[str | None, int]


async def placement_statistics(
    caller: Caller,
    session: AsyncSession,
    year: StatisticsPeriod,
    by: Breakdown | None,
    terms: Sequence[tuple[str, StatisticsPeriod]],
) -> Statistics:
    """`terms` are the parts of the year that are asked for one by one; none where the breakdown is not by term."""
    values = await _values(caller, session, [(None, year), *terms])
    facts = _FACTS.format(own=_OWN[caller.kind], key=_KEYS[by] if by else "null::text")
    found: dict[tuple[str | None, str | None, bool], dict[str, Any]] = {}
    reasons: dict[str, dict[str | None, int]] = {"move": {}, "dual_registration": {}}
    for of, row in (await session.execute(text(facts + _FOUND), values)).all():
        if of in reasons:
            reasons[of][row["reason"]] = row["count"]
        else:
            found.setdefault((row["slice"], row["key"], row["whole"]), {}).update(row)
    by_term = by is Breakdown.TERM
    groups = {key: row for (slice_, key, whole), row in found.items() if not whole and by_term == (slice_ is not None)}
    return Statistics(
        _counted(found.get((None, None, True), {})),
        {key: _counted(row) for key, row in groups.items()} if by else {},
        reasons["move"],
        reasons["dual_registration"],
    )


async def _values(
    caller: Caller, session: AsyncSession, slices: Sequence[tuple[str | None, StatisticsPeriod]]
) -> dict[str, Any]:
    windows = await undated_windows(caller, session)
    own = select(col(Organisation.id)).where(
        or_(col(Organisation.id) == caller.organisation_id, col(Organisation.council_id) == caller.organisation_id)
    )
    calendars: list[UUID] = [each[0] for each in windows]
    return {
        "me": caller.organisation_id,
        "commissioners": list(await session.scalars(own)),
        "today": caller.today,
        "within": MOVE_WITHIN_DAYS,
        "mainstream": sorted(MAINSTREAM),
        "settings": sorted(OTHER_SETTINGS),
        "slices": [name for name, _ in slices],
        "slice_firsts": [each.first for _, each in slices],
        "slice_lasts": [each.last for _, each in slices],
        "calendars": calendars,
        "firsts": [each[1] for each in windows],
        "lasts": [each[2] for each in windows],
        "dues": [each[3] for each in windows],
    }


def _counted(row: Mapping[str, Any]) -> Counted:
    quartiles = row.get("quartiles")
    return Counted({name: row.get(name) or 0 for name in COUNTED}, tuple(quartiles) if quartiles else None)
