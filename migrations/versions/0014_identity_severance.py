"""Severing a child's identity, and the sealed archive that the old history goes to.

Revision ID: 0014
Revises: 0013

`sever_identity` runs for the organisation that registered the pupil. Placements in force go on as new ones of the new
pupil, with no link; from then on nobody sees the old ones. The worker takes the old history to `retention.records`, where
it can add but not read; only a person who was given the role `waymark_retention` reads there.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, allow_function, resecure, secure, seen

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Append-only to everybody else: the worker takes them to the archive.
_EVIDENCE = ("parental_consents", "unagreed_absences", "unagreed_absence_notes", "referral_steps")
_SIDE = f"{ME} in (requested_by_id, commissioner_id, council_id, host_school_id)"
_OF_MY_SIDE = seen("referrals", "referral_id", "referral_offers")
_REFERRED = "exists (select 1 from referrals r where r.pupil_id = pupils.id)"
_PUPILS_SEEN = f"registered_by_id = {ME} or exists (select 1 from placements p where p.pupil_id = pupils.id)"

FUNCTIONS = """
create function alert_open_about(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from absconding_alerts a join placements p on p.id = a.placement_id join pupils c on c.id = p.pupil_id
        where c.id = wanted and a.state <> 'closed'
          and c.registered_by_id = nullif(current_setting('app.organisation', true), '')::uuid)
$$;

create function hold_for_severance(wanted uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
begin
    perform 1 from referrals r join pupils c on c.id = r.pupil_id
    where c.id = wanted and c.registered_by_id = me order by r.id for no key update of r;
    perform 1 from placements p join pupils c on c.id = p.pupil_id
    where c.id = wanted and c.registered_by_id = me order by p.id for no key update of p;
end $$;

create function sever_identity(old_pupil uuid, new_pupil uuid, at timestamptz) returns setof uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    child pupils%rowtype;
begin
    select * into child from pupils p where p.id = old_pupil and p.severed_at is null for update;
    if me is null or child.registered_by_id is distinct from me
       or not exists (select 1 from pupils p where p.id = new_pupil and p.registered_by_id = me
                      and not exists (select 1 from placements q where q.pupil_id = p.id)) then
        raise insufficient_privilege using message = 'only the organisation that registered both pupils severs';
    end if;
    return query select successor from go_on(child, new_pupil, at) as successor;
    perform close_referrals(old_pupil, at);
    delete from child_sessions s using placements p where p.id = s.placement_id and p.pupil_id = old_pupil;
    delete from child_identities i where i.pupil_id = old_pupil;
    delete from mails m using organisations o, organisations mine
    where o.id = m.organisation_id and mine.id = me and o.sandbox_id is not distinct from mine.sandbox_id
      and strpos(m.body, child.family_name) > 0 and strpos(m.body, child.given_name) > 0;
    update pupils set severed_at = at, version = version + 1 where id = old_pupil;
end $$;

create function go_on(child pupils, new_pupil uuid, at timestamptz) returns setof uuid
language plpgsql set search_path = public, pg_temp set app.organisation = '' as $$
declare
    this_day date := (at at time zone 'Europe/London')::date;
    names text := names_of(child);
    continued jsonb := '{}';
    old placements%rowtype;
    successor placements%rowtype;
begin
    for old in select * from placements p where p.pupil_id = child.id order by p.starts_on, p.id for no key update loop
        if old.state = 'accepted' and old.ends_on >= this_day then
            successor := old;
            successor.id := gen_random_uuid();
            successor.pupil_id := new_pupil;
            successor.continues_id := (continued ->> old.continues_id::text)::uuid;
            successor.takes_over := old.takes_over and successor.continues_id is not null;
            successor.objectives := array(select regexp_replace(said.text, names, '[name]', 'gi')
                                          from unnest(old.objectives) with ordinality as said (text, nth) order by nth);
            successor.intended_next_step := regexp_replace(old.intended_next_step, names, '[name]', 'gi');
            successor.starts_on := greatest(old.starts_on, this_day);
            successor.planned_end_on := old.ends_on;
            successor.created_at := this_day::timestamp at time zone 'Europe/London';
            successor.changed_at := at;
            successor.version := 1;
            insert into placements select successor.*;
            perform carry_over(old.id, successor.id, successor.starts_on, at);
            perform carry_over_people(old.id, successor.id, child.family_name, this_day, at);
            perform tell_of('placement.accepted', at, '/v1/placements/' || successor.id, successor.id,
                            array(select v.organisation_id from placement_viewers v where v.placement_id = successor.id));
            continued := continued || jsonb_build_object(old.id, successor.id);
            return next successor.id;
        end if;
        insert into closed_placements (placement_id, provider_id, closed_on)
        values (old.id, old.provider_id, this_day);
        delete from placement_viewers v where v.placement_id = old.id;
    end loop;
end $$;

create function close_referrals(old_pupil uuid, at timestamptz) returns void
language plpgsql set search_path = public, pg_temp set app.organisation = '' as $$
declare
    withdrawn record;
begin
    for withdrawn in
        update referral_offers o set state = 'withdrawn', settled_at = at, changed_at = at, version = o.version + 1
        from referrals r
        where r.id = o.referral_id and r.pupil_id = old_pupil and o.state = 'offered' and o.answer_by > at
        returning o.id, o.provider_id
    loop
        perform tell_of('referral-offer.withdrawn', at, '/v1/referral-offers/' || withdrawn.id, null,
                        array[withdrawn.provider_id]);
    end loop;
end $$;

create function tell_of(type text, at timestamptz, resource text, placement uuid, organisations uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
    event uuid := gen_random_uuid();
begin
    insert into events (id, type, occurred_at, recorded_at, resource, placement_id)
    values (event, type, at, clock_timestamp(), resource, placement);
    insert into event_audiences (organisation_id, txid, event_id)
    select distinct told, pg_current_xact_id()::text::bigint, event from unnest(organisations) as told;
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

create function carry_over_people(
    old_placement uuid, new_placement uuid, family_name text, this_day date, at timestamptz) returns void
language sql set search_path = public, pg_temp as $$
    insert into placement_contacts (id, placement_id, kept_by_id, role, name, organisation, email, phone,
                                    told_daily_attendance, told_alerts, listed_on)
    select gen_random_uuid(), new_placement, c.kept_by_id, c.role, c.name, c.organisation, c.email, c.phone,
           c.told_daily_attendance, c.told_alerts, this_day
    from placement_contacts c
    where c.placement_id = old_placement
      and (c.role <> 'other'
           or strpos(lower(concat_ws(' ', c.name, c.organisation, c.email)), lower(family_name)) = 0);
    insert into placement_facts (id, created_at, changed_at, version, placement_id, looked_after, ehcp)
    select gen_random_uuid(), at, at, 1, new_placement, f.looked_after, f.ehcp
    from placement_facts f
    where f.placement_id = old_placement and num_nonnulls(f.looked_after, f.ehcp) > 0;
$$;

create function is_severed(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from pupils c where c.id = wanted and c.severed_at is not null)
$$;

create function is_severed_referral(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from referrals r join pupils c on c.id = r.pupil_id
                   where r.id = wanted and c.severed_at is not null)
$$;

create function refuse_severed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from pupils c where c.id = new.pupil_id for key share;
    if is_severed(new.pupil_id) then
        raise serialization_failure using message = 'the identity of this one of the pupils was severed meanwhile';
    end if;
    return new;
end $$;

create trigger placements_not_of_severed before insert on placements
    for each row execute function refuse_severed();
create trigger referrals_not_of_severed before insert on referrals
    for each row execute function refuse_severed();

create function names_of(child pupils) returns text language sql immutable as $$
    select string_agg('(?<![[:alnum:]])' || regexp_replace(each, '([^[:alnum:][:space:]])', '\\\\\\1', 'g')
                      || '(?![[:alnum:]])', '|')
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


# What else must not count or show a severed child until the archive has it: put into functions as they stand.
_REWRITTEN = {
    "registration_thresholds(uuid[], date)": (
        "left join pupils u on u.id = p.pupil_id and ",
        "left join pupils u on u.id = p.pupil_id and u.severed_at is null and ",
    ),
    "referrals_offered(uuid[])": (
        "where o.id = any(offers) and ",
        "where o.id = any(offers) and not is_severed(r.pupil_id) and ",
    ),
}
_PRIVATE = (
    "go_on(pupils, uuid, timestamptz)",
    "close_referrals(uuid, timestamptz)",
    "tell_of(text, timestamptz, text, uuid, uuid[])",
    "carry_over(uuid, uuid, date, timestamptz)",
    "carry_over_people(uuid, uuid, text, date, timestamptz)",
)
_ALLOWED = (
    "alert_open_about(uuid)",
    "hold_for_severance(uuid)",
    "sever_identity(uuid, uuid, timestamptz)",
    "is_severed(uuid)",
    "is_severed_referral(uuid)",
)


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
    op.execute(RETENTION)
    op.execute(FUNCTIONS)
    for function in _PRIVATE:
        op.execute(f"revoke execute on function {function} from public")
    for function in _ALLOWED:
        allow_function(function)
    for table in _EVIDENCE:
        op.execute(f"grant delete on {table} to waymark_worker")
    _show(f"severed_at is null and ({_PUPILS_SEEN})", f"severed_at is null and {_REFERRED}")
    resecure("referrals", "app_sees", f"{_SIDE} and not is_severed(pupil_id)")
    resecure(
        "referral_offers",
        "app_sees",
        f"provider_id = {ME} and not (state = 'accepted' and is_severed_referral(referral_id)) or {_OF_MY_SIDE}",
    )
    for function, (old, new) in _REWRITTEN.items():
        _rewrite(function, old, new)


def downgrade() -> None:
    for function, (old, new) in _REWRITTEN.items():
        _rewrite(function, new, old)
    resecure("referral_offers", "app_sees", f"provider_id = {ME} or {_OF_MY_SIDE}")
    resecure("referrals", "app_sees", _SIDE)
    _show(_PUPILS_SEEN, _REFERRED)
    for table in _EVIDENCE:
        op.execute(f"revoke delete on {table} from waymark_worker")
    for table in ("placements", "referrals"):
        op.execute(f"drop trigger {table}_not_of_severed on {table}")
    op.execute(f"drop function refuse_severed(), {', '.join((*_ALLOWED, *_PRIVATE))}")
    op.execute("drop function names_of(pupils), without_names(jsonb, text)")
    op.execute("drop schema retention cascade")
    op.drop_table("closed_placements")
    op.drop_index("ix_pupils_severed", "pupils")
    op.drop_column("pupils", "severed_at")


def _show(pupils: str, referred: str) -> None:
    """Who sees a pupil: by registering or placing it, and by a referral."""
    resecure("pupils", "app_sees", pupils)
    op.execute("drop policy app_sees_referred on pupils")
    op.execute(f"create policy app_sees_referred on pupils for select to waymark_app using ({referred})")


def _rewrite(function: str, old: str, new: str) -> None:
    """Puts these words in the place of those in a function as it stands."""
    written = op.get_bind().scalar(sa.text(f"select pg_get_functiondef('{function}'::regprocedure)"))
    if written.count(old) != 1:
        raise RuntimeError(f"{function} does not say once: {old}")
    op.get_bind().exec_driver_sql(written.replace(old, new))
