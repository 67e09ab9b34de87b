"""Qualifications of pupils, observations of teaching, annual returns of providers.

Revision ID: 0026
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, owned, party, provided, secure, seen, viewer

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

# What is shared stays as it was said; the provider adds its comment and no more.
KEEP_OBSERVATION = """
create function keep_observation() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    said text[] := '{school_year,term,observed_on,observed_by,activity,seen,strengths,to_develop,shared_at}';
    open_to_it text[] := '{changed_at,version}';
begin
    if me is null then
        return new;
    end if;
    if old.observer_id = me then
        open_to_it := open_to_it || '{state,withdrawn_because}'::text[];
        if old.state = 'draft' then
            open_to_it := open_to_it || said;
        end if;
    else
        open_to_it := open_to_it || '{provider_comment,commented_at}'::text[];
    end if;
    if old.state = 'withdrawn'
       or to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or old.state = 'shared' and new.state not in ('shared', 'withdrawn') then
        raise insufficient_privilege using message = 'this side does not change this of a teaching observation now';
    end if;
    return new;
end $$;

create trigger teaching_observations_keep before update on teaching_observations
    for each row execute function keep_observation();
"""

KEEP_RETURN = """
create function keep_return() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    by_provider boolean := old.provider_id = me;
    open_to_it text[] := case when by_provider
        then '{state,answers,statement,submitted_by,first_submitted_at,submitted_at,late,returned_because,'
             'withdrawn_because,changed_at,version}'
        else '{state,requested_at,due_on,settled_at,returned_because,withdrawn_because,told,changed_at,version}' end;
    step text := old.state || ' ' || new.state;
begin
    if me is null then
        return new;
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or by_provider and step not in ('requested draft', 'draft draft', 'draft submitted', 'draft withdrawn',
                                       'returned returned', 'returned submitted')
       or by_provider and new.state = 'withdrawn' and old.requested_at is not null
       or not by_provider and step not in ('requested requested', 'requested withdrawn', 'draft draft',
                                           'draft withdrawn', 'submitted returned', 'submitted accepted',
                                           'returned returned')
       or not by_provider and new.state = 'withdrawn' and old.requested_at is null then
        raise insufficient_privilege using message = 'this side does not change this of an annual return now';
    end if;
    return new;
end $$;

create trigger qa_returns_keep before update on qa_returns
    for each row execute function keep_return();
"""
KEPT = {"teaching_observations": "keep_observation", "qa_returns": "keep_return"}

_OVERSEEN = "council_id in (select c.council_id from councils_overseeing(qa_returns.provider_id) c)"
_NOTHING_SAID = "answers is null and statement is null and submitted_at is null and told = 0"


def upgrade() -> None:
    op.create_table(
        "qa_return_types",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("form", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_qa_return_types_council_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_return_types")),
        sa.UniqueConstraint("council_id", "slug", "edition", name=op.f("uq_qa_return_types_council_id_slug_edition")),
        sa.UniqueConstraint("id", "council_id", "slug", name=op.f("uq_qa_return_types_id_council_id_slug")),
    )
    op.create_table(
        "qa_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("type_slug", sa.String(length=60), nullable=False),
        sa.Column("school_year", sa.String(length=7), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "draft",
                "submitted",
                "returned",
                "accepted",
                "withdrawn",
                name="returnstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=True),
        sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_because", sa.String(length=2000), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_because is not null)", name=op.f("ck_qa_returns_withdrawn_with_reason")
        ),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_qa_returns_council_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_qa_returns_provider_id")),
        sa.ForeignKeyConstraint(
            ["type_id", "council_id", "type_slug"],
            ["qa_return_types.id", "qa_return_types.council_id", "qa_return_types.slug"],
            name=op.f("fk_qa_returns_type_id_council_id_type_slug"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_returns")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_qa_returns_id_provider_id")),
    )
    op.create_index(op.f("ix_qa_returns_council_id"), "qa_returns", ["council_id"], unique=False)
    op.create_index(op.f("ix_qa_returns_provider_id"), "qa_returns", ["provider_id"], unique=False)
    op.create_index(
        "ix_qa_returns_untold",
        "qa_returns",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("told < 2 and state in ('requested', 'draft', 'returned')"),
    )
    op.create_index(
        "uq_qa_returns_of_year",
        "qa_returns",
        ["council_id", "provider_id", "type_slug", "school_year"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "qa_return_drafts",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("statement", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["return_id", "provider_id"],
            ["qa_returns.id", "qa_returns.provider_id"],
            name=op.f("fk_qa_return_drafts_return_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_qa_return_drafts")),
    )
    op.create_table(
        "qualifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "achieved",
                "not_achieved",
                "withdrawn",
                name="qualificationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_qualifications_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualifications")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_qualifications_id_placement_id")),
    )
    op.create_index(op.f("ix_qualifications_placement_id"), "qualifications", ["placement_id"], unique=False)
    op.create_table(
        "teaching_observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("observer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "observer_role",
            sa.Enum(
                "commissioner",
                "host_school",
                "council",
                name="observerrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "shared",
                "withdrawn",
                name="observationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("school_year", sa.String(length=7), nullable=False),
        sa.Column(
            "term",
            sa.Enum("autumn", "spring", "summer", name="term", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("observed_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("activity", sa.String(length=500), nullable=False),
        sa.Column("seen", sa.String(length=8000), nullable=False),
        sa.Column("strengths", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("to_develop", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_comment", sa.String(length=8000), nullable=True),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(state = 'shared') <= (shared_at is not null)", name=op.f("ck_teaching_observations_shared_at_an_instant")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_because is not null)",
            name=op.f("ck_teaching_observations_withdrawn_with_reason"),
        ),
        sa.CheckConstraint(
            "num_nulls(provider_comment, commented_at) in (0, 2)",
            name=op.f("ck_teaching_observations_commented_at_an_instant"),
        ),
        sa.ForeignKeyConstraint(
            ["observer_id"], ["organisations.id"], name=op.f("fk_teaching_observations_observer_id")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_teaching_observations_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_observations")),
    )
    op.create_index(
        op.f("ix_teaching_observations_observer_id"), "teaching_observations", ["observer_id"], unique=False
    )
    op.create_index(
        op.f("ix_teaching_observations_placement_id"), "teaching_observations", ["placement_id"], unique=False
    )
    op.create_table(
        "qualification_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("qualification_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "achieved",
                "not_achieved",
                "withdrawn",
                name="qualificationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "qualification",
                "unit",
                "accredited_outcome",
                name="qualificationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("awarding_body", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "entry_1",
                "entry_2",
                "entry_3",
                "level_1",
                "level_2",
                "level_3",
                "level_4",
                "level_5",
                "level_6",
                "level_7",
                "level_8",
                name="qualificationlevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("qualification_number", sa.String(length=20), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("achieved_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.String(length=60), nullable=True),
        sa.Column("evidence", sa.String(length=500), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'unit') = (unit is not null)", name=op.f("ck_qualification_statements_unit_named")),
        sa.CheckConstraint(
            "(state = 'achieved') <= (achieved_on is not null)",
            name=op.f("ck_qualification_statements_achieved_on_a_day"),
        ),
        sa.CheckConstraint(
            "number > 1 or reason is null", name=op.f("ck_qualification_statements_first_needs_no_reason")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_qualification_statements_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id", "placement_id"],
            ["qualifications.id", "qualifications.placement_id"],
            name=op.f("fk_qualification_statements_qualification_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_qualification_statements_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_statements")),
        sa.UniqueConstraint(
            "qualification_id", "number", name=op.f("uq_qualification_statements_qualification_id_number")
        ),
    )
    op.create_index(
        op.f("ix_qualification_statements_placement_id"), "qualification_statements", ["placement_id"], unique=False
    )
    _secure_qualifications()
    _secure_observations()
    _secure_returns()


def _secure_qualifications() -> None:
    """Everybody who sees the placement reads; its parties record."""
    secure(
        "qualifications",
        viewer("qualifications"),
        adds=f"said = 1 and state in ('entered', 'achieved') and {party('qualifications')}",
        changes=party("qualifications"),
        columns=("state", "said", "changed_at", "version"),
    )
    secure(
        "qualification_statements",
        viewer("qualification_statements"),
        adds=f"recorded_by_id = {ME} and {party('qualification_statements')}",
    )


def _secure_observations() -> None:
    """The observer reads its own; the others what is shared, of days on which they could see the placement."""
    table = "teaching_observations"

    def as_party(role: str) -> str:
        return f"observer_role = '{role}' and {owned('placements', 'placement_id', table, f'{role}_id')}"

    watches = (
        f"observer_role = 'council' and exists (select 1 from placement_viewers v where v.placement_id = {table}."
        f"placement_id and v.organisation_id = {ME} and v.basis = 'framework_council')"
    )
    roles = f"({as_party('commissioner')} or {as_party('host_school')} or {watches}) and not {provided(table)}"
    secure(
        table,
        f"(observer_id = {ME} and {viewer(table)}) or (shared_at is not null and {viewer(table, 'observed_on')})",
        adds=f"state = 'draft' and provider_comment is null and observer_id = {ME} and {roles}",
        changes=f"observer_id = {ME} or (shared_at is not null and {provided(table)})",
        columns=(
            "state",
            "school_year",
            "term",
            "observed_on",
            "observed_by",
            "activity",
            "seen",
            "strengths",
            "to_develop",
            "shared_at",
            "provider_comment",
            "commented_at",
            "withdrawn_because",
            "changed_at",
            "version",
        ),
    )
    op.execute(KEEP_OBSERVATION)


def _secure_returns() -> None:
    """A return is its provider's and its council's; what the provider is writing is its own."""
    secure(
        "qa_return_types",
        seen("organisations", "council_id", "qa_return_types"),
        adds=f"council_id = {ME}",
    )
    both = f"{ME} in (council_id, provider_id)"
    asked = f"council_id = {ME} and state = 'requested' and requested_at is not null"
    unasked = f"provider_id = {ME} and state = 'draft' and requested_at is null and due_on is null"
    secure(
        "qa_returns",
        both,
        adds=f"({asked} or {unasked}) and {_NOTHING_SAID} and {_OVERSEEN}",
        changes=both,
        columns=(
            "state",
            "requested_at",
            "due_on",
            "answers",
            "statement",
            "submitted_by",
            "first_submitted_at",
            "submitted_at",
            "late",
            "settled_at",
            "returned_because",
            "withdrawn_because",
            "told",
            "changed_at",
            "version",
        ),
    )
    secure(
        "qa_return_drafts",
        f"provider_id = {ME}",
        adds=f"provider_id = {ME}",
        changes=f"provider_id = {ME}",
        columns=("answers", "statement"),
    )
    op.execute(KEEP_RETURN)


def downgrade() -> None:
    for table, function in KEPT.items():
        op.execute(f"drop trigger {table}_keep on {table}")
        op.execute(f"drop function {function}()")
    op.drop_index(op.f("ix_qualification_statements_placement_id"), table_name="qualification_statements")
    op.drop_table("qualification_statements")
    op.drop_index(op.f("ix_teaching_observations_placement_id"), table_name="teaching_observations")
    op.drop_index(op.f("ix_teaching_observations_observer_id"), table_name="teaching_observations")
    op.drop_table("teaching_observations")
    op.drop_index(op.f("ix_qualifications_placement_id"), table_name="qualifications")
    op.drop_table("qualifications")
    op.drop_table("qa_return_drafts")
    op.drop_index("uq_qa_returns_of_year", table_name="qa_returns", postgresql_where=sa.text("state <> 'withdrawn'"))
    op.drop_index(
        "ix_qa_returns_untold",
        table_name="qa_returns",
        postgresql_where=sa.text("told < 2 and state in ('requested', 'draft', 'returned')"),
    )
    op.drop_index(op.f("ix_qa_returns_provider_id"), table_name="qa_returns")
    op.drop_index(op.f("ix_qa_returns_council_id"), table_name="qa_returns")
    op.drop_table("qa_returns")
    op.drop_table("qa_return_types")
