"""Part-time plans, facts about placed children, and the clocks that the parties live by.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, allow_function, other_side, owned, party, secure, viewer

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What a plan may become, and by whom: the provider only ends it, by ending the placement.
KEEP_PLAN = """
create function keep_part_time_plan() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
begin
    if me is null then
        return new;
    end if;
    if new.ends_on > old.ends_on
       or new.state <> old.state and (
            old.state in ('ended', 'refused', 'withdrawn', 'lapsed')
            or new.state in ('proposed', 'lapsed', 'overdue')
            or new.state not in ('ended', 'withdrawn') and exists (
                select 1 from placements p where p.id = old.placement_id and p.provider_id = me)) then
        raise insufficient_privilege using message = 'this party does not change this of a part-time plan now';
    end if;
    return new;
end $$;

create trigger part_time_plans_keep before update on part_time_plans
    for each row execute function keep_part_time_plan();
"""

# The same days as `rules.registration_threshold.births_of_compulsory_age`.
COMPULSORY_AGE = """
create function births_of_compulsory_age(this_day date) returns daterange
language sql immutable set search_path = public, pg_temp as $$
    select daterange(
        make_date(year + case when this_day > end_of_june - (extract(isodow from end_of_june)::int + 2) % 7
                              then 1 else 0 end - 17, 9, 1),
        case when this_day >= make_date(year, 12, 31) then make_date(year - 5, 12, 31)
             when this_day >= make_date(year, 8, 31) then make_date(year - 5, 8, 31)
             when this_day >= make_date(year, 3, 31) then make_date(year - 5, 3, 31)
             else make_date(year - 6, 12, 31) end, '[]')
    from (select extract(year from this_day)::int as year,
                 make_date(extract(year from this_day)::int, 6, 30) as end_of_june) as day
$$;
"""

# Whether a provider teaches enough pupils full time to have to register, whosever they are. It answers the provider,
# the councils that watch over it, and the worker, and says nothing but yes or no.
THRESHOLDS = """
create function registration_thresholds(providers uuid[], this_day date)
returns table (provider_id uuid, reached boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    with me as (select nullif(current_setting('app.organisation', true), '')::uuid as id),
    age as (select births_of_compulsory_age(this_day) as births),
    known as (
        select o.id from organisations o, me
        where o.id = any(providers) and o.kind = 'provider'
          and (o.id = me.id or o.registered_by_id = me.id
               or exists (select 1 from lot_awards a where a.provider_id = o.id and a.council_id = me.id)
               or me.id is null and pg_has_role(session_user, 'waymark_worker', 'usage')))
    select known.id,
           count(distinct u.id) >= 5 or count(distinct u.id) filter (where f.looked_after or f.ehcp) >= 1
    from known
    left join placements p on p.provider_id = known.id and p.state = 'accepted' and p.pattern = 'full_time'
        and this_day between p.starts_on and p.ends_on
    left join pupils u on u.id = p.pupil_id and u.date_of_birth <@ (select births from age)
    left join placement_facts f on f.placement_id = p.id
    group by known.id
$$;
"""
REGISTRATION_THRESHOLDS = "registration_thresholds(uuid[], date)"

_ASKED = "suspension_id, immediate_termination_id, extension_id, early_departure_id"
SUBJECTS = f"num_nonnulls({_ASKED}, part_time_plan_id) = 1"
SUBJECTS_BEFORE = f"num_nonnulls({_ASKED}) = 1"

COMMISSIONED = owned("placements", "placement_id", "placement_facts", "commissioner_id")


def upgrade() -> None:
    op.create_table(
        "clock_sweeps",
        sa.Column("world", sa.String(length=40), nullable=False),
        sa.Column("swept_on", sa.Date(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("world", name=op.f("pk_clock_sweeps")),
    )
    op.create_table(
        "clock_tellings",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
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
                name="clockkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "upcoming",
                "due",
                "overdue",
                "done",
                "not_applicable",
                name="clockstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", "due", "state", name=op.f("pk_clock_tellings")),
    )
    op.create_table(
        "part_time_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("extends_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "agreed",
                "overdue",
                "ended",
                "extended",
                "refused",
                "withdrawn",
                "lapsed",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "mental_health",
                "physical_health",
                "return_after_absence",
                "return_after_exclusion",
                "emotionally_based_avoidance",
                "sen_transition",
                "behaviour",
                "other",
                name="planreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("sessions_not_attended", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("targets", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("review_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("risk_assessed_on", sa.Date(), nullable=False),
        sa.Column("risk_assessed_by", sa.String(length=200), nullable=False),
        sa.Column("parents_agreed_by", sa.String(length=200), nullable=False),
        sa.Column(
            "parents_agreed_how",
            sa.Enum(
                "in_person",
                "phone",
                "video_call",
                "email",
                "letter",
                "portal",
                name="parentsagreedhow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parents_agreed_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_part_time_plans_dates_in_order")),
        sa.CheckConstraint("weeks in (6, 12)", name=op.f("ck_part_time_plans_weeks")),
        sa.ForeignKeyConstraint(
            ["extends_id", "placement_id"],
            ["part_time_plans.id", "part_time_plans.placement_id"],
            name=op.f("fk_part_time_plans_extends_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_part_time_plans_placement_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["organisations.id"], name=op.f("fk_part_time_plans_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_time_plans")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_part_time_plans_id_placement_id")),
    )
    op.create_index(op.f("ix_part_time_plans_extends_id"), "part_time_plans", ["extends_id"], unique=False)
    op.create_index(
        "ix_part_time_plans_lapsing",
        "part_time_plans",
        ["starts_on"],
        unique=False,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(op.f("ix_part_time_plans_placement_id"), "part_time_plans", ["placement_id"], unique=False)
    op.create_table(
        "placement_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("looked_after", sa.Boolean(), nullable=True),
        sa.Column("ehcp", sa.Boolean(), nullable=True),
        sa.Column(
            "exclusion",
            sa.Enum(
                "permanent", "suspension", name="exclusionkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("excluded_on", sa.Date(), nullable=True),
        sa.Column("exclusion_days", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(exclusion_days is not null) = coalesce(exclusion = 'suspension', false)",
            name=op.f("ck_placement_facts_length"),
        ),
        sa.CheckConstraint(
            "(excluded_on is null) = (exclusion is null)", name=op.f("ck_placement_facts_exclusion_whole")
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_placement_facts_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_facts")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_placement_facts_placement_id")),
    )
    op.create_table(
        "part_time_plan_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("led_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("continue", "end", name="reviewdecision", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_part_time_plan_reviews_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "placement_id"],
            ["part_time_plans.id", "part_time_plans.placement_id"],
            name=op.f("fk_part_time_plan_reviews_plan_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["organisations.id"], name=op.f("fk_part_time_plan_reviews_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_time_plan_reviews")),
        sa.UniqueConstraint("plan_id", "held_on", name=op.f("uq_part_time_plan_reviews_plan_id_held_on")),
    )
    op.create_index(
        op.f("ix_part_time_plan_reviews_placement_id"), "part_time_plan_reviews", ["placement_id"], unique=False
    )
    op.add_column("agreements", sa.Column("part_time_plan_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_agreements_part_time_plan_id_organisation_id"), "agreements", ["part_time_plan_id", "organisation_id"]
    )
    op.create_foreign_key(
        op.f("fk_agreements_part_time_plan_id_placement_id"),
        "agreements",
        "part_time_plans",
        ["part_time_plan_id", "placement_id"],
        ["id", "placement_id"],
    )
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.create_check_constraint(op.f("ck_agreements_one_subject"), "agreements", SUBJECTS)
    op.execute(KEEP_PLAN)
    op.execute(COMPULSORY_AGE)
    op.execute(THRESHOLDS)
    allow_function(REGISTRATION_THRESHOLDS)
    _secure()


def _secure() -> None:
    secure(
        "part_time_plans",
        viewer("part_time_plans"),
        adds=f"proposed_by_id = {ME} and state = 'proposed' and {other_side('part_time_plans')}",
        changes=party("part_time_plans"),
        columns=("state", "ends_on", "settled_at", "ended_at", "ended_because", "changed_at", "version"),
    )
    secure(
        "part_time_plan_reviews",
        viewer("part_time_plan_reviews"),
        adds=f"recorded_by_id = {ME} and {other_side('part_time_plan_reviews')}",
    )
    secure(
        "placement_facts",
        viewer("placement_facts"),
        adds=COMMISSIONED,
        changes=COMMISSIONED,
        columns=(
            "looked_after",
            "ehcp",
            "exclusion",
            "excluded_on",
            "exclusion_days",
            "changed_at",
            "version",
        ),
    )
    secure("clock_tellings", "false")
    secure("clock_sweeps", "false")


def downgrade() -> None:
    op.execute(f"drop function {REGISTRATION_THRESHOLDS}, births_of_compulsory_age(date)")
    op.execute("update expected_sessions set waived_by = null where waived_by = 'part_time_plan'")
    op.execute("delete from agreements where part_time_plan_id is not null")
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.create_check_constraint(op.f("ck_agreements_one_subject"), "agreements", SUBJECTS_BEFORE)
    op.drop_constraint(op.f("fk_agreements_part_time_plan_id_placement_id"), "agreements", type_="foreignkey")
    op.drop_constraint(op.f("uq_agreements_part_time_plan_id_organisation_id"), "agreements", type_="unique")
    op.drop_column("agreements", "part_time_plan_id")
    op.drop_index(op.f("ix_part_time_plan_reviews_placement_id"), table_name="part_time_plan_reviews")
    op.drop_table("part_time_plan_reviews")
    op.drop_table("placement_facts")
    op.drop_index(op.f("ix_part_time_plans_placement_id"), table_name="part_time_plans")
    op.drop_index(
        "ix_part_time_plans_lapsing", table_name="part_time_plans", postgresql_where=sa.text("state = 'proposed'")
    )
    op.drop_index(op.f("ix_part_time_plans_extends_id"), table_name="part_time_plans")
    op.drop_table("part_time_plans")
    op.drop_table("clock_tellings")
    op.drop_table("clock_sweeps")
    op.execute("drop function keep_part_time_plan()")
