"""Quality assurance: editions of frameworks; visits that move, are discussed, are missed, and are made jointly.

Revision ID: 0027
Revises: 0026

Two functions see past row security. `takes_part_in_visit` tells a council whether it has joined a visit that another
leads. `hold_qa_visit` locks the visit to which one's own council is invited, and shows nothing of it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, allow_function, resecure, secure

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_LIST = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_EMPTY = sa.text("'[]'")

TAKES_PART = "takes_part_in_visit(uuid)"
HOLD_VISIT = "hold_qa_visit(uuid)"
_MY_SCHOOLS_COUNCIL = f"(select o.council_id from organisations o where o.id = {ME} and o.kind = 'school')"
_I_AM_COUNCIL = f"exists (select 1 from organisations o where o.id = {ME} and o.kind = 'council')"

SEES_VISIT = (
    f"council_id = {ME} or provider_id = {ME}"
    f" or (lead_published_at is not null and council_id = {_MY_SCHOOLS_COUNCIL})"
    " or exists (select 1 from qa_visit_partners p where p.visit_id = qa_visits.id and p.state = 'joined'"
    f" and (p.council_id = {ME} or (p.published_at is not null and p.council_id = {_MY_SCHOOLS_COUNCIL})))"
)
SEES_FINDING = (
    f"council_id = {ME} or takes_part_in_visit(visit_id) or exists (select 1 from qa_visits p"
    " where p.id = qa_findings.visit_id and p.state in ('reported', 'published'))"
)
WRITES_FINDING = (
    f"council_id = {ME} and exists (select 1 from qa_visits p where p.id = qa_findings.visit_id"
    " and p.state = 'carried_out')"
)
SEES_PARTNER = (
    f"council_id = {ME} or lead_id = {ME}"
    f" or (state = 'joined' and (provider_id = {ME} or takes_part_in_visit(visit_id)"
    f" or (published_at is not null and council_id = {_MY_SCHOOLS_COUNCIL})))"
)
ADDS_PARTNER = (
    f"lead_id = {ME} and council_id <> {ME} and state = 'invited' and officers = '[]' and published_at is null"
    " and framework_id is null and counts_as is null and answered_at is null and declined_because is null"
    " and exists (select 1 from organisations o where o.id = qa_visit_partners.council_id and o.kind = 'council')"
)

FUNCTIONS = f"""
create function takes_part_in_visit(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from qa_visit_partners p
                   where p.visit_id = wanted and p.state = 'joined' and p.council_id = {ME})
$$;

create function hold_qa_visit(wanted uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from qa_visits v join qa_visit_partners p on p.visit_id = v.id
    where p.id = wanted and p.council_id = {ME}
    for no key update of v;
end $$;

create function keep_qa_framework() returns trigger language plpgsql as $$
begin
    if old.state <> 'current' or to_jsonb(new) - '{{state,changed_at,version}}'::text[]
       is distinct from to_jsonb(old) - '{{state,changed_at,version}}'::text[] then
        raise integrity_constraint_violation using message = 'an edition of a QA framework stays as it was made';
    end if;
    return new;
end $$;

create trigger qa_frameworks_keep before update on qa_frameworks
    for each row execute function keep_qa_framework();

create function keep_qa_visit() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    leads boolean := coalesce(me = old.council_id, false);
    answers boolean := coalesce(me = old.provider_id, false);
    open_to_it text[] := case
        when leads then '{{state,planned_on,carried_out_on,officers,report,published_at,lead_published_at,reschedulings,'
            'overdue_told,cancelled_because,discussed_on,discussed_with,discussion_note,undiscussed_because,changed_at,'
            'version}}'
        when answers then '{{provider_response,changed_at,version}}'
        else '{{state,published_at,undiscussed_because,changed_at,version}}' end;
begin
    if me is null then
        return new;
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or answers and old.state not in ('reported', 'published')
       or new.state <> old.state and not (
           (old.state, new.state) = ('reported', 'published')
           or leads and (old.state, new.state) in (
               ('planned', 'carried_out'), ('planned', 'cancelled'), ('carried_out', 'reported')))
       or new.planned_on <> old.planned_on and old.state <> 'planned'
       or new.report is distinct from old.report and old.state <> 'carried_out'
       or old.published_at is not null and new.published_at is distinct from old.published_at
       or old.lead_published_at is not null and new.lead_published_at is distinct from old.lead_published_at then
        raise insufficient_privilege using message = 'this party does not change this of a visit now';
    end if;
    return new;
end $$;

drop trigger qa_visits_provider on qa_visits;
create trigger qa_visits_keep before update on qa_visits for each row execute function keep_qa_visit();
"""

KEEP_PARTNER = """
create function keep_qa_visit_partner() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    leads boolean;
    open_to_it text[];
begin
    if me is null then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if not exists (
            select 1 from qa_visits v
            where v.id = new.visit_id and v.council_id = me and v.state in ('planned', 'carried_out')
              and (v.planned_on, v.activity_type) = (new.planned_on, new.activity_type)) then
            raise insufficient_privilege using message = 'a council invites to a visit that it leads, as it is planned';
        end if;
        return new;
    end if;
    leads := coalesce(me = old.lead_id, false);
    open_to_it := case when leads then '{state,planned_on,changed_at,version}'
        else '{state,officers,framework_id,counts_as,answered_at,declined_because,published_at,changed_at,version}' end;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or old.state not in ('invited', 'joined')
       or new.state <> old.state and not (
           leads and old.state = 'invited' and new.state in ('withdrawn', 'lapsed')
           or not leads and (old.state, new.state) in (
               ('invited', 'joined'), ('invited', 'declined'), ('joined', 'left')))
       or new.published_at is distinct from old.published_at and (
           old.published_at is not null or old.state <> 'joined' or not exists (
               select 1 from qa_visits v where v.id = old.visit_id and v.state in ('reported', 'published'))) then
        raise insufficient_privilege using message = 'this council does not change this of a part in a visit now';
    end if;
    return new;
end $$;

create trigger qa_visit_partners_keep before insert or update on qa_visit_partners
    for each row execute function keep_qa_visit_partner();
"""

DROP_FUNCTIONS = f"""
drop trigger qa_visits_keep on qa_visits;
drop trigger qa_frameworks_keep on qa_frameworks;
drop function keep_qa_visit_partner(), keep_qa_visit(), keep_qa_framework(), {HOLD_VISIT}, {TAKES_PART};
create trigger qa_visits_provider before update on qa_visits
    for each row execute function provider_changes_only('provider_response');
"""

# What was shipped to be filed by providers, in frameworks that were made before activities said how they are done.
_BY_RETURN = "('self-evaluation', 'dashboard-return')"
DONE_BY = f"""
update qa_frameworks f set activity_types = (
    select coalesce(jsonb_agg(each || jsonb_build_object('done_by',
        case when each ->> 'slug' in {_BY_RETURN} then 'return' else 'visit' end) order by place), '[]')
    from jsonb_array_elements(f.activity_types) with ordinality as t(each, place))
"""
UNDO_DONE_BY = """
update qa_frameworks f set activity_types = (
    select coalesce(jsonb_agg(each - 'done_by' order by place), '[]')
    from jsonb_array_elements(f.activity_types) with ordinality as t(each, place))
"""


def upgrade() -> None:
    _frameworks()
    _visits()
    _partners()
    op.execute(FUNCTIONS)
    op.execute(KEEP_PARTNER)
    for function in (TAKES_PART, HOLD_VISIT):
        allow_function(function)
    _secure()


def _frameworks() -> None:
    state = sa.Enum(
        "current", "superseded", "retired", name="frameworkstate", native_enum=False, create_constraint=True, length=40
    )
    structure = sa.Enum(
        "salford_seven_areas",
        "westmorland_and_furness_six_sections",
        name="structureslug",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.add_column("qa_frameworks", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("qa_frameworks", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("qa_frameworks", sa.Column("state", state, nullable=False, server_default="current"))
    op.add_column("qa_frameworks", sa.Column("structure", structure, nullable=True))
    op.execute("update qa_frameworks set series_id = id")
    op.execute(DONE_BY)
    op.alter_column("qa_frameworks", "series_id", nullable=False)
    for column in ("edition", "state"):
        op.alter_column("qa_frameworks", column, server_default=None)
    op.create_unique_constraint(op.f("uq_qa_frameworks_series_id_edition"), "qa_frameworks", ["series_id", "edition"])
    op.create_index(
        "uq_qa_frameworks_structure",
        "qa_frameworks",
        ["council_id", "structure"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )


def _visits() -> None:
    for column in (
        sa.Column("lead_published_at", _INSTANT, nullable=True),
        sa.Column("reschedulings", _LIST, nullable=False, server_default=_EMPTY),
        sa.Column("overdue_told", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("cancelled_because", sa.String(length=2000), nullable=True),
        sa.Column("discussed_on", sa.Date(), nullable=True),
        sa.Column("discussed_with", _LIST, nullable=False, server_default=_EMPTY),
        sa.Column("discussion_note", sa.String(length=8000), nullable=True),
        sa.Column("undiscussed_because", sa.String(length=2000), nullable=True),
    ):
        op.add_column("qa_visits", column)
    op.execute("update qa_visits set lead_published_at = published_at")
    op.create_index(
        "ix_qa_visits_missed",
        "qa_visits",
        ["planned_on"],
        postgresql_where=sa.text("state = 'planned' and not overdue_told"),
    )


def _partners() -> None:
    states = ("invited", "joined", "declined", "withdrawn", "lapsed", "left")
    op.create_table(
        "qa_visit_partners",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("activity_type", sa.String(length=60), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*states, name="partnerstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("message", sa.String(length=2000), nullable=True),
        sa.Column("officers", _LIST, nullable=False, server_default=_EMPTY),
        sa.Column("framework_id", sa.Uuid(), nullable=True),
        sa.Column("counts_as", sa.String(length=60), nullable=True),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("declined_because", sa.String(length=2000), nullable=True),
        sa.Column("published_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_qa_visit_partners_council_id")),
        sa.ForeignKeyConstraint(
            ["visit_id", "lead_id", "provider_id"],
            ["qa_visits.id", "qa_visits.council_id", "qa_visits.provider_id"],
            name=op.f("fk_qa_visit_partners_visit_id_lead_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["framework_id", "council_id"],
            ["qa_frameworks.id", "qa_frameworks.council_id"],
            name=op.f("fk_qa_visit_partners_framework_id_council_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_visit_partners")),
    )
    for column in ("visit_id", "lead_id", "council_id"):
        op.create_index(op.f(f"ix_qa_visit_partners_{column}"), "qa_visit_partners", [column])
    op.create_index(
        "uq_qa_visit_partners_standing",
        "qa_visit_partners",
        ["visit_id", "council_id"],
        unique=True,
        postgresql_where=sa.text("state in ('invited', 'joined')"),
    )


def _secure() -> None:
    secure(
        "qa_visit_partners",
        SEES_PARTNER,
        adds=ADDS_PARTNER,
        changes=f"lead_id = {ME} or council_id = {ME}",
        columns=(
            "state",
            "planned_on",
            "officers",
            "framework_id",
            "counts_as",
            "answered_at",
            "declined_because",
            "published_at",
            "changed_at",
            "version",
        ),
    )
    resecure("qa_visits", "app_sees", SEES_VISIT)
    resecure(
        "qa_visits",
        "app_adds",
        f"council_id = {ME} and state = 'planned' and report is null and provider_response is null"
        f" and published_at is null and lead_published_at is null and {_I_AM_COUNCIL}",
    )
    resecure("qa_visits", "app_changes", f"council_id = {ME} or provider_id = {ME} or takes_part_in_visit(id)")
    resecure("qa_findings", "app_sees", SEES_FINDING)
    for policy in ("app_adds", "app_changes", "app_removes"):
        resecure("qa_findings", policy, WRITES_FINDING)  # type: ignore[arg-type]
    resecure("qa_frameworks", "app_adds", f"council_id = {ME} and state = 'current' and {_I_AM_COUNCIL}")
    op.execute("revoke update, delete on qa_frameworks from waymark_app")
    op.execute("grant update (state, changed_at, version) on qa_frameworks to waymark_app")


def downgrade() -> None:
    op.execute("revoke update on qa_frameworks from waymark_app")
    op.execute("revoke update (state, changed_at, version) on qa_frameworks from waymark_app")
    op.execute("grant update, delete on qa_frameworks to waymark_app")
    resecure("qa_frameworks", "app_adds", f"council_id = {ME}")
    for policy in ("app_adds", "app_changes", "app_removes"):
        resecure("qa_findings", policy, f"council_id = {ME}")  # type: ignore[arg-type]
    resecure(
        "qa_findings",
        "app_sees",
        f"council_id = {ME} or exists (select 1 from qa_visits p where p.id = qa_findings.visit_id"
        " and p.state in ('reported', 'published'))",
    )
    resecure("qa_visits", "app_changes", f"(council_id = {ME}) or (provider_id = {ME})")
    resecure("qa_visits", "app_adds", f"council_id = {ME}")
    resecure(
        "qa_visits",
        "app_sees",
        f"council_id = {ME} or provider_id = {ME} or (state = 'published' and council_id = {_MY_SCHOOLS_COUNCIL})",
    )
    op.drop_table("qa_visit_partners")
    op.execute(DROP_FUNCTIONS)
    # What only a partner published was never shown to the leading council's schools.
    op.execute("update qa_visits set state = 'reported' where state = 'published' and lead_published_at is null")
    op.execute("update qa_visits set published_at = lead_published_at")
    _take_columns_away()


def _take_columns_away() -> None:
    op.drop_index("ix_qa_visits_missed", table_name="qa_visits")
    for column in (
        "lead_published_at",
        "reschedulings",
        "overdue_told",
        "cancelled_because",
        "discussed_on",
        "discussed_with",
        "discussion_note",
        "undiscussed_because",
    ):
        op.drop_column("qa_visits", column)
    op.execute(UNDO_DONE_BY)
    op.drop_index("uq_qa_frameworks_structure", table_name="qa_frameworks")
    op.drop_constraint(op.f("uq_qa_frameworks_series_id_edition"), "qa_frameworks", type_="unique")
    for column in ("series_id", "edition", "state", "structure"):
        op.drop_column("qa_frameworks", column)
