"""Progress reports in depth: targets, the pupil's voice, readiness to return, what is due; forms withdrawn or adopted.

Revision ID: 0025
Revises: 0024

What others read of a report's targets is copied by the database when the report is submitted: nobody writes it by hand.
A draft follows the days of its placement, whoever moves them.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.default_report_form import FORM, ID, NAME
from migrations.row_security import ME, allow_function, provided, resecure, secure, seen

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_EDITABLE = "exists (select 1 from progress_reports r where r.id = report_targets.report_id and r.state in ('draft', 'returned'))"
_OWN_DRAFT = f"not submitted and {provided('report_targets')} and {_EDITABLE}"
_CLOCKS = (
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
    "unexplained_absence",
)

KEEP_REPORT = """
create or replace function keep_report() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    by_provider boolean := exists (select 1 from placements p where p.id = old.placement_id and p.provider_id = me);
    open_to_it text[] := case when by_provider
        then '{{{open_to_provider}}}'
        else '{{state,settled_at,returned_because,changed_at,version}}' end;
begin
    if me is null then
        return new;
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or by_provider and old.state not in ('draft', 'returned')
       or not by_provider and old.state <> 'submitted'
       or new.state <> old.state and by_provider and new.state <> 'submitted'
       or new.state <> old.state and not by_provider and new.state not in ('accepted', 'returned'){more} then
        raise insufficient_privilege using message = 'this side does not change this of a progress report now';
    end if;
    return new;
end $$;
"""
KEPT_BEFORE = KEEP_REPORT.format(
    open_to_provider="state,answers,submitted_answers,submitted_at,returned_because,changed_at,version", more=""
)
KEPT_NOW = KEEP_REPORT.format(
    open_to_provider="state,form_id,answers,statements,submitted_answers,submitted_statements,submitted_at,"
    "first_submitted_at,handed_in_late,returned_because,changed_at,version",
    more="""
       or old.first_submitted_at is not null
          and (new.first_submitted_at, new.handed_in_late) is distinct from (old.first_submitted_at, old.handed_in_late)""",
)

FUNCTIONS = """
create function report_due_on(wanted uuid, of_year text, of_term text) returns date
language sql stable set search_path = public, pg_temp as $$
    select max(days.day)::date
    from placements p
    join calendar_half_terms h on h.calendar_id = p.calendar_id and h.term = of_term
    cross join lateral (select extract(year from h.first_on - interval '7 months')::int as first) as year
    cross join lateral generate_series(greatest(h.first_on, p.starts_on)::timestamp,
                                       least(h.last_on, p.ends_on)::timestamp, interval '1 day') as days (day)
    where p.id = wanted and p.state = 'accepted'
      and of_year = year.first || '-' || lpad(((year.first + 1) % 100)::text, 2, '0')
      and extract(isodow from days.day) < 6
      and not exists (select 1 from calendar_closures c where c.calendar_id = p.calendar_id and c.day = days.day::date)
$$;

create function move_reports_of(wanted uuid[], at timestamptz) returns void
language sql set search_path = public, pg_temp as $$
    update progress_reports r
    set due_on = coalesce(days.due_on, r.due_on), owed = days.due_on is not null, changed_at = at,
        version = r.version + 1
    from (select e.id, report_due_on(e.placement_id, e.school_year, e.term) as due_on from progress_reports e
          where e.placement_id = any(wanted) and e.state in ('draft', 'returned')) as days
    where r.id = days.id
      and (coalesce(days.due_on, r.due_on), days.due_on is not null) is distinct from (r.due_on, r.owed)
$$;

create function move_reports_with_placement() returns trigger
language plpgsql security definer set search_path = public, pg_temp set app.organisation = '' as $$
begin
    perform move_reports_of(array[new.id], new.changed_at);
    return null;
end $$;

create trigger placements_move_reports after update of ends_on, state on placements
    for each row when (old.ends_on <> new.ends_on or old.state <> new.state)
    execute function move_reports_with_placement();

create function show_targets_of_report() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from report_targets t where t.report_id = new.id and t.submitted;
    insert into report_targets (id, report_id, placement_id, submitted, target_id, position, text, success_criterion,
                                review_on, progress, comment, carried_forward)
    select gen_random_uuid(), t.report_id, t.placement_id, true, t.target_id, t.position, t.text, t.success_criterion,
           t.review_on, t.progress, t.comment, t.carried_forward
    from report_targets t where t.report_id = new.id and not t.submitted;
    return null;
end $$;

create trigger progress_reports_show_targets after update of state on progress_reports
    for each row when (new.state = 'submitted' and old.state <> 'submitted')
    execute function show_targets_of_report();
"""
_MOVE_ALL = """
select move_reports_of(array(select distinct r.placement_id from progress_reports r
                             where r.state in ('draft', 'returned')), now())
"""
DROP_FUNCTIONS = """
drop trigger progress_reports_show_targets on progress_reports;
drop trigger placements_move_reports on placements;
drop function show_targets_of_report(), move_reports_with_placement(), move_reports_of(uuid[], timestamptz),
              report_due_on(uuid, text, text);
"""
# Reports on the form that came with the service go on a council's own copy of it.
GIVE_TO_COUNCILS = """
with on_it as (
    select r.id, coalesce(case when c.kind = 'council' then c.id else c.council_id end, s.council_id) as council_id
    from progress_reports r join placements p on p.id = r.placement_id
    join organisations c on c.id = p.commissioner_id left join organisations s on s.id = p.host_school_id
    where r.form_id = '{shipped}'),
copies as (
    select gen_random_uuid() as id, council_id from on_it where council_id is not null group by council_id),
made as (
    insert into report_forms (id, created_at, changed_at, version, council_id, name, edition, form, terms, asks_for)
    select c.id, f.created_at, f.changed_at, 1, c.council_id, f.name,
           1 + coalesce((select max(o.edition) from report_forms o where o.council_id = c.council_id and o.name = f.name), 0),
           f.form, f.terms, f.asks_for
    from copies c join report_forms f on f.id = '{shipped}' returning id)
update progress_reports r set form_id = c.id from on_it o join copies c on c.council_id = o.council_id where o.id = r.id
"""


def upgrade() -> None:
    _forms()
    _reports()
    _targets()
    _clock_kinds((*_CLOCKS, "progress_report"))
    op.execute(KEPT_NOW)
    op.execute(FUNCTIONS)
    op.execute(_MOVE_ALL)
    allow_function("report_due_on(uuid, text, text)")
    op.execute("revoke execute on function move_reports_of(uuid[], timestamptz) from public")
    op.execute("grant execute on function move_reports_of(uuid[], timestamptz) to waymark_worker")


def downgrade() -> None:
    op.execute(DROP_FUNCTIONS)
    op.execute(KEPT_BEFORE)
    op.execute("delete from clock_tellings where kind = 'progress_report'")
    _clock_kinds(_CLOCKS)
    op.drop_table("report_targets")
    _reports_as_before()
    _forms_as_before()


def _clock_kinds(kinds: Sequence[str]) -> None:
    op.drop_constraint("ck_clock_tellings_clockkind", "clock_tellings")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_clock_tellings_clockkind"), "clock_tellings", f"kind in ({named})")


def _forms() -> None:
    op.alter_column("report_forms", "council_id", nullable=True)
    op.add_column("report_forms", sa.Column("adopted_from_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_report_forms_adopted_from_id"), "report_forms", "report_forms", ["adopted_from_id"], ["id"]
    )
    op.add_column("report_forms", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report_forms", sa.Column("school_year", sa.String(length=7), nullable=True))
    texts = postgresql.ARRAY(sa.Text())
    every = sa.text("'{autumn,spring,summer}'")
    op.add_column("report_forms", sa.Column("terms", texts, server_default=every, nullable=False))
    op.add_column("report_forms", sa.Column("asks_for", texts, server_default=sa.text("'{}'"), nullable=False))
    made = sa.text(
        "insert into report_forms (id, created_at, changed_at, version, name, edition, form, asks_for)"
        " values (cast(:id as uuid), '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', 1, :name, 1, cast(:form as jsonb),"
        " '{pupil_voice,readiness_to_return,targets}')"
    )
    op.execute(made.bindparams(id=ID, name=NAME, form=json.dumps(FORM)))
    of_the_world = seen("organisations", "council_id", "report_forms")
    resecure("report_forms", "app_sees", f"council_id is null and {ME} is not null or {of_the_world}")
    op.execute("drop policy app_removes on report_forms")
    op.execute("drop policy app_changes on report_forms")
    op.execute(
        f"create policy app_changes on report_forms for update to waymark_app using (council_id = {ME})"
        f" with check (council_id = {ME} and withdrawn_at is not null)"
    )
    op.execute("revoke update, delete on report_forms from waymark_app")
    op.execute("grant update (withdrawn_at, changed_at, version) on report_forms to waymark_app")


def _forms_as_before() -> None:
    op.execute(GIVE_TO_COUNCILS.format(shipped=ID))
    op.execute(f"delete from report_forms where id = '{ID}'")
    resecure("report_forms", "app_sees", seen("organisations", "council_id", "report_forms"))
    resecure("report_forms", "app_changes", f"council_id = {ME}")
    op.execute(f"create policy app_removes on report_forms for delete to waymark_app using (council_id = {ME})")
    op.execute("grant update, delete on report_forms to waymark_app")
    for column in ("asks_for", "terms", "school_year", "withdrawn_at"):
        op.drop_column("report_forms", column)
    op.drop_constraint(op.f("fk_report_forms_adopted_from_id"), "report_forms", type_="foreignkey")
    op.drop_column("report_forms", "adopted_from_id")
    op.alter_column("report_forms", "council_id", nullable=False)


def _reports() -> None:
    jsonb = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("progress_reports", sa.Column("statements", jsonb, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("progress_reports", sa.Column("submitted_statements", jsonb, nullable=True))
    op.add_column("progress_reports", sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True))
    for column, default in (("handed_in_late", "false"), ("owed", "true")):
        op.add_column(
            "progress_reports", sa.Column(column, sa.Boolean(), server_default=sa.text(default), nullable=False)
        )
    op.create_unique_constraint(op.f("uq_progress_reports_id_placement_id"), "progress_reports", ["id", "placement_id"])
    op.execute(
        "update progress_reports set first_submitted_at = submitted_at,"
        " handed_in_late = (submitted_at at time zone 'Europe/London')::date > due_on where submitted_at is not null"
    )


def _reports_as_before() -> None:
    op.drop_constraint(op.f("uq_progress_reports_id_placement_id"), "progress_reports", type_="unique")
    for column in ("owed", "handed_in_late", "first_submitted_at", "submitted_statements", "statements"):
        op.drop_column("progress_reports", column)


def _targets() -> None:
    progress = ("not_started", "some_progress", "on_track", "achieved", "no_longer_set")
    op.create_table(
        "report_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("submitted", sa.Boolean(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("success_criterion", sa.String(length=500), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column(
            "progress",
            sa.Enum(*progress, name="targetprogress", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("carried_forward", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_report_targets_placement_id")),
        sa.ForeignKeyConstraint(
            ["report_id", "placement_id"],
            ["progress_reports.id", "progress_reports.placement_id"],
            name=op.f("fk_report_targets_report_id_placement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_targets")),
        sa.UniqueConstraint(
            "report_id", "submitted", "target_id", name=op.f("uq_report_targets_report_id_submitted_target_id")
        ),
    )
    op.create_index(op.f("ix_report_targets_placement_id"), "report_targets", ["placement_id"])
    of_report = seen("progress_reports", "report_id", "report_targets")
    secure(
        "report_targets",
        f"{of_report} and (submitted or {provided('report_targets')})",
        adds=_OWN_DRAFT,
        removes=_OWN_DRAFT,
    )
