"""Early departures with the parents' consent, and absences that nobody agreed to.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, party, provided, secure, seen, viewer

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ASKED = "suspension_id, immediate_termination_id, extension_id"


TRIGGERS = """
create function keep_early_departure() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    placement placements;
    asked uuid;
begin
    if me is null then
        return new;
    end if;
    select * into strict placement from placements p where p.id = old.placement_id;
    asked := case when coalesce(placement.host_school_id, placement.provider_id) = placement.provider_id
        then placement.commissioner_id else placement.host_school_id end;
    if new.state <> old.state and not (case new.state
        when 'agreed' then old.state = 'requested'
            and exists (select 1 from agreements a where a.early_departure_id = old.id
                        and a.organisation_id = asked and a.answer = 'agreed')
            and exists (select 1 from parental_consents c where c.early_departure_id = old.id and c.answer = 'given')
            and not exists (
                select 1 from parental_consents c where c.early_departure_id = old.id and c.answer = 'refused')
        when 'refused' then old.state = 'requested'
            and (exists (select 1 from agreements a where a.early_departure_id = old.id and a.answer = 'refused')
                 or exists (
                     select 1 from parental_consents c where c.early_departure_id = old.id and c.answer = 'refused'))
        when 'withdrawn' then old.state in ('requested', 'agreed')
            and (me = placement.provider_id or old.on_date > placement.ends_on)
        when 'departed' then old.state = 'agreed' and me = placement.provider_id
        else false end)
    then
        raise insufficient_privilege using message = 'an early departure is not moved so';
    end if;
    if (new.left_at, new.handed_to, new.departure_recorded_at)
        is distinct from (old.left_at, old.handed_to, old.departure_recorded_at)
       and (new.state <> 'departed' or old.state = 'departed') then
        raise insufficient_privilege using message = 'a departure is recorded once, when the pupil has left';
    end if;
    return new;
end $$;

create trigger early_departures_keep before update on early_departures
    for each row execute function keep_early_departure();

create function keep_unagreed_absence() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    by_commissioner boolean := exists (
        select 1 from placements p where p.id = old.placement_id and p.commissioner_id = me);
begin
    if me is not null and to_jsonb(new) - 'changed_at' is distinct from to_jsonb(old) - 'changed_at'
       and not (by_commissioner and old.state = 'open' and new.state = 'reviewed') then
        raise insufficient_privilege using message = 'a report is reviewed once, by the commissioner';
    end if;
    return new;
end $$;

create trigger unagreed_absences_keep before update on unagreed_absences
    for each row execute function keep_unagreed_absence();
"""


def upgrade() -> None:
    op.create_table(
        "early_departures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "agreed",
                "refused",
                "withdrawn",
                "lapsed",
                "departed",
                name="earlydeparturestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("leaving_time", sa.Time(), nullable=False),
        sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "way_home",
            sa.Enum(
                "collected",
                "taken_home",
                "transport",
                "alone",
                name="wayhome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("collected_by", sa.String(length=200), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_to", sa.String(length=200), nullable=True),
        sa.Column("departure_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'departed') = (left_at is not null)", name=op.f("ck_early_departures_departed_when_left")
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_early_departures_placement_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["organisations.id"], name=op.f("fk_early_departures_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_departures")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_early_departures_id_placement_id")),
    )
    op.create_index(
        "ix_early_departures_lapsing",
        "early_departures",
        ["leaving_at"],
        unique=False,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(op.f("ix_early_departures_placement_id"), "early_departures", ["placement_id"], unique=False)
    op.create_index(
        "uq_early_departures_agreed_day",
        "early_departures",
        ["placement_id", "on_date"],
        unique=True,
        postgresql_where=sa.text("state in ('agreed', 'departed')"),
    )
    op.create_table(
        "parental_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("early_departure_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("given", "refused", name="consentanswer", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "relationship",
            sa.Enum(
                "parent",
                "step_parent",
                "foster_carer",
                "guardian",
                "social_worker",
                "other",
                name="relationship",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "phone",
                "in_person",
                "text_message",
                "email",
                "written",
                name="consentchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["early_departure_id", "placement_id"],
            ["early_departures.id", "early_departures.placement_id"],
            name=op.f("fk_parental_consents_early_departure_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_parental_consents_placement_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_parental_consents_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parental_consents")),
    )
    op.create_index(
        op.f("ix_parental_consents_early_departure_id"), "parental_consents", ["early_departure_id"], unique=False
    )
    op.create_index(op.f("ix_parental_consents_placement_id"), "parental_consents", ["placement_id"], unique=False)
    op.create_table(
        "unagreed_absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("reported_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reported_as",
            sa.Enum(
                "commissioner",
                "host_school",
                "provider",
                name="partyrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "sent_home", "kept_away", name="unagreedkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("what_happened", sa.String(length=8000), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("agreement_missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("potential_unlawful_exclusion", sa.Boolean(), nullable=False),
        sa.Column("early_departure_id", sa.Uuid(), nullable=True),
        sa.Column("suspension_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "reviewed", name="reviewstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "unlawful_exclusion_confirmed",
                "not_an_exclusion",
                "resolved",
                "reported_in_error",
                name="reviewoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reviewed_by", sa.String(length=200), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.String(length=8000), nullable=True),
        sa.CheckConstraint(
            "(state = 'reviewed') = (outcome is not null)", name=op.f("ck_unagreed_absences_reviewed_with_outcome")
        ),
        sa.CheckConstraint("potential_unlawful_exclusion", name=op.f("ck_unagreed_absences_stays_flagged")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_unagreed_absences_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["early_departure_id", "placement_id"],
            ["early_departures.id", "early_departures.placement_id"],
            name=op.f("fk_unagreed_absences_early_departure_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_unagreed_absences_placement_id")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["organisations.id"], name=op.f("fk_unagreed_absences_reported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["suspension_id", "placement_id"],
            ["suspensions.id", "suspensions.placement_id"],
            name=op.f("fk_unagreed_absences_suspension_id_placement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unagreed_absences")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_unagreed_absences_id_placement_id")),
    )
    op.create_index(
        op.f("ix_unagreed_absences_early_departure_id"), "unagreed_absences", ["early_departure_id"], unique=False
    )
    op.create_index(
        "ix_unagreed_absences_placement_id", "unagreed_absences", ["placement_id", "starts_on"], unique=False
    )
    op.create_index(op.f("ix_unagreed_absences_suspension_id"), "unagreed_absences", ["suspension_id"], unique=False)
    op.create_table(
        "unagreed_absence_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unagreed_absence_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "commissioner",
                "host_school",
                "provider",
                name="partyrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_unagreed_absence_notes_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_unagreed_absence_notes_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["unagreed_absence_id", "placement_id"],
            ["unagreed_absences.id", "unagreed_absences.placement_id"],
            name=op.f("fk_unagreed_absence_notes_unagreed_absence_id_placement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unagreed_absence_notes")),
    )
    op.create_index(
        op.f("ix_unagreed_absence_notes_placement_id"), "unagreed_absence_notes", ["placement_id"], unique=False
    )
    op.create_index(
        op.f("ix_unagreed_absence_notes_unagreed_absence_id"),
        "unagreed_absence_notes",
        ["unagreed_absence_id"],
        unique=False,
    )
    op.add_column("agreements", sa.Column("early_departure_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_agreements_early_departure_id_organisation_id"),
        "agreements",
        ["early_departure_id", "organisation_id"],
    )
    op.create_foreign_key(
        op.f("fk_agreements_early_departure_id_placement_id"),
        "agreements",
        "early_departures",
        ["early_departure_id", "placement_id"],
        ["id", "placement_id"],
    )
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.create_check_constraint(
        op.f("ck_agreements_one_subject"), "agreements", f"num_nonnulls({_ASKED}, early_departure_id) = 1"
    )
    op.execute(TRIGGERS)
    _secure()


def _secure() -> None:
    mine = f"requested_by_id = {ME} and {provided('early_departures')}"
    secure(
        "early_departures",
        viewer("early_departures", "on_date"),
        adds=f"{mine} and state = 'requested' and settled_at is null",
        changes=party("early_departures"),
        columns=(
            "state",
            "settled_at",
            "left_at",
            "handed_to",
            "departure_recorded_at",
            "changed_at",
            "version",
        ),
    )
    secure(
        "parental_consents",
        seen("early_departures", "early_departure_id", "parental_consents"),
        adds=f"recorded_by_id = {ME} and {provided('parental_consents')}",
        worker="adds",
    )
    secure(
        "unagreed_absences",
        viewer("unagreed_absences", "starts_on"),
        adds=f"reported_by_id = {ME} and {party('unagreed_absences')} and state = 'open'",
        changes=party("unagreed_absences"),
        columns=("state", "outcome", "reviewed_by", "reviewed_at", "review_note", "changed_at", "version"),
        worker="adds",
    )
    secure(
        "unagreed_absence_notes",
        seen("unagreed_absences", "unagreed_absence_id", "unagreed_absence_notes"),
        adds=f"organisation_id = {ME} and {party('unagreed_absence_notes')}",
        worker="adds",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.execute("delete from agreements where early_departure_id is not null")
    op.create_check_constraint(op.f("ck_agreements_one_subject"), "agreements", f"num_nonnulls({_ASKED}) = 1")
    op.drop_column("agreements", "early_departure_id")
    for table in ("unagreed_absence_notes", "unagreed_absences", "parental_consents", "early_departures"):
        op.drop_table(table)
    op.execute("drop function keep_early_departure(), keep_unagreed_absence()")
