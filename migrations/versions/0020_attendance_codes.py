"""Codes and corrections: what is known of a session, who made a mark and why, and what the register says.

Revision ID: 0020
Revises: 0019

`expected_sessions.circumstance` follows dual registrations, dates of birth and the facts of a placement, whoever changes
them: `hold_circumstances` is called by triggers alone, and tells nobody anything.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, MY_CLIENT, provided, resecure, secure, viewer

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FUNCTIONS = """
create function hold_circumstances(of_placements uuid[], at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from expected_sessions e where e.placement_id = any(of_placements)
    order by e.placement_id, e.on_date, e.session for no key update;
    update expected_sessions e set circumstance = known.circumstance, changed_at = at
    from (
        select s.placement_id, s.on_date, s.session,
            case when exists (
                     select 1 from dual_registrations d
                     where d.pupil_id = p.pupil_id and d.state = 'standing'
                       and (p.provider_id in (d.main_school_id, d.subsidiary_id)
                            or p.host_school_id in (d.main_school_id, d.subsidiary_id))
                       and d.from_on <= s.on_date and coalesce(s.on_date <= d.until_on, true)
                       and (array['monday', 'tuesday', 'wednesday', 'thursday', 'friday'])[date_part('isodow', s.on_date)]
                           || ' ' || s.session = any(d.sessions))
                 then 'at_other_registered_school'
                 when not f.required_after_16 and s.on_date > compulsory_age_ends_on(c.date_of_birth)
                 then 'not_required_after_16' end as circumstance
        from expected_sessions s
        join placements p on p.id = s.placement_id
        join pupils c on c.id = p.pupil_id
        left join placement_facts f on f.placement_id = p.id
        where s.placement_id = any(of_placements)) as known
    where e.placement_id = known.placement_id and e.on_date = known.on_date and e.session = known.session
      and e.circumstance is distinct from known.circumstance;
end $$;

create function compulsory_age_ends_on(date_of_birth date) returns date language sql immutable as $$
    select end_of_june - ((extract(isodow from end_of_june)::int + 2) % 7)
    from make_date(extract(year from date_of_birth)::int + 16
                   + (to_char(date_of_birth, 'MMDD') >= '0901')::int, 6, 30) as end_of_june
$$;

create function sessions_have_circumstances() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    concerned uuid[];
begin
    select array_agg(p.id) into concerned
    from placements p
    where p.id in (select fresh.placement_id from fresh)
      and (exists (select 1 from dual_registrations d where d.pupil_id = p.pupil_id and d.state = 'standing')
           or exists (select 1 from placement_facts f where f.placement_id = p.id and not f.required_after_16));
    if concerned is not null then
        perform hold_circumstances(concerned, (select max(fresh.changed_at) from fresh));
    end if;
    return null;
end $$;

create function circumstances_of_pupil() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform hold_circumstances(array(select p.id from placements p where p.pupil_id = new.pupil_id order by p.id),
                               new.changed_at);
    return null;
end $$;

create function circumstances_of_child() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform hold_circumstances(array(select p.id from placements p where p.pupil_id = new.id order by p.id),
                               new.changed_at);
    return null;
end $$;

create function circumstances_of_placement() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform hold_circumstances(array[new.placement_id], new.changed_at);
    return null;
end $$;

create function note_to_suggest_again() returns trigger language plpgsql as $$
begin
    new.suggest_again := true;
    return new;
end $$;

create trigger expected_sessions_know after insert on expected_sessions
    referencing new table as fresh for each statement execute function sessions_have_circumstances();
create trigger expected_sessions_suggest before update of circumstance, waived_by, online, council_commissioned
    on expected_sessions for each row
    when (old.current_mark_id is not null
          and (old.circumstance, old.waived_by, old.online, old.council_commissioned)
              is distinct from (new.circumstance, new.waived_by, new.online, new.council_commissioned))
    execute function note_to_suggest_again();
create trigger dual_registrations_known after insert or update of state, from_on, until_on, sessions on dual_registrations
    for each row execute function circumstances_of_pupil();
create trigger pupils_of_age after update of date_of_birth on pupils for each row
    when (old.date_of_birth <> new.date_of_birth) execute function circumstances_of_child();
create trigger placement_facts_known_first after insert on placement_facts for each row
    when (new.required_after_16 is not null) execute function circumstances_of_placement();
create trigger placement_facts_known after update of required_after_16 on placement_facts for each row
    when (old.required_after_16 is distinct from new.required_after_16) execute function circumstances_of_placement();
"""
DROP = """
drop trigger placement_facts_known on placement_facts;
drop trigger placement_facts_known_first on placement_facts;
drop trigger pupils_of_age on pupils;
drop trigger dual_registrations_known on dual_registrations;
drop trigger expected_sessions_suggest on expected_sessions;
drop trigger expected_sessions_know on expected_sessions;
drop function note_to_suggest_again(), circumstances_of_placement(), circumstances_of_child(), circumstances_of_pupil(),
    sessions_have_circumstances(), compulsory_age_ends_on(date), hold_circumstances(uuid[], timestamptz);
"""
_DEFINERS = (
    "hold_circumstances(uuid[], timestamptz)",
    "sessions_have_circumstances()",
    "circumstances_of_pupil()",
    "circumstances_of_child()",
    "circumstances_of_placement()",
)
_KINDS = (
    "day_6",
    "half_termly_review",
    "part_time_plan_review",
    "part_time_plan_end",
    "twelve_weeks",
    "four_sessions",
    "safeguarding_confirmation",
    "insurance",
    "registration_threshold",
    "host_school_check",
    "sustained_check",
    "planned_end",
)
_WHO_MADE_MARKS = """
update attendance_marks m set client_id = s.client_id,
       origin = case when m.supersedes_id is null then 'submission' else 'restatement' end
from attendance_submissions s where s.id = m.submission_id
"""
_MARK_STATED = f"provider_id = {ME} and {provided('attendance_marks')}"
_ANSWERS_FOR_REGISTER = (
    "exists (select 1 from placements p where p.id = register_codes.placement_id"
    f" and coalesce(p.host_school_id, p.commissioner_id) = {ME})"
)


def upgrade() -> None:
    op.add_column("placement_facts", sa.Column("required_after_16", sa.Boolean(), nullable=True))
    op.execute("grant update (required_after_16) on placement_facts to waymark_app")
    op.add_column("expected_sessions", sa.Column("circumstance", sa.String(length=40), nullable=True))
    op.create_check_constraint(
        op.f("ck_expected_sessions_circumstance"),
        "expected_sessions",
        "circumstance in ('at_other_registered_school', 'not_required_after_16')",
    )
    op.add_column(
        "expected_sessions", sa.Column("suggest_again", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_expected_sessions_suggest_again",
        "expected_sessions",
        ["placement_id"],
        postgresql_where=sa.text("suggest_again"),
    )
    _marks()
    _register_codes()
    _clock_kinds((*_KINDS, "unexplained_absence"))
    op.execute(FUNCTIONS)
    for function in _DEFINERS:
        op.execute(f"revoke execute on function {function} from public")
    op.execute("select hold_circumstances(array(select p.id from placements p order by p.id), now())")


def _clock_kinds(kinds: Sequence[str]) -> None:
    op.drop_constraint("ck_clock_tellings_clockkind", "clock_tellings")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_clock_tellings_clockkind"), "clock_tellings", f"kind in ({named})")


def _marks() -> None:
    op.add_column("attendance_marks", sa.Column("origin", sa.String(length=40), nullable=True))
    op.add_column("attendance_marks", sa.Column("correction_reason", sa.String(length=500), nullable=True))
    op.add_column("attendance_marks", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.add_column("attendance_marks", sa.Column("acting_for", sa.String(length=200), nullable=True))
    op.execute(_WHO_MADE_MARKS)
    op.alter_column("attendance_marks", "origin", nullable=False)
    op.create_check_constraint(
        op.f("ck_attendance_marks_markorigin"),
        "attendance_marks",
        "origin in ('submission', 'restatement', 'correction', 'circumstances')",
    )
    op.create_foreign_key(
        op.f("fk_attendance_marks_client_id"), "attendance_marks", "api_clients", ["client_id"], ["id"]
    )
    op.drop_index("ix_attendance_marks_session", table_name="attendance_marks")
    op.create_index(
        "ix_attendance_marks_chain",
        "attendance_marks",
        ["placement_id", "on_date", "session", "supersedes_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "ix_attendance_marks_unexplained",
        "attendance_marks",
        ["placement_id", "on_date"],
        postgresql_where=sa.text("suggested_code = 'N'"),
    )
    resecure(
        "attendance_marks", "app_adds", f"{_MARK_STATED} and client_id = {MY_CLIENT} and origin <> 'circumstances'"
    )


def _register_codes() -> None:
    op.create_table(
        "register_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column(
            "session",
            sa.Enum("am", "pm", name="schoolsession", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for", sa.String(length=200), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name=op.f("fk_register_codes_client_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["organisations.id"], name=op.f("fk_register_codes_entered_by_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_register_codes_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_codes")),
        sa.UniqueConstraint(
            "placement_id",
            "on_date",
            "session",
            "number",
            name=op.f("uq_register_codes_placement_id_on_date_session_number"),
        ),
    )
    secure(
        "register_codes",
        viewer("register_codes", "on_date"),
        adds=f"entered_by_id = {ME} and client_id = {MY_CLIENT} and {_ANSWERS_FOR_REGISTER}",
    )


def downgrade() -> None:
    op.execute(DROP)
    op.execute("delete from clock_tellings where kind = 'unexplained_absence'")
    _clock_kinds(_KINDS)
    op.drop_table("register_codes")
    resecure("attendance_marks", "app_adds", _MARK_STATED)
    op.drop_index("ix_attendance_marks_unexplained", table_name="attendance_marks")
    op.drop_index("ix_attendance_marks_chain", table_name="attendance_marks")
    op.create_index("ix_attendance_marks_session", "attendance_marks", ["placement_id", "on_date", "session"])
    for column in ("acting_for", "client_id", "correction_reason", "origin"):
        op.drop_column("attendance_marks", column)
    op.drop_index("ix_expected_sessions_suggest_again", table_name="expected_sessions")
    op.drop_column("expected_sessions", "suggest_again")
    op.drop_column("expected_sessions", "circumstance")
    op.drop_column("placement_facts", "required_after_16")
