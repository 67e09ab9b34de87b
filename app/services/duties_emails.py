"""Finding the emails about attendance that are due, each to be sent once to each address.

The text is written when it is sent (`services/email_writing.py`). An email that fell due while no worker ran is found
for a week, and given up loudly where its day is over.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, utc_now
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.queries.email_content import ADDRESSES, SEEN_ON, WHOM_FIRST, WHOM_FIRST_FOR_LISTS
from app.rules.emails import CHANGES_AT, DEFAULT_TIMES, FOLLOW_UP_AFTER, USEFUL_UNTIL, EmailTime
from app.services.duties_batch import Batch

PATH = "/v1/email-deliveries"
LOOKS_BACK = timedelta(days=7)
BEGUN_BEFORE = timedelta(seconds=30)
"""A submission is dated when its request begins and read when it is committed, at most so long after."""

_AT = "({day} + {clock}) at time zone 'Europe/London'"

_SWEPT = text("select swept_until from email_sweeps where world = :world")
_WORLD_BEGAN = text("select min(created_at) from organisations where sandbox_id = cast(:sandbox_id as uuid)")
# Whether any email may have fallen due, by the times of those organisations that have said anything.
_ANY_DUE = text(
    """
    select exists (
        select 1
        from generate_series(0, cast(:last as date) - cast(:first as date)) as n
        cross join (
            select unnest(array[cast(:morning_at as time), :afternoon_at, :list_at, cast(:list_at as time) + :follow_up,
                                :changes_at]) as clock
            union
            select unnest(array[s.morning_at, s.afternoon_at, s.list_at, s.list_at + :follow_up])
            from notification_settings s join organisations o on o.id = s.organisation_id
            where o.sandbox_id is not distinct from cast(:sandbox_id as uuid)) t
        cross join lateral (select (cast(:first as date) + n + t.clock) at time zone 'Europe/London' as at) due
        where due.at > :since and due.at <= :until)
    """
)
_SWEEP = text(
    "insert into email_sweeps (world, swept_until) values (:world, :until)"
    " on conflict (world) do update set swept_until = excluded.swept_until"
)

# The sessions of the world's accepted placements on the days looked at.
_PLACED = """
placed as (
    select p.id as placement_id, p.commissioner_id, p.host_school_id, p.provider_id,
           e.on_date, e.session, e.due_at, e.first_received_at, e.waived_by
    from placements p
    join organisations o on o.id = p.provider_id and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    join expected_sessions e on e.placement_id = p.id
        and e.on_date between cast(:first as date) and cast(:last as date)
        and e.on_date between p.starts_on and p.ends_on
    where p.state = 'accepted' and p.ends_on >= cast(:first as date) and p.starts_on <= cast(:last as date)
)
"""
_DAILY_AT = (
    "case {session} when 'am' then coalesce(s.morning_at, :morning_at) else coalesce(s.afternoon_at, :afternoon_at) end"
)
_ADDRESSES_OF = (
    "left join notification_settings s on s.organisation_id = w.organisation_id"
    " left join lateral (select unnest({addresses}) as address) a on true"
)
_DAILY_ADDRESSES = ADDRESSES.format(list="s.daily_addresses", told="w.organisation_id", whom="whom_first")
_LIST_ADDRESSES = ADDRESSES.format(list="s.list_addresses", told="w.organisation_id", whom="whom_first_for_lists")

# Host school and commissioner, one email where they are one; a half-day with nothing expected has none.
_TO_ORGANISATIONS = f"""
{_PLACED},
expected as (
    select told.organisation_id, x.on_date, x.session, array_agg(distinct told.role order by told.role) as roles
    from placed x
    cross join lateral (values (x.host_school_id, 'host_school'), (x.commissioner_id, 'commissioner'))
        as told (organisation_id, role)
    where told.organisation_id <> x.provider_id and (x.waived_by is null or x.first_received_at is not null)
      and {SEEN_ON.format(placement="x.placement_id", told="told.organisation_id", day="x.on_date")}
    group by told.organisation_id, x.on_date, x.session
),
wanted as (
    select 'daily_attendance' as kind, w.session as part, w.on_date, w.organisation_id,
           cast(null as uuid) as placement_id, cast(null as uuid) as placement_contact_id, w.roles, a.address,
           {_AT.format(day="w.on_date", clock=_DAILY_AT.format(session="w.session"))} as due_at
    from expected w
    {_ADDRESSES_OF.format(addresses=_DAILY_ADDRESSES)}
    where coalesce(s.daily_on, true)
)
"""  # noqa: S608 - our own literals
# The named services of a placement, at the times of the party that listed them.
_TO_SERVICES = f"""
{_PLACED},
wanted as (
    select distinct on (c.placement_id, lower(c.email), x.on_date, x.session)
           'daily_attendance' as kind, x.session as part, x.on_date, c.kept_by_id as organisation_id, c.placement_id,
           c.id as placement_contact_id, array[cast(c.role as text)] as roles, c.email as address,
           {_AT.format(day="x.on_date", clock=_DAILY_AT.format(session="x.session"))} as due_at
    from placed x
    join placement_contacts c on c.placement_id = x.placement_id and c.told_daily_attendance
        and c.email is not null and c.listed_on <= x.on_date
    left join notification_settings s on s.organisation_id = c.kept_by_id
    where (x.waived_by is null or x.first_received_at is not null)
      and {SEEN_ON.format(placement="x.placement_id", told="c.kept_by_id", day="x.on_date")}
    order by c.placement_id, lower(c.email), x.on_date, x.session, c.listed_on, c.id
)
"""  # noqa: S608 - our own literals
# Who has not reported: for the commissioner and the council of the framework; and a reminder for the setting itself.
_LISTS = f"""
{_PLACED},
owed as (
    select x.placement_id, x.provider_id, x.on_date, x.due_at
    from placed x
    where x.first_received_at is null and x.waived_by is null and x.due_at < cast(:until as timestamptz)
),
told as (
    select 'missing_list' as kind, v.organisation_id, o.on_date, o.due_at, cast(v.basis as text) as role
    from owed o join placement_viewers v on v.placement_id = o.placement_id
    where v.basis in ('commissioner', 'framework_council') and v.organisation_id <> o.provider_id
      and coalesce(v.from_on <= o.on_date, true) and coalesce(o.on_date <= v.until_on, true)
    union all
    select 'missing_reminder', o.provider_id, o.on_date, o.due_at, 'provider' from owed o
    where {SEEN_ON.format(placement="o.placement_id", told="o.provider_id", day="o.on_date")}
),
listed as (
    select t.kind, l.part, t.on_date, t.organisation_id, array_agg(distinct t.role order by t.role) as roles, l.at
    from told t
    left join notification_settings s on s.organisation_id = t.organisation_id
    cross join lateral (select {_AT.format(day="t.on_date", clock="coalesce(s.list_at, :list_at)")} as at) first
    cross join lateral (values ('first', first.at, cast('-infinity' as timestamptz)),
                               ('follow_up', first.at + cast(:follow_up as interval), first.at)) as l (part, at, after)
    where coalesce(s.list_on, true) and t.due_at < l.at and t.due_at >= l.after
    group by t.kind, l.part, t.on_date, t.organisation_id, l.at
),
wanted as (
    select w.kind, w.part, w.on_date, w.organisation_id, cast(null as uuid) as placement_id,
           cast(null as uuid) as placement_contact_id, w.roles, a.address, w.at as due_at
    from listed w
    {_ADDRESSES_OF.format(addresses=_LIST_ADDRESSES)}
)
"""  # noqa: S608 - our own literals
# Once at the end of the day, to whoever was told of a half-day of which something was received after that.
_CHANGES = f"""
wanted as (
    select distinct on (d.organisation_id, d.placement_id, d.address, d.on_date)
           'attendance_changes' as kind, 'end_of_day' as part, d.on_date, d.organisation_id, d.placement_id,
           d.placement_contact_id, d.roles, d.address,
           {_AT.format(day="d.on_date", clock="cast(:changes_at as time)")} as due_at
    from email_deliveries d
    join organisations o on o.id = d.organisation_id and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    where d.kind = 'daily_attendance' and d.state = 'sent'
      and d.on_date between cast(:first as date) and cast(:last as date)
      and exists (
          select 1 from unnest(d.placement_ids) as t (id)
          join expected_sessions e on e.placement_id = t.id and e.on_date = d.on_date and e.session = d.part
          join attendance_marks m on m.id = e.current_mark_id and m.on_date = e.on_date
          where m.received_at >= d.sent_at - cast(:slack as interval))
    order by d.organisation_id, d.placement_id, d.address, d.on_date, d.part
)
"""  # noqa: S608 - our own literals
# What was due before the last sweep is due now: something came about late, or an address was given. That goes on while
# an email of the day is of use. Whoever has been told at one address is not said to have none.
_ADD = """
insert into email_deliveries (
    id, created_at, changed_at, version, kind, part, on_date, organisation_id, placement_id, placement_contact_id,
    roles, address, state, due_at, useful_until, next_attempt_at, attempts, placement_ids)
select gen_random_uuid(), :until, :until, 1, w.kind, w.part, w.on_date, w.organisation_id, w.placement_id,
       w.placement_contact_id, w.roles, w.address, case when w.address is null then 'no_address' else 'pending' end,
       greatest(w.due_at, cast(:since as timestamptz)),
       case when cast(:sandbox_id as uuid) is null then day.ends
            else cast(:machine as timestamptz) + greatest(day.ends - w.due_at, interval '1 hour') end,
       cast(:machine as timestamptz), '[]', '{}'
from wanted w
cross join lateral (select (w.on_date + cast(:useful_until as time)) at time zone 'Europe/London' as ends) day
where w.due_at <= cast(:until as timestamptz)
  and (w.due_at > cast(:since as timestamptz) or cast(:until as timestamptz) < day.ends)
  and not exists (
      select 1 from email_deliveries d
      where w.placement_id is null and d.placement_id is null and d.organisation_id = w.organisation_id
        and d.on_date = w.on_date and d.kind = w.kind and d.part = w.part
        and (w.address is null or d.address = w.address))
  and not exists (
      select 1 from email_deliveries d
      where d.placement_id = w.placement_id and d.on_date = w.on_date and d.kind = w.kind and d.part = w.part
        and d.address = w.address)
order by w.due_at, w.kind, w.organisation_id, w.placement_id, w.address
limit :most
on conflict do nothing
returning id, organisation_id, state, due_at
"""
_FINDS = tuple(text(f"with {each}{_ADD}") for each in (_LISTS, _TO_ORGANISATIONS, _TO_SERVICES, _CHANGES))


async def find_emails(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """The emails that are due by `until`: who has not reported, the day's attendance, and what changed since.

    A recipient without an address is told of by an event. Times are whole minutes, so a minute is looked at once; in
    the live world, which is large, only where an email may have fallen due in it, and every ten minutes for what came
    about late.
    Source: Salford AP contract slides (daily information by email), read in the primary source; the times are Waymark's
    own.
    """
    world = str(sandbox_id or "live")
    since = await _swept_until(session, world, sandbox_id, until)
    if since.replace(second=0, microsecond=0) >= until.replace(second=0, microsecond=0):
        return Batch(0, [])
    asked = _asked(sandbox_id, since, until)
    found: list[Row[Any]] = []
    wholly = sandbox_id is not None or since.astimezone(UTC).minute // 10 != until.astimezone(UTC).minute // 10
    looks = wholly or (await session.execute(_ANY_DUE, asked)).scalar_one()
    for statement in _FINDS if looks else ():
        left = None if most is None else most - len(found)
        found += (await session.execute(statement, {**asked, "most": left})).all()
    if most is None or len(found) < most:
        await session.execute(_SWEEP, {"world": world, "until": until})
    tellings = [
        Telling(EventType.EMAIL_NOT_DELIVERED, f"{PATH}/{row.id}", row.due_at, organisations=(row.organisation_id,))
        for row in found
        if row.state == "no_address"
    ]
    return Batch(len(found), tellings)


async def _swept_until(session: AsyncSession, world: str, sandbox_id: UUID | None, until: datetime) -> datetime:
    """How far the world has been swept; a sandbox never swept from its beginning, the live world from now on."""
    swept = (await session.execute(_SWEPT, {"world": world})).scalar_one_or_none()
    if swept is None and sandbox_id is not None:
        swept = (await session.execute(_WORLD_BEGAN, {"sandbox_id": sandbox_id})).scalar_one()
    since: datetime = swept or until - timedelta(minutes=1)
    return since


def _asked(sandbox_id: UUID | None, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "sandbox_id": sandbox_id,
        "since": since,
        "until": until,
        "machine": utc_now(),
        "first": max(london_day(since), london_day(until - LOOKS_BACK)),
        "last": london_day(until),
        "whom_first": [*WHOM_FIRST],
        "whom_first_for_lists": [*WHOM_FIRST_FOR_LISTS],
        "morning_at": DEFAULT_TIMES[EmailTime.MORNING],
        "afternoon_at": DEFAULT_TIMES[EmailTime.AFTERNOON],
        "list_at": DEFAULT_TIMES[EmailTime.MISSING_LIST],
        "changes_at": CHANGES_AT,
        "useful_until": USEFUL_UNTIL,
        "follow_up": FOLLOW_UP_AFTER,
        "slack": slack(sandbox_id),
    }


def slack(sandbox_id: UUID | None) -> timedelta:
    """How much earlier than an email something received may be and yet have been left out of it."""
    return BEGUN_BEFORE if sandbox_id is None else timedelta()
