"""Outcomes, destinations of year 11 leavers, checks whether they were sustained, and dual registrations.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, other_side, owned, secure, viewer

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NO_TWO_PERIODS = (
    "alter table dual_registrations add constraint ex_dual_registrations_overlap"
    " exclude using gist (pupil_id with =, main_school_id with =, subsidiary_id with =,"
    " daterange(from_on, until_on, '[]') with &&) where (state = 'standing')"
)

# The state in which a row is changed no more.
CLOSED = {"sustained_checks": "void", "dual_registrations": "withdrawn"}
KEEP_CLOSED = """
create function keep_closed() returns trigger language plpgsql as $$
begin
    if old.state = tg_argv[0] then
        raise insufficient_privilege using message = 'what is ' || tg_argv[0] || ' stays as it was';
    end if;
    return new;
end $$;
"""


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_placements_id_pupil_id"), "placements", ["id", "pupil_id"])
    op.create_table(
        "dual_registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("main_school_id", sa.Uuid(), nullable=False),
        sa.Column("subsidiary_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "standing",
                "withdrawn",
                name="dualregistrationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "alternative_provision",
                "reintegration",
                "trial_of_a_new_school",
                "assessment",
                "medical",
                "traveller_family",
                "other",
                name="dualregistrationreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("sessions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_because is not null)",
            name=op.f("ck_dual_registrations_withdrawn_with_reason"),
        ),
        sa.CheckConstraint("main_school_id <> subsidiary_id", name=op.f("ck_dual_registrations_two_schools")),
        sa.CheckConstraint("until_on is null or from_on <= until_on", name=op.f("ck_dual_registrations_in_order")),
        sa.ForeignKeyConstraint(
            ["main_school_id"], ["organisations.id"], name=op.f("fk_dual_registrations_main_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "pupil_id"],
            ["placements.id", "placements.pupil_id"],
            name=op.f("fk_dual_registrations_placement_id_pupil_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_dual_registrations_placement_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_dual_registrations_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["subsidiary_id"], ["organisations.id"], name=op.f("fk_dual_registrations_subsidiary_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dual_registrations")),
    )
    op.create_index(op.f("ix_dual_registrations_placement_id"), "dual_registrations", ["placement_id"], unique=False)
    op.create_table(
        "leaver_destinations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "destination",
            sa.Enum(
                "further_education",
                "sixth_form",
                "specialist_post_16",
                "apprenticeship",
                "training",
                "employment",
                "custody",
                "moved_away",
                "no_destination",
                "unknown",
                name="leaverdestination",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("provider_name", sa.String(length=200), nullable=True),
        sa.Column("provider_ukprn", sa.String(length=8), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(number = 1) = (supersedes_id is null) and (supersedes_id is null) = (correction_reason is null)",
            name=op.f("ck_leaver_destinations_first_or_correction"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_leaver_destinations_placement_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_leaver_destinations_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "placement_id"],
            ["leaver_destinations.id", "leaver_destinations.placement_id"],
            name=op.f("fk_leaver_destinations_supersedes_id_placement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaver_destinations")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_leaver_destinations_id_placement_id")),
        sa.UniqueConstraint("placement_id", "number", name=op.f("uq_leaver_destinations_placement_id_number")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_leaver_destinations_supersedes_id")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "destination",
            sa.Enum(
                "returned_to_mainstream_host_school",
                "other_mainstream_school",
                "special_school",
                "other_alternative_provision",
                "pru",
                "further_education",
                "apprenticeship",
                "employment",
                "training",
                "elective_home_education",
                "moved_away",
                "custody",
                "no_destination",
                "unknown",
                name="destination",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("destination_id", sa.Uuid(), nullable=True),
        sa.Column("destination_name", sa.String(length=200), nullable=True),
        sa.Column("destination_urn", sa.String(length=6), nullable=True),
        sa.Column("destination_from_on", sa.Date(), nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "objectives_met",
                "planned_end",
                "needs_changed",
                "named_in_ehc_plan",
                "placement_broke_down",
                "non_attendance",
                "safeguarding",
                "provider_could_not_continue",
                "funding_ended",
                "parental_choice",
                "pupil_choice",
                "moved_home",
                "left_school_age",
                "other",
                name="movereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason_note", sa.String(length=500), nullable=True),
        sa.Column("objectives", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("successful", sa.Boolean(), nullable=True),
        sa.Column("success_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (supersedes_id is null) and (supersedes_id is null) = (correction_reason is null)",
            name=op.f("ck_outcomes_first_or_correction"),
        ),
        sa.ForeignKeyConstraint(["destination_id"], ["organisations.id"], name=op.f("fk_outcomes_destination_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_outcomes_placement_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["organisations.id"], name=op.f("fk_outcomes_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "placement_id"],
            ["outcomes.id", "outcomes.placement_id"],
            name=op.f("fk_outcomes_supersedes_id_placement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_outcomes_id_placement_id")),
        sa.UniqueConstraint("placement_id", "number", name=op.f("uq_outcomes_placement_id_number")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_outcomes_supersedes_id")),
    )
    op.create_table(
        "sustained_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=True),
        sa.Column("leaver_destination_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "done", "void", name="checkrecord", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "finding",
            sa.Enum(
                "sustained",
                "not_sustained",
                "not_known",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("due_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') <= (finding is not null)", name=op.f("ck_sustained_checks_done_with_finding")
        ),
        sa.CheckConstraint(
            "num_nonnulls(outcome_id, leaver_destination_id) = 1", name=op.f("ck_sustained_checks_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["leaver_destination_id", "placement_id"],
            ["leaver_destinations.id", "leaver_destinations.placement_id"],
            name=op.f("fk_sustained_checks_leaver_destination_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id", "placement_id"],
            ["outcomes.id", "outcomes.placement_id"],
            name=op.f("fk_sustained_checks_outcome_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_sustained_checks_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sustained_checks")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_sustained_checks_id_placement_id")),
    )
    op.create_index(
        op.f("ix_sustained_checks_leaver_destination_id"), "sustained_checks", ["leaver_destination_id"], unique=False
    )
    op.create_index(op.f("ix_sustained_checks_outcome_id"), "sustained_checks", ["outcome_id"], unique=False)
    op.create_index(op.f("ix_sustained_checks_placement_id"), "sustained_checks", ["placement_id"], unique=False)
    op.create_index(
        "ix_sustained_checks_untold",
        "sustained_checks",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open' and due_told_at is null"),
    )
    op.create_index(
        "uq_sustained_checks_of_leaver",
        "sustained_checks",
        ["placement_id"],
        unique=True,
        postgresql_where=sa.text("leaver_destination_id is not null and state <> 'void'"),
    )
    op.create_index(
        "uq_sustained_checks_of_outcome",
        "sustained_checks",
        ["placement_id"],
        unique=True,
        postgresql_where=sa.text("outcome_id is not null and state <> 'void'"),
    )
    op.create_table(
        "sustained_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "sustained",
                "not_sustained",
                "not_known",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("correction_reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (correction_reason is null)", name=op.f("ck_sustained_findings_first_or_correction")
        ),
        sa.ForeignKeyConstraint(
            ["check_id", "placement_id"],
            ["sustained_checks.id", "sustained_checks.placement_id"],
            name=op.f("fk_sustained_findings_check_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_sustained_findings_placement_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_sustained_findings_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sustained_findings")),
        sa.UniqueConstraint("check_id", "number", name=op.f("uq_sustained_findings_check_id_number")),
    )
    op.create_index(op.f("ix_sustained_findings_placement_id"), "sustained_findings", ["placement_id"], unique=False)
    op.execute(NO_TWO_PERIODS)
    _secure()


def _secure() -> None:
    """Everybody who sees the placement reads; the commissioner says how it came out, the host school too the rest."""

    def said(table: str) -> str:
        return f"recorded_by_id = {ME} and {other_side(table)}"

    commissioned = owned("placements", "placement_id", "outcomes", "commissioner_id")
    secure(
        "outcomes",
        viewer("outcomes"),
        adds=f"recorded_by_id = {ME} and {commissioned}",
    )
    for table in ("leaver_destinations", "sustained_findings"):
        secure(table, viewer(table), adds=said(table))
    secure(
        "sustained_checks",
        viewer("sustained_checks"),
        adds=f"state = 'open' and finding is null and due_told_at is null and {other_side('sustained_checks')}",
        changes=other_side("sustained_checks"),
        columns=("state", "finding", "changed_at", "version"),
    )
    secure(
        "dual_registrations",
        viewer("dual_registrations"),
        adds=f"state = 'standing' and {said('dual_registrations')}",
        changes=other_side("dual_registrations"),
        columns=("until_on", "state", "withdrawn_because", "withdrawn_at", "changed_at", "version"),
    )

    op.execute(KEEP_CLOSED)
    for table, last in CLOSED.items():
        op.execute(
            f"create trigger {table}_keep_closed before update on {table}"
            f" for each row execute function keep_closed('{last}')"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_sustained_findings_placement_id"), table_name="sustained_findings")
    op.drop_table("sustained_findings")
    op.drop_index(
        "uq_sustained_checks_of_outcome",
        table_name="sustained_checks",
        postgresql_where=sa.text("outcome_id is not null and state <> 'void'"),
    )
    op.drop_index(
        "uq_sustained_checks_of_leaver",
        table_name="sustained_checks",
        postgresql_where=sa.text("leaver_destination_id is not null and state <> 'void'"),
    )
    op.drop_index(
        "ix_sustained_checks_untold",
        table_name="sustained_checks",
        postgresql_where=sa.text("state = 'open' and due_told_at is null"),
    )
    op.drop_index(op.f("ix_sustained_checks_placement_id"), table_name="sustained_checks")
    op.drop_index(op.f("ix_sustained_checks_outcome_id"), table_name="sustained_checks")
    op.drop_index(op.f("ix_sustained_checks_leaver_destination_id"), table_name="sustained_checks")
    op.drop_table("sustained_checks")
    op.drop_table("outcomes")
    op.drop_table("leaver_destinations")
    op.drop_index(op.f("ix_dual_registrations_placement_id"), table_name="dual_registrations")
    op.drop_table("dual_registrations")
    op.execute("drop function keep_closed()")
    op.drop_constraint(op.f("uq_placements_id_pupil_id"), "placements", type_="unique")
