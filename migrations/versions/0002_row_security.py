"""Row security, roles, and the few functions that see past it.

Revision ID: 0002
Revises: 0001

Every tenant table forces row security. The application role meets the policies below; the worker role sweeps over all
organisations; the owner (migrations, the definer functions) passes by a policy of its own. With no organisation set
a session of the application role sees nothing.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ME = "(select nullif(current_setting('app.organisation', true), '')::uuid)"
MY_SANDBOX = "(select nullif(current_setting('app.sandbox', true), '')::uuid)"
MY_CLIENT = "(select nullif(current_setting('app.client', true), '')::uuid)"
MY_COUNCIL = "(select nullif(current_setting('app.council', true), '')::uuid)"


def viewer(table: str, day: str | None = None) -> str:
    """The caller may see the placement, and where the row has a day, could on that day."""
    dated = f" and coalesce(v.from_on <= {table}.{day}, true) and coalesce({table}.{day} <= v.until_on, true)"
    return (
        f"exists (select 1 from placement_viewers v where v.placement_id = {table}.placement_id"
        f" and v.organisation_id = {ME}{dated if day else ''})"
    )


def seen(parent: str, column: str, table: str) -> str:
    """The row's parent is one that the caller sees, by the parent's own policy."""
    return f"exists (select 1 from {parent} p where p.id = {table}.{column})"


def owned(parent: str, column: str, table: str, owner: str) -> str:
    return f"exists (select 1 from {parent} p where p.id = {table}.{column} and p.{owner} = {ME})"


def party(table: str) -> str:
    """The caller is a party to the placement: whoever only watches it writes nothing."""
    return (
        f"exists (select 1 from placements p where p.id = {table}.placement_id"
        f" and {ME} in (p.commissioner_id, p.provider_id, p.host_school_id))"
    )


def other_side(table: str) -> str:
    """The caller is the commissioner or host school, and not the provider: nobody agrees for two sides."""
    return (
        f"exists (select 1 from placements p where p.id = {table}.placement_id"
        f" and {ME} in (p.commissioner_id, p.host_school_id) and p.provider_id <> {ME})"
    )


def provided(table: str) -> str:
    """The caller is the placement's provider."""
    return owned("placements", "placement_id", table, "provider_id")


_SAME_WORLD = f"{ME} is not null and organisations.sandbox_id is not distinct from {MY_SANDBOX}"
_AWARDED = "exists (select 1 from lot_awards a where a.provider_id = organisations.id)"
_PLACED_WITH = (
    "exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id"
    f" where p.provider_id = organisations.id and v.organisation_id = {ME})"
)
_MY_ORGANISATION = f"organisations.id = {ME} or organisations.registered_by_id = {ME}"
_OF_MINE = (
    f"organisation_id = {ME} or exists (select 1 from organisations o"
    f" where o.id = organisation_id and o.registered_by_id = {ME})"
)
_PARTY = f"commissioner_id = {ME} or provider_id = {ME} or host_school_id = {ME}"
_VIEWED = (
    f"exists (select 1 from placement_viewers v where v.placement_id = placements.id and v.organisation_id = {ME})"
)
_COUNCIL_OF_MY_SCHOOL = f"(select o.council_id from organisations o where o.id = {ME} and o.kind = 'school')"
_OVERSEEN = (
    f"exists (select 1 from lot_awards a where a.provider_id = {{0}}.provider_id and a.council_id = {ME})"
    f" or exists (select 1 from organisations o where o.id = {{0}}.provider_id and o.registered_by_id = {ME})"
)

# table: (what the application role may see, what it may write), both as conditions on the row.
POLICIES: dict[str, tuple[str, str]] = {
    "sandboxes": (f"id = {MY_SANDBOX}", f"id = {MY_SANDBOX}"),
    "organisations": (
        f"{_MY_ORGANISATION} or ({_SAME_WORLD} and (kind <> 'provider' or published or {_AWARDED} or {_PLACED_WITH}))",
        f"({_MY_ORGANISATION}) and sandbox_id is not distinct from {MY_SANDBOX}",
    ),
    "identifiers": (seen("organisations", "organisation_id", "identifiers"), _OF_MINE),
    "sites": (seen("organisations", "organisation_id", "sites"), _OF_MINE),
    "contacts": (
        f"(role = 'police' and {seen('organisations', 'organisation_id', 'contacts')}) or {_OF_MINE}",
        _OF_MINE,
    ),
    "api_clients": (f"organisation_id = {ME}", f"organisation_id = {ME}"),
    "credentials": (
        owned("api_clients", "client_id", "credentials", "organisation_id"),
        owned("api_clients", "client_id", "credentials", "organisation_id"),
    ),
    "frameworks": (seen("organisations", "council_id", "frameworks"), f"council_id = {ME}"),
    "lots": (
        seen("frameworks", "framework_id", "lots"),
        owned("frameworks", "framework_id", "lots", "council_id"),
    ),
    "lot_awards": (
        f"council_id = {ME} or provider_id = {ME} or council_id = {MY_COUNCIL}",
        f"council_id = {ME}",
    ),
    "calendars": (seen("organisations", "owner_id", "calendars"), f"owner_id = {ME}"),
    "calendar_half_terms": (
        seen("calendars", "calendar_id", "calendar_half_terms"),
        owned("calendars", "calendar_id", "calendar_half_terms", "owner_id"),
    ),
    "calendar_closures": (
        seen("calendars", "calendar_id", "calendar_closures"),
        owned("calendars", "calendar_id", "calendar_closures", "owner_id"),
    ),
    "pupils": (
        f"registered_by_id = {ME} or exists (select 1 from placements p where p.pupil_id = pupils.id)",
        f"registered_by_id = {ME}",
    ),
    "placements": (f"{_PARTY} or {_VIEWED}", _PARTY),
    "placement_viewers": (f"organisation_id = {ME}", "false"),
    "timetables": (viewer("timetables"), party("timetables")),
    "timetable_slots": (viewer("timetable_slots"), party("timetable_slots")),
    "termination_notices": (viewer("termination_notices"), party("termination_notices")),
    "suspensions": (viewer("suspensions"), party("suspensions")),
    "agreements": (viewer("agreements"), f"organisation_id = {ME} and {other_side('agreements')}"),
    "expected_sessions": (
        f"provider_id = {ME} or {viewer('expected_sessions', 'on_date')}",
        f"provider_id = {ME} or {party('expected_sessions')}",
    ),
    "attendance_marks": (
        f"provider_id = {ME} or {viewer('attendance_marks', 'on_date')}",
        f"provider_id = {ME}",
    ),
    "attendance_submissions": (
        f"provider_id = {ME} or exists (select 1 from attendance_marks m"
        " where m.submission_id = attendance_submissions.id)",
        f"provider_id = {ME}",
    ),
    "absconding_alerts": (viewer("absconding_alerts"), party("absconding_alerts")),
    "alert_notifications": (viewer("alert_notifications"), party("alert_notifications")),
    "alert_calls": (viewer("alert_calls"), party("alert_calls")),
    "mails": (f"organisation_id = {ME}", "false"),
    "report_forms": (seen("organisations", "council_id", "report_forms"), f"council_id = {ME}"),
    "progress_reports": (
        f"{viewer('progress_reports')} and (state <> 'draft' or {provided('progress_reports')})",
        f"{provided('progress_reports')} or (state <> 'draft' and {other_side('progress_reports')})",
    ),
    "qa_frameworks": (seen("organisations", "council_id", "qa_frameworks"), f"council_id = {ME}"),
    "qa_visits": (
        f"council_id = {ME} or provider_id = {ME} or (state = 'published' and council_id = {_COUNCIL_OF_MY_SCHOOL})",
        f"council_id = {ME}",
    ),
    "qa_findings": (
        f"council_id = {ME} or exists (select 1 from qa_visits p where p.id = qa_findings.visit_id"
        " and p.state in ('reported', 'published'))",
        f"council_id = {ME}",
    ),
    "qa_actions": (seen("qa_visits", "visit_id", "qa_actions"), f"council_id = {ME}"),
    "toolkit_assessments": (
        f"assessor_id = {ME} or (state = 'complete' and (provider_id = {ME} or"
        f" (use not in ('peer_review', 'in_school_provision') and ({_OVERSEEN.format('toolkit_assessments')}))))",
        f"assessor_id = {ME}",
    ),
    "toolkit_entries": (
        seen("toolkit_assessments", "assessment_id", "toolkit_entries"),
        f"assessor_id = {ME}",
    ),
    "events": ("exists (select 1 from event_audiences a where a.event_id = events.id)", "false"),
    "event_audiences": (f"organisation_id = {ME}", "false"),
    "audit_entries": (f"organisation_id = {ME}", f"organisation_id = {ME}"),
    "audit_seals": (f"organisation_id = {ME}", "false"),
    "idempotency_records": (f"organisation_id = {ME}", f"organisation_id = {ME}"),
}
# Who may change a row beside those who may add it; triggers say which columns.
ALSO_CHANGED_BY: dict[str, str] = {
    "qa_visits": f"provider_id = {ME}",
    "qa_actions": f"provider_id = {ME}",
}

# What a new row must meet besides the condition for writing.
NEW_ROWS = {
    "organisations": f"registered_by_id = {ME} and kind <> 'council' and coalesce(council_id = {ME}, true)",
    "placements": (
        f"commissioner_id = {ME} and state = 'proposed' and ends_on = planned_end_on"
        " and may_commission(pupil_id, calendar_id, provider_id, host_school_id)"
    ),
    "termination_notices": f"given_by_id = {ME}",
    "suspensions": f"requested_by_id = {ME} and {provided('suspensions')}",
    "expected_sessions": "first_received_at is null and current_mark_id is null",
    "attendance_marks": provided("attendance_marks"),
    "attendance_submissions": f"client_id = {MY_CLIENT}",
    "absconding_alerts": f"raised_by_id = {ME} and {provided('absconding_alerts')}",
    "alert_notifications": provided("alert_notifications"),
    "alert_calls": provided("alert_calls"),
    "progress_reports": f"state = 'draft' and {provided('progress_reports')}",
    "audit_entries": f"client_id = {MY_CLIENT}",
    "idempotency_records": f"client_id = {MY_CLIENT}",
}
# What a row must be for the application to remove it, besides the condition for writing.
REMOVED_WHILE = {"expected_sessions": "first_received_at is null"}

# What is written only by definer functions, triggers or the worker, and what nobody may change afterwards.
READ_ONLY = {"placement_viewers", "mails", "events", "event_audiences", "audit_seals"}
EVIDENCE = {"audit_entries", "audit_seals"}
APPEND_ONLY = {
    "audit_entries",
    "attendance_marks",
    "attendance_submissions",
    "agreements",
    "alert_calls",
    "idempotency_records",
    "timetables",
    "timetable_slots",
}
KEPT = {
    "organisations",
    "pupils",
    "placements",
    "progress_reports",
    "qa_visits",
    "qa_actions",
    "suspensions",
    "termination_notices",
    "toolkit_assessments",
    "toolkit_entries",
}
"""Tables whose rows change but are never removed by the application."""
KEPT_BUT = {
    "absconding_alerts": "state, told_at, found_at, found_by, safe, found_note, closed_at, closing_note,"
    " changed_at, version",
    "alert_notifications": "state, last_result, delivered_at, acknowledged_at, acknowledged_by",
}
"""Evidence with columns that the application may change, and these alone; nothing of it is removed."""

FUNCTIONS = """
create function find_credential(wanted text) returns table (
    digest bytea, credential_kind text, public_id text, expires_at timestamptz, revoked_at timestamptz,
    client_id uuid, client_name text, scopes text[], addresses text[], client_revoked_at timestamptz,
    organisation_id uuid, organisation_kind text, organisation_name text, sandbox_id uuid, stands_at timestamptz)
language sql security definer set search_path = public, pg_temp as $$
    select c.digest, c.kind, c.public_id, c.expires_at, c.revoked_at,
           a.id, a.name, a.scopes, a.addresses, a.revoked_at,
           o.id, o.kind, o.name, o.sandbox_id, s.stands_at
    from credentials c
    join api_clients a on a.id = c.client_id
    join organisations o on o.id = a.organisation_id
    left join sandboxes s on s.id = o.sandbox_id
    where c.public_id = wanted
      and set_config('app.organisation', o.id::text, true) is not null
      and set_config('app.sandbox', coalesce(o.sandbox_id::text, ''), true) is not null
      and set_config('app.client', a.id::text, true) is not null
      and set_config('app.council', coalesce(o.council_id::text, ''), true) is not null
$$;

create function record_event(
    type text, occurred timestamptz, recorded timestamptz, resource text, placements uuid[], organisations uuid[])
returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    event uuid := gen_random_uuid();
    this_day date := (occurred at time zone 'Europe/London')::date;
begin
    if me is null and not pg_has_role(session_user, 'waymark_worker', 'usage') then
        raise insufficient_privilege using message = 'no organisation is set';
    end if;
    if me is not null and exists (
        select 1 from unnest(placements) as p(id)
        where not exists (select 1 from placement_viewers v where v.placement_id = p.id and v.organisation_id = me))
    then
        raise insufficient_privilege using message = 'an event about a placement that the caller may not see';
    end if;
    if type !~ '^[a-z-]+[.][a-z-]+$'
       or resource !~ '^/v1/[a-z-]+(/[0-9a-f-]{36}(/[a-z-]+)?|[?][a-z_]+=[a-z0-9:.-]+(&[a-z_]+=[a-z0-9:.-]+)*)?$' then
        raise check_violation using message = 'an event has a type and the path of a resource, and nothing else';
    end if;
    if me is not null and cardinality(organisations) > 0 and exists (
        select 1 from unnest(organisations) as told(id)
        where not exists (
            select 1 from organisations o join organisations mine on mine.id = me
            where o.id = told.id and o.sandbox_id is not distinct from mine.sandbox_id))
    then
        raise insufficient_privilege using message = 'an event for an organisation of another world';
    end if;
    insert into events (id, type, occurred_at, recorded_at, resource, placement_id)
    values (event, type, occurred, recorded, resource,
            case when cardinality(placements) = 1 then placements[1] end);
    insert into event_audiences (organisation_id, txid, event_id)
    select each.organisation_id, pg_current_xact_id()::text::bigint, event
    from (select v.organisation_id from placement_viewers v
          where v.placement_id = any(placements)
            and coalesce(v.from_on <= this_day, true) and coalesce(this_day <= v.until_on, true)
          union select unnest(organisations)) as each;
    return event;
end $$;

create function add_party_viewers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into placement_viewers (organisation_id, placement_id, basis)
    select party.organisation_id, new.id, party.basis
    from (values (new.commissioner_id, 'commissioner'), (new.provider_id, 'provider'),
                 (new.host_school_id, 'host_school'),
                 ((select f.council_id from lots l join frameworks f on f.id = l.framework_id where l.id = new.lot_id),
                  'framework_council'),
                 ((select p.home_council_id from pupils p where p.id = new.pupil_id), 'home_council')
         ) as party (organisation_id, basis)
    where party.organisation_id is not null;
    update calendars set governs = true where id = new.calendar_id and not governs;
    return null;
end $$;

create trigger placements_have_viewers after insert on placements
    for each row execute function add_party_viewers();

create function may_commission(pupil uuid, calendar uuid, provider uuid, host_school uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from organisations me
        where me.id = nullif(current_setting('app.organisation', true), '')::uuid
          and me.kind in ('council', 'school') and me.id <> provider
          and (exists (select 1 from pupils p where p.id = pupil and p.registered_by_id = me.id)
               or exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id
                          where p.pupil_id = pupil and v.organisation_id = me.id))
          and not exists (
              select 1 from organisations o
              where o.id in (provider, host_school, (select c.owner_id from calendars c where c.id = calendar))
                and o.sandbox_id is distinct from me.sandbox_id))
$$;

create function keep_placement() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    open_to_change text[] := '{state,declined_because,ends_on,start_told,end_told,changed_at,version}';
begin
    if to_jsonb(new) - open_to_change is distinct from to_jsonb(old) - open_to_change then
        raise integrity_constraint_violation using message = 'what a placement was proposed as never changes';
    end if;
    if me is null then
        return new;
    end if;
    if new.state <> old.state and not coalesce(
        old.state = 'proposed' and (
            (new.state in ('accepted', 'declined') and me = old.provider_id)
            or (new.state = 'withdrawn' and me = old.commissioner_id and me <> old.provider_id)), false)
    then
        raise insufficient_privilege using message = 'a placement is not moved so by this party';
    end if;
    if new.ends_on <> old.ends_on and old.state <> 'accepted'
       or new.declined_because is distinct from old.declined_because
          and (old.declined_because is not null or me <> old.provider_id)
       or (new.start_told, new.end_told) is distinct from (old.start_told, old.end_told) then
        raise insufficient_privilege using message = 'this party does not change this of a placement';
    end if;
    return new;
end $$;

create trigger placements_keep before update on placements
    for each row execute function keep_placement();

create function keep_organisation() returns trigger language plpgsql as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null
       and (new.id, new.kind, new.sandbox_id, new.council_id, new.registered_by_id)
           is distinct from (old.id, old.kind, old.sandbox_id, old.council_id, old.registered_by_id) then
        raise insufficient_privilege using message = 'what an organisation is, and whose, never changes';
    end if;
    return new;
end $$;

create trigger organisations_keep before update on organisations
    for each row execute function keep_organisation();

create function keep_report() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    by_provider boolean := exists (select 1 from placements p where p.id = old.placement_id and p.provider_id = me);
    open_to_it text[] := case when by_provider
        then '{state,answers,submitted_answers,submitted_at,returned_because,changed_at,version}'
        else '{state,settled_at,returned_because,changed_at,version}' end;
begin
    if me is null then
        return new;
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or by_provider and old.state not in ('draft', 'returned')
       or not by_provider and old.state <> 'submitted'
       or new.state <> old.state and by_provider and new.state <> 'submitted'
       or new.state <> old.state and not by_provider and new.state not in ('accepted', 'returned') then
        raise insufficient_privilege using message = 'this side does not change this of a progress report now';
    end if;
    return new;
end $$;

create trigger progress_reports_keep before update on progress_reports
    for each row execute function keep_report();

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = tg_table_name || ' is append-only';
end $$;

create function councils_overseeing(wanted uuid) returns table (council_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    with me as (select nullif(current_setting('app.organisation', true), '')::uuid as id),
    overseeing as (
        select a.council_id from lot_awards a where a.provider_id = wanted
        union
        select o.registered_by_id from organisations o where o.id = wanted and o.registered_by_id is not null)
    select o.council_id from overseeing o, me
    where me.id = wanted
       or me.id in (select each.council_id from overseeing each)
       or exists (select 1 from toolkit_assessments a
                  where a.provider_id = wanted and a.assessor_id = me.id and a.state = 'complete'
                    and a.use not in ('peer_review', 'in_school_provision'))
$$;

create function calendar_viewers(wanted uuid, this_day date) returns table (organisation_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct v.organisation_id
    from calendars c join placements p on p.calendar_id = c.id join placement_viewers v on v.placement_id = p.id
    where c.id = wanted and c.owner_id = nullif(current_setting('app.organisation', true), '')::uuid
      and coalesce(v.from_on <= this_day, true) and coalesce(this_day <= v.until_on, true)
$$;

create function provider_changes_only() returns trigger language plpgsql as $$
declare
    open_to_it text[] := tg_argv::text[] || '{changed_at,version}';
begin
    if old.provider_id = nullif(current_setting('app.organisation', true), '')::uuid
       and to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it then
        raise insufficient_privilege using message = 'a provider does not change this of ' || tg_table_name;
    end if;
    return new;
end $$;

create trigger qa_visits_provider before update on qa_visits
    for each row execute function provider_changes_only('provider_response');

create trigger qa_actions_provider before update on qa_actions
    for each row execute function provider_changes_only('state', 'note');

create function keep_complete_assessment() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'toolkit_assessments' then
        if old.state = 'complete' then
            raise integrity_constraint_violation using message = 'a complete assessment stays as it was';
        end if;
    elsif exists (select 1 from toolkit_assessments a where a.id = new.assessment_id and a.state = 'complete') then
        raise integrity_constraint_violation using message = 'a complete assessment stays as it was';
    end if;
    return new;
end $$;

create trigger toolkit_assessments_keep before update on toolkit_assessments
    for each row execute function keep_complete_assessment();

create trigger toolkit_entries_keep before insert or update on toolkit_entries
    for each row execute function keep_complete_assessment();

create trigger audit_entries_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_change();
create trigger audit_seals_append_only before update or delete or truncate on audit_seals
    for each statement execute function refuse_change();
"""

RECORD_EVENT = "record_event(text, timestamptz, timestamptz, text, uuid[], uuid[])"
MAY_COMMISSION = "may_commission(uuid, uuid, uuid, uuid)"
COUNCILS_OVERSEEING = "councils_overseeing(uuid)"
CALENDAR_VIEWERS = "calendar_viewers(uuid, date)"

DROP_FUNCTIONS = f"""
drop trigger audit_seals_append_only on audit_seals;
drop trigger audit_entries_append_only on audit_entries;
drop trigger placements_keep on placements;
drop trigger organisations_keep on organisations;
drop trigger progress_reports_keep on progress_reports;
drop trigger placements_have_viewers on placements;
drop trigger qa_visits_provider on qa_visits;
drop trigger qa_actions_provider on qa_actions;
drop trigger toolkit_assessments_keep on toolkit_assessments;
drop trigger toolkit_entries_keep on toolkit_entries;
drop function refuse_change(), add_party_viewers(), find_credential(text), {RECORD_EVENT};
drop function provider_changes_only(), keep_complete_assessment(), {COUNCILS_OVERSEEING}, {CALENDAR_VIEWERS};
drop function {MAY_COMMISSION}, keep_placement(), keep_organisation(), keep_report();
"""

ROLES = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'waymark_app') then create role waymark_app nologin; end if;
    if not exists (select from pg_roles where rolname = 'waymark_worker') then create role waymark_worker nologin; end if;
end $$;
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.execute("grant usage on schema public to waymark_app, waymark_worker")
    op.execute("grant select on alembic_version to waymark_app, waymark_worker")
    op.execute(FUNCTIONS)
    for table, (sees, writes) in POLICIES.items():
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy owner_all on {table} to current_user using (true) with check (true)")
        op.execute(f"create policy worker_all on {table} to waymark_worker using (true) with check (true)")
        op.execute(f"create policy app_sees on {table} for select to waymark_app using ({sees})")
        if writes != "false":
            adds = f"({writes}) and {NEW_ROWS[table]}" if table in NEW_ROWS else writes
            op.execute(f"create policy app_adds on {table} for insert to waymark_app with check ({adds})")
            changes = f"({writes}) or ({ALSO_CHANGED_BY[table]})" if table in ALSO_CHANGED_BY else writes
            op.execute(f"create policy app_changes on {table} for update to waymark_app using ({changes})")
            removes = f"({writes}) and {REMOVED_WHILE[table]}" if table in REMOVED_WHILE else writes
            op.execute(f"create policy app_removes on {table} for delete to waymark_app using ({removes})")
        verbs = "select" if table in READ_ONLY else "select, insert"
        if table in KEPT_BUT:
            verbs = f"select, insert, update ({KEPT_BUT[table]})"
        elif table not in READ_ONLY | APPEND_ONLY:
            verbs = "select, insert, update" if table in KEPT else "select, insert, update, delete"
        op.execute(f"grant {verbs} on {table} to waymark_app")
        worker_verbs = "select, insert" if table in EVIDENCE else "select, insert, update, delete"
        op.execute(f"grant {worker_verbs} on {table} to waymark_worker")
    for function in ("find_credential(text)", RECORD_EVENT, COUNCILS_OVERSEEING, CALENDAR_VIEWERS, MAY_COMMISSION):
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to waymark_app, waymark_worker")


def downgrade() -> None:
    for table in POLICIES:
        for policy in ("owner_all", "worker_all", "app_sees", "app_adds", "app_changes", "app_removes"):
            op.execute(f"drop policy if exists {policy} on {table}")
        op.execute(f"alter table {table} disable row level security, no force row level security")
        op.execute(f"revoke all on {table} from waymark_app, waymark_worker")
    op.execute(DROP_FUNCTIONS)
    op.execute("revoke select on alembic_version from waymark_app, waymark_worker")
    op.execute("revoke usage on schema public from waymark_app, waymark_worker")
