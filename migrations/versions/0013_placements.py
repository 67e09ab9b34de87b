"""Placements in depth: one place at a time, contacts, viewers with dates, successors, checks and reviews.

Revision ID: 0013
Revises: 0012

Two organisations may have registered one child, and neither may learn of the other. So who is the same child, and
where it is expected, stand in two tables that no role but the owner reads; triggers fill them, and two reviewed
functions answer the one question about them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, allow_function, other_side, party, provided, resecure, secure, viewer

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ONE_PLACE = """
create function identify_child() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    world uuid := (select o.sandbox_id from organisations o where o.id = new.registered_by_id);
    this_day date := (coalesce((select s.stands_at from sandboxes s where s.id = world), now())
                      at time zone 'Europe/London')::date;
    child uuid;
begin
    if new.upn is not null then
        perform pg_advisory_xact_lock(hashtextextended('upn ' || coalesce(world::text, 'live') || new.upn, 0));
        select i.child_id into child
        from pupils p join organisations o on o.id = p.registered_by_id join child_identities i on i.pupil_id = p.id
        where p.upn = new.upn and p.id <> new.id and o.sandbox_id is not distinct from world
        limit 1;
    end if;
    child := coalesce(child, gen_random_uuid());
    insert into child_identities (pupil_id, child_id) values (new.id, child)
    on conflict (pupil_id) do update set child_id = excluded.child_id;
    if tg_op = 'UPDATE' then
        update child_sessions s set child_id = child
        from placements p where p.pupil_id = new.id and s.placement_id = p.id and s.on_date >= this_day;
    end if;
    return null;
end $$;

create trigger pupils_are_children after insert on pupils
    for each row execute function identify_child();
create trigger pupils_are_children_still after update of upn on pupils
    for each row when (old.upn is distinct from new.upn) execute function identify_child();

create function claim_sessions() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doubled integer;
begin
    insert into child_sessions (child_id, on_date, session, placement_id)
    select i.child_id, fresh.on_date, fresh.session, fresh.placement_id
    from fresh
    join placements p on p.id = fresh.placement_id
    join child_identities i on i.pupil_id = p.pupil_id
    join organisations o on o.id = p.provider_id
    left join sandboxes world on world.id = o.sandbox_id
    where fresh.waived_by is null
      and fresh.on_date >= (coalesce(world.stands_at, now()) at time zone 'Europe/London')::date
    on conflict do nothing;
    delete from expected_sessions e
    using fresh
    join placements p on p.id = fresh.placement_id
    join child_identities i on i.pupil_id = p.pupil_id
    join organisations o on o.id = p.provider_id
    left join sandboxes world on world.id = o.sandbox_id
    join child_sessions s
      on s.child_id = i.child_id and s.on_date = fresh.on_date and s.session = fresh.session and s.placement_id <> p.id
    where e.placement_id = fresh.placement_id and e.on_date = fresh.on_date and e.session = fresh.session
      and fresh.waived_by is null
      and fresh.on_date >= (coalesce(world.stands_at, now()) at time zone 'Europe/London')::date;
    get diagnostics doubled = row_count;
    if doubled > 0 and nullif(current_setting('app.organisation', true), '') is not null then
        raise unique_violation using constraint = 'pk_child_sessions', message = 'pk_child_sessions: timetabled elsewhere';
    end if;
    return null;
end $$;

create function give_up_sessions() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from child_sessions s using gone
    where s.placement_id = gone.placement_id and s.on_date = gone.on_date and s.session = gone.session;
    return null;
end $$;

create function claim_or_give_up_session() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from child_sessions s
    where s.placement_id = old.placement_id and s.on_date = old.on_date and s.session = old.session;
    if new.waived_by is null then
        insert into child_sessions (child_id, on_date, session, placement_id)
        select i.child_id, new.on_date, new.session, new.placement_id
        from placements p
        join child_identities i on i.pupil_id = p.pupil_id
        join organisations o on o.id = p.provider_id
        left join sandboxes world on world.id = o.sandbox_id
        where p.id = new.placement_id
          and new.on_date >= (coalesce(world.stands_at, now()) at time zone 'Europe/London')::date
        on conflict (placement_id, on_date, session) do nothing;
    end if;
    return null;
end $$;

create trigger expected_sessions_claim after insert on expected_sessions
    referencing new table as fresh for each statement execute function claim_sessions();
create trigger expected_sessions_give_up after delete on expected_sessions
    referencing old table as gone for each statement execute function give_up_sessions();
create trigger expected_sessions_waived after update of waived_by, placement_id on expected_sessions
    for each row
    when (old.waived_by is distinct from new.waived_by or old.placement_id <> new.placement_id)
    execute function claim_or_give_up_session();

create function sessions_elsewhere(wanted_by uuid, days date[], parts text[], this_day date)
returns table (on_date date, session text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    child uuid;
begin
    if not exists (select 1 from placements p
                   where p.id = wanted_by and me in (p.commissioner_id, p.provider_id, p.host_school_id)) then
        raise insufficient_privilege using message = 'a placement that the caller is no party to';
    end if;
    select i.child_id into child
    from placements p join child_identities i on i.pupil_id = p.pupil_id
    where p.id = wanted_by for share of i;
    perform pg_advisory_xact_lock(hashtextextended('child ' || child, 0));
    return query
        select w.on_date, w.session
        from unnest(days, parts) as w (on_date, session)
        where w.on_date >= this_day and exists (
            select 1 from child_sessions s
            where s.child_id = child and s.on_date = w.on_date and s.session = w.session
              and s.placement_id <> wanted_by)
        order by w.on_date, w.session;
end $$;

create function sessions_elsewhere_as(wanted_by uuid, as_upn text, this_day date)
returns table (on_date date, session text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    world uuid := (select o.sandbox_id from organisations o where o.id = me);
    child uuid;
    other uuid;
begin
    if not exists (select 1 from pupils p where p.id = wanted_by and p.registered_by_id = me) then
        raise insufficient_privilege using message = 'a pupil that the caller did not register';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('upn ' || coalesce(world::text, 'live') || as_upn, 0));
    select i.child_id into child from child_identities i where i.pupil_id = wanted_by for update;
    select i.child_id into other
    from pupils p join organisations o on o.id = p.registered_by_id join child_identities i on i.pupil_id = p.id
    where p.upn = as_upn and p.id <> wanted_by and o.sandbox_id is not distinct from world
    limit 1;
    if other is null or other = child then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('child ' || least(child, other), 0));
    perform pg_advisory_xact_lock(hashtextextended('child ' || greatest(child, other), 0));
    return query
        select case when v.seen then s.on_date end, case when v.seen then s.session::text end
        from placements p
        join child_sessions s on s.placement_id = p.id
        join child_sessions there
          on there.child_id = other and there.on_date = s.on_date and there.session = s.session
        cross join lateral (select exists (
            select 1 from placement_viewers v where v.placement_id = p.id and v.organisation_id = me) as seen) as v
        where p.pupil_id = wanted_by and s.on_date >= this_day
        order by 1, 2;
end $$;
"""
BACKFILL = """
with known as materialized (
    select o.sandbox_id, p.upn, gen_random_uuid() as child_id
    from pupils p join organisations o on o.id = p.registered_by_id
    where p.upn is not null group by o.sandbox_id, p.upn)
insert into child_identities (pupil_id, child_id)
select p.id, coalesce(k.child_id, gen_random_uuid())
from pupils p join organisations o on o.id = p.registered_by_id
left join known k on k.upn = p.upn and k.sandbox_id is not distinct from o.sandbox_id;

insert into child_sessions (child_id, on_date, session, placement_id)
select i.child_id, e.on_date, e.session, e.placement_id
from expected_sessions e
join placements p on p.id = e.placement_id
join child_identities i on i.pupil_id = p.pupil_id
join organisations o on o.id = p.provider_id
left join sandboxes world on world.id = o.sandbox_id
where e.waived_by is null and e.on_date >= (coalesce(world.stands_at, now()) at time zone 'Europe/London')::date
order by p.created_at, p.id
on conflict do nothing;
"""
DROP_ONE_PLACE = """
drop trigger expected_sessions_waived on expected_sessions;
drop trigger expected_sessions_give_up on expected_sessions;
drop trigger expected_sessions_claim on expected_sessions;
drop trigger pupils_are_children_still on pupils;
drop trigger pupils_are_children on pupils;
drop function sessions_elsewhere(uuid, date[], text[], date), sessions_elsewhere_as(uuid, text, date);
drop function claim_sessions(), give_up_sessions(), claim_or_give_up_session(), identify_child();
"""


VIEWERS = """
create function viewers_of(wanted uuid)
returns table (organisation_id uuid, basis text, from_on date, until_on date)
language sql stable security definer set search_path = public, pg_temp as $$
    select v.organisation_id, v.basis, v.from_on, v.until_on
    from placement_viewers v
    where v.placement_id = wanted and exists (
        select 1 from placement_viewers mine
        where mine.placement_id = wanted
          and mine.organisation_id = nullif(current_setting('app.organisation', true), '')::uuid
          and coalesce(v.from_on <= mine.until_on, true) and coalesce(mine.from_on <= v.until_on, true))
    order by v.from_on nulls first, v.basis, v.organisation_id
$$;

create function sees_today(wanted uuid, who uuid, this_day date) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from placements p
        where p.id = wanted and nullif(current_setting('app.organisation', true), '')::uuid
              in (p.commissioner_id, p.provider_id, p.host_school_id))
    and exists (
        select 1 from placement_viewers v
        where v.placement_id = wanted and v.organisation_id = who
          and coalesce(v.from_on <= this_day, true) and coalesce(this_day <= v.until_on, true))
$$;

create function move_home(wanted uuid, council uuid, from_day date) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    world uuid := (select o.sandbox_id from organisations o where o.id = me);
    before uuid;
    moved uuid[];
begin
    select p.home_council_id into before from pupils p where p.id = wanted and p.registered_by_id = me for update;
    if not found then
        raise insufficient_privilege using message = 'a pupil that the caller did not register';
    end if;
    if council is not null and not exists (
        select 1 from organisations o
        where o.id = council and o.kind = 'council' and o.sandbox_id is not distinct from world)
    then
        raise insufficient_privilege using message = 'a home council of another world';
    end if;
    update pupils set home_council_id = council, home_council_since = from_day where id = wanted;
    moved := array(select p.id from placements p
                   where p.pupil_id = wanted and p.ends_on >= from_day and p.state in ('proposed', 'accepted'));
    update placement_viewers v set until_on = from_day - 1
    where v.placement_id = any(moved) and v.organisation_id = before and v.basis = 'home_council'
      and v.until_on is null;
    insert into placement_viewers (organisation_id, placement_id, basis, from_on)
    select council, each.id, 'home_council', from_day from unnest(moved) as each (id) where council is not null;
    return query select unnest(moved);
end $$;
"""
DROP_VIEWERS = "drop function viewers_of(uuid), sees_today(uuid, uuid, date), move_home(uuid, uuid, date)"

# A new placement's calendar is one of its parties', and one that takes over does so lawfully (one that goes on under
# another identity continues nothing, and so takes over nothing); said again in
# app/rules/governing_calendars.py and app/rules/successors.py. Seeding and tests act as the owner, for nobody.
BEGINNINGS = """
create function check_new_placement() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    keeper uuid := (select c.owner_id from calendars c where c.id = new.calendar_id);
    council uuid := (select o.council_id from organisations o where o.id = new.commissioner_id and o.kind = 'school');
begin
    if new.continues_id is null then
        new.takes_over := false;
    end if;
    if me is null then
        return new;
    end if;
    if not coalesce(
        case new.calendar_basis
            when 'commissioner' then keeper = new.commissioner_id
            when 'commissioners_council' then keeper = council
            when 'host_school' then keeper = new.host_school_id
            when 'provider' then keeper = new.provider_id
            when 'placed_under' then exists (
                select 1 from placements p
                where p.pupil_id = new.pupil_id and p.calendar_id = new.calendar_id and p.state = 'accepted'
                  and p.provider_id = new.commissioner_id)
        end, false)
    then
        raise insufficient_privilege using message = 'no calendar of the parties governs these placements';
    end if;
    if new.takes_over and not exists (
        select 1 from placements p
        where p.id = new.continues_id and p.state = 'accepted' and p.pupil_id = new.pupil_id
          and p.provider_id = new.provider_id and me in (p.commissioner_id, p.released_to_id)
          and (p.commissioner_id, p.host_school_id) is distinct from (new.commissioner_id, new.host_school_id)
          and p.starts_on < new.starts_on and new.ends_on <= p.ends_on)
    then
        raise insufficient_privilege using message = 'nothing that this one of the placements could take over';
    end if;
    return new;
end $$;

create trigger placements_begin before insert on placements
    for each row execute function check_new_placement();

create function is_taken_over(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from placements p join placement_viewers v on v.placement_id = p.continues_id
        where p.continues_id = wanted and p.takes_over and p.state = 'accepted'
          and v.organisation_id = nullif(current_setting('app.organisation', true), '')::uuid)
$$;

create function keep_succeeded() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from placements p
               where p.continues_id = new.id and p.takes_over and p.state = 'accepted' and p.starts_on <= new.ends_on)
    then
        raise exclusion_violation using message = 'another placement has taken over from this one';
    end if;
    return new;
end $$;

create trigger placements_keep_succeeded before update of ends_on on placements
    for each row when (new.ends_on > old.ends_on) execute function keep_succeeded();
"""
DROP_BEGINNINGS = """
drop trigger placements_keep_succeeded on placements;
drop trigger placements_begin on placements;
drop function keep_succeeded(), check_new_placement(), is_taken_over(uuid);
"""

# What else may be changed of a placement, and by its commissioner alone: put into the function as it stands, so that
# other revisions may open other columns.
KEPT_OPEN = ("'{state,", "'{state,objectives,intended_next_step,released_to_id,")
KEPT_BY = (
    "       or (new.start_told, new.end_told) is distinct from",
    "       or (new.objectives, new.intended_next_step, new.released_to_id)"
    " is distinct from (old.objectives, old.intended_next_step, old.released_to_id) and me <> old.commissioner_id\n"
    "       or (new.start_told, new.end_told) is distinct from",
)

# Who has left keeps what fell in its days: the instant of a record, or the day it is about.
AT = {
    "agreements": "given_at",
    "termination_notices": "given_at",
    "suspensions": "created_at",
    "extensions": "created_at",
    "immediate_terminations": "created_at",
    "absconding_alerts": "raised_at",
    "alert_notifications": "created_at",
    "alert_calls": "called_at",
}
REPORTS_SEEN = "(state <> 'draft' or {})"


def viewer_at(table: str, instant: str) -> str:
    """The caller may see the row's placement, and could on the London day of an instant of the row's."""
    day = f"({table}.{instant} at time zone 'Europe/London')::date"
    return (
        f"exists (select 1 from placement_viewers v where v.placement_id = {table}.placement_id"
        f" and v.organisation_id = {ME}"
        f" and coalesce(v.from_on <= {day}, true) and coalesce({day} <= v.until_on, true))"
    )


def checks(table: str) -> str:
    """The caller is the host school of the row's placement, or its commissioner where there is none."""
    return (
        f"exists (select 1 from placements p where p.id = {table}.placement_id"
        f" and {ME} = coalesce(p.host_school_id, p.commissioner_id))"
    )


def upgrade() -> None:
    _one_place()
    _viewers()
    _placements()
    _contacts()
    _checks()
    _reviews()


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_table("host_school_checks")
    op.drop_table("placement_contacts")
    _placements_as_before()
    _viewers_as_before()
    op.execute(DROP_ONE_PLACE)
    op.drop_table("child_sessions")
    op.drop_table("child_identities")
    op.drop_index("ix_pupils_upn", table_name="pupils")


def _one_place() -> None:
    _make_tables()
    op.execute(BACKFILL)
    op.execute(ONE_PLACE)
    for table in ("child_identities", "child_sessions"):
        secure(table, "false")
        op.execute(f"revoke all on {table} from waymark_worker")
    allow_function("sessions_elsewhere(uuid, date[], text[], date)")
    allow_function("sessions_elsewhere_as(uuid, text, date)")


def _make_tables() -> None:
    op.create_index("ix_pupils_upn", "pupils", ["upn"], postgresql_where=sa.text("upn is not null"))
    op.create_table(
        "child_identities",
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pupil_id"], ["pupils.id"], name=op.f("fk_child_identities_pupil_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pupil_id", name=op.f("pk_child_identities")),
    )
    op.create_index(op.f("ix_child_identities_child_id"), "child_identities", ["child_id"])
    op.create_table(
        "child_sessions",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column(
            "session",
            sa.Enum("am", "pm", name="schoolsession", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_child_sessions_placement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("child_id", "on_date", "session", name=op.f("pk_child_sessions")),
        sa.UniqueConstraint(
            "placement_id", "on_date", "session", name=op.f("uq_child_sessions_placement_id_on_date_session")
        ),
    )


def _viewers() -> None:
    op.add_column("pupils", sa.Column("home_council_since", sa.Date(), nullable=True))
    op.execute("revoke update on pupils from waymark_app")
    op.execute(
        "grant update (given_name, family_name, date_of_birth, upn, changed_at, version) on pupils to waymark_app"
    )
    op.execute("alter table placement_viewers drop constraint pk_placement_viewers")
    op.add_column(
        "placement_viewers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_primary_key("pk_placement_viewers", "placement_viewers", ["id"])
    op.create_index(
        "uq_placement_viewers_seeing",
        "placement_viewers",
        ["organisation_id", "placement_id", "basis", "from_on"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.execute(VIEWERS)
    allow_function("viewers_of(uuid)")
    allow_function("sees_today(uuid, uuid, date)")
    allow_function("move_home(uuid, uuid, date)")
    for table, instant in AT.items():
        resecure(table, "app_sees", viewer_at(table, instant))
    reports = REPORTS_SEEN.format(provided("progress_reports"))
    resecure("progress_reports", "app_sees", f"{viewer_at('progress_reports', 'created_at')} and {reports}")


def _viewers_as_before() -> None:
    reports = REPORTS_SEEN.format(provided("progress_reports"))
    resecure("progress_reports", "app_sees", f"{viewer('progress_reports')} and {reports}")
    for table in AT:
        resecure(table, "app_sees", viewer(table))
    op.execute(DROP_VIEWERS)
    op.drop_index("uq_placement_viewers_seeing", table_name="placement_viewers")
    op.execute("delete from placement_viewers where from_on is not null and basis = 'home_council'")
    op.drop_column("placement_viewers", "id")
    op.create_primary_key("pk_placement_viewers", "placement_viewers", ["organisation_id", "placement_id", "basis"])
    op.execute("grant update on pupils to waymark_app")
    op.drop_column("pupils", "home_council_since")


def _placements() -> None:
    op.add_column(
        "placements",
        sa.Column(
            "calendar_basis",
            sa.Enum(
                "commissioner",
                "commissioners_council",
                "host_school",
                "provider",
                "placed_under",
                name="calendarbasis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="commissioner",
            nullable=False,
        ),
    )
    op.add_column("placements", sa.Column("takes_over", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("placements", sa.Column("released_to_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_placements_released_to_id"), "placements", "organisations", ["released_to_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_placements_takes_over_from_one"), "placements", "continues_id is not null or not takes_over"
    )
    op.create_index(
        "uq_placements_taking_over",
        "placements",
        ["continues_id"],
        unique=True,
        postgresql_where=sa.text("takes_over and state in ('proposed', 'accepted')"),
    )
    op.execute("alter table placements disable trigger placements_keep")
    op.execute(
        "update placements p set calendar_basis = case c.owner_id"
        " when p.commissioner_id then 'commissioner'"
        " when (select o.council_id from organisations o where o.id = p.commissioner_id and o.kind = 'school')"
        " then 'commissioners_council'"
        " when p.host_school_id then 'host_school' when p.provider_id then 'provider' else 'commissioner' end"
        " from calendars c where c.id = p.calendar_id"
    )
    op.execute("alter table placements enable trigger placements_keep")
    op.execute(BEGINNINGS)
    allow_function("is_taken_over(uuid)")
    _rewrite_keep_placement([KEPT_OPEN, KEPT_BY])


def _placements_as_before() -> None:
    _rewrite_keep_placement([(new, old) for old, new in (KEPT_OPEN, KEPT_BY)])
    op.execute(DROP_BEGINNINGS)
    op.drop_index("uq_placements_taking_over", table_name="placements")
    op.drop_constraint(op.f("ck_placements_takes_over_from_one"), "placements")
    for column in ("released_to_id", "takes_over", "calendar_basis"):
        op.drop_column("placements", column)


def _rewrite_keep_placement(changes: list[tuple[str, str]]) -> None:
    """Puts these words in the place of those in the function that keeps a placement as it was proposed."""
    written = op.get_bind().scalar(sa.text("select pg_get_functiondef('keep_placement()'::regprocedure)"))
    for old, new in changes:
        if written.count(old) != 1:
            raise RuntimeError(f"keep_placement() does not say once: {old}")
        written = written.replace(old, new)
    op.get_bind().exec_driver_sql(written)


def _contacts() -> None:
    op.create_table(
        "placement_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "social_worker",
                "sen_officer",
                "youth_justice",
                "mental_health",
                "ap_lead",
                "provider_lead",
                "attendance_officer",
                "other",
                name="placementcontactrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("told_daily_attendance", sa.Boolean(), nullable=False),
        sa.Column("told_alerts", sa.Boolean(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["kept_by_id"], ["organisations.id"], name=op.f("fk_placement_contacts_kept_by_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_placement_contacts_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_contacts")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_placement_contacts_id_placement_id")),
    )
    op.create_index(op.f("ix_placement_contacts_placement_id"), "placement_contacts", ["placement_id"])
    mine = f"kept_by_id = {ME} and {party('placement_contacts')}"
    secure("placement_contacts", viewer("placement_contacts", "listed_on"), adds=mine, removes=mine)


def _checks() -> None:
    op.create_table(
        "host_school_checks",
        *_stamps(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "weekly_safeguarding_checkin",
                "free_school_meals",
                "statutory_assessment",
                "termly_meeting",
                "social_worker_aware",
                "sen_officer_aware",
                "reintegration",
                name="checkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "attempted",
                "not_applicable",
                name="checkoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("done_by", sa.String(length=200), nullable=False),
        sa.Column("home_visit", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id", "placement_id"],
            ["host_school_checks.id", "host_school_checks.placement_id"],
            name=op.f("fk_host_school_checks_corrects_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_host_school_checks_placement_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_host_school_checks_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_school_checks")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_host_school_checks_corrects_id")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_host_school_checks_id_placement_id")),
    )
    op.create_index("ix_host_school_checks_placement_id", "host_school_checks", ["placement_id", "done_on"])
    secure(
        "host_school_checks",
        viewer("host_school_checks", "done_on"),
        adds=f"recorded_by_id = {ME} and {checks('host_school_checks')}",
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        *_stamps(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("attended_by", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("findings", sa.String(length=8000), nullable=False),
        sa.Column("progress", sa.dialects.postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("objectives", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("previous_objectives", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("intended_next_step", sa.String(length=500), nullable=False),
        sa.Column("previous_next_step", sa.String(length=500), nullable=False),
        sa.Column("next_review_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_reviews_placement_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["organisations.id"], name=op.f("fk_reviews_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_placement_id", "reviews", ["placement_id", "held_on"])
    adds = f"recorded_by_id = {ME} and {other_side('reviews')}"
    secure("reviews", viewer("reviews", "held_on"), adds=adds)


def _stamps() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]
