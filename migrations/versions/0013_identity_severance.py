"""Severing a child's identity, and the sealed archive that the old history goes to.

Revision ID: 0013
Revises: 0012

`sever_identity` runs for the organisation that registered the pupil. Placements in force go on as new ones of the new
pupil, with no link; from then on nobody sees the old ones. The worker takes the old history to `retention.records`, where
it can add but not read; only a person who was given the role `waymark_retention` reads there.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, allow_function, resecure, secure

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Append-only to everybody else: the worker takes them to the archive.
_EVIDENCE = ("parental_consents", "unagreed_absences", "unagreed_absence_notes")
_PUPILS_SEEN = f"registered_by_id = {ME} or exists (select 1 from placements p where p.pupil_id = pupils.id)"

FUNCTIONS = """
create function alert_open_about(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from absconding_alerts a join placements p on p.id = a.placement_id join pupils c on c.id = p.pupil_id
        where c.id = wanted and a.state <> 'closed'
          and c.registered_by_id = nullif(current_setting('app.organisation', true), '')::uuid)
$$;

create function sever_identity(old_pupil uuid, new_pupil uuid, at timestamptz) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    this_day date := (at at time zone 'Europe/London')::date;
    midnight timestamptz := this_day::timestamp at time zone 'Europe/London';
    child pupils%rowtype;
    old placements%rowtype;
    successor placements%rowtype;
begin
    select * into child from pupils p where p.id = old_pupil and p.severed_at is null for update;
    if me is null or child.registered_by_id is distinct from me
       or not exists (select 1 from pupils p where p.id = new_pupil and p.registered_by_id = me
                      and not exists (select 1 from placements q where q.pupil_id = p.id)) then
        raise insufficient_privilege using message = 'only the organisation that registered both pupils severs';
    end if;
    for old in select * from placements p where p.pupil_id = old_pupil order by p.id for update loop
        if old.state = 'accepted' and old.ends_on >= this_day then
            successor := old;
            successor.id := gen_random_uuid();
            successor.pupil_id := new_pupil;
            successor.continues_id := null;
            successor.starts_on := greatest(old.starts_on, this_day);
            successor.planned_end_on := old.ends_on;
            successor.created_at := midnight;
            successor.changed_at := at;
            successor.version := 1;
            insert into placements select successor.*;
            perform carry_over(old.id, successor.id, successor.starts_on, at);
            perform tell_viewers_of(successor.id, at);
            return next successor.id;
        end if;
        insert into closed_placements (placement_id, provider_id, closed_on)
        values (old.id, old.provider_id, this_day);
        delete from placement_viewers v where v.placement_id = old.id;
    end loop;
    delete from mails m using organisations o, organisations mine
    where o.id = m.organisation_id and mine.id = me and o.sandbox_id is not distinct from mine.sandbox_id
      and strpos(m.body, child.family_name) > 0 and strpos(m.body, child.given_name) > 0;
    update pupils set severed_at = at, version = version + 1 where id = old_pupil;
end $$;

create function tell_viewers_of(placement uuid, at timestamptz) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
    event uuid := gen_random_uuid();
begin
    insert into events (id, type, occurred_at, recorded_at, resource, placement_id)
    values (event, 'placement.accepted', at, clock_timestamp(), '/v1/placements/' || placement, placement);
    insert into event_audiences (organisation_id, txid, event_id)
    select distinct v.organisation_id, pg_current_xact_id()::text::bigint, event
    from placement_viewers v where v.placement_id = placement;
end $$;

create function carry_over(old_placement uuid, new_placement uuid, first_day date, at timestamptz) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
    version_of_old timetables%rowtype;
    version_of_new uuid;
begin
    for version_of_old in
        select t.* from timetables t
        where t.placement_id = old_placement
          and t.applies_from >= (select coalesce(max(b.applies_from), '-infinity') from timetables b
                                 where b.placement_id = old_placement and b.applies_from <= first_day)
    loop
        version_of_new := gen_random_uuid();
        insert into timetables (id, created_at, changed_at, version, placement_id, applies_from)
        values (version_of_new, at, at, 1, new_placement, greatest(version_of_old.applies_from, first_day));
        insert into timetable_slots (id, timetable_id, placement_id, weekday, session, starts_at, ends_at, online, site_id)
        select gen_random_uuid(), version_of_new, new_placement, s.weekday, s.session, s.starts_at, s.ends_at, s.online,
               s.site_id
        from timetable_slots s where s.timetable_id = version_of_old.id;
    end loop;
    update expected_sessions set placement_id = new_placement, changed_at = at
    where placement_id = old_placement and on_date >= first_day and first_received_at is null;
end $$;

create function names_of(child pupils) returns text language sql immutable as $$
    select string_agg('\\m' || regexp_replace(each, '([^[:alnum:][:space:]])', '\\\\\\1', 'g') || '\\M', '|')
    from unnest(array[child.given_name, child.family_name, child.upn]) as each where each is not null
$$;

create function without_names(content jsonb, names text) returns jsonb language sql immutable as $$
    select coalesce(jsonb_object_agg(member.key,
        case when jsonb_typeof(member.value) in ('string', 'object', 'array')
             then regexp_replace(member.value::text, names, '[name]', 'gi')::jsonb else member.value end), '{}')
    from jsonb_each(content) as member
$$;
"""

RETENTION = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'waymark_retention') then
        create role waymark_retention nologin;
    end if;
end $$;
create schema retention;
create table retention.records (
    id bigint generated always as identity primary key,
    subject_id uuid not null,
    of_table text not null,
    content jsonb not null,
    severed_on date not null);
create index ix_records_subject_id on retention.records (subject_id);
grant usage on schema retention to waymark_worker, waymark_retention;
grant insert on retention.records to waymark_worker;
grant select on retention.records to waymark_retention;
create function retention.refuse_change() returns trigger language plpgsql as $f$
begin
    raise insufficient_privilege using message = 'the archive is append-only';
end $f$;
create trigger records_append_only before update or truncate on retention.records
    for each statement execute function retention.refuse_change();
"""


def upgrade() -> None:
    op.add_column("pupils", sa.Column("severed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_pupils_severed", "pupils", ["severed_at"], postgresql_where=sa.text("severed_at is not null"))
    op.create_table(
        "closed_placements",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_closed_placements_provider_id")),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_closed_placements")),
    )
    op.create_index(op.f("ix_closed_placements_provider_id"), "closed_placements", ["provider_id"])
    secure("closed_placements", f"provider_id = {ME}")
    resecure("pupils", "app_sees", f"severed_at is null and ({_PUPILS_SEEN})")
    op.execute(RETENTION)
    op.execute(FUNCTIONS)
    op.execute("revoke execute on function carry_over(uuid, uuid, date, timestamptz) from public")
    op.execute("revoke execute on function tell_viewers_of(uuid, timestamptz) from public")
    for table in _EVIDENCE:
        op.execute(f"grant delete on {table} to waymark_worker")
    allow_function("alert_open_about(uuid)")
    allow_function("sever_identity(uuid, uuid, timestamptz)")


def downgrade() -> None:
    for table in _EVIDENCE:
        op.execute(f"revoke delete on {table} from waymark_worker")
    op.execute("drop function sever_identity(uuid, uuid, timestamptz), alert_open_about(uuid)")
    op.execute("drop function carry_over(uuid, uuid, date, timestamptz), tell_viewers_of(uuid, timestamptz)")
    op.execute("drop function names_of(pupils), without_names(jsonb, text)")
    op.execute("drop schema retention cascade")
    resecure("pupils", "app_sees", _PUPILS_SEEN)
    op.drop_table("closed_placements")
    op.drop_index("ix_pupils_severed", "pupils")
    op.drop_column("pupils", "severed_at")
