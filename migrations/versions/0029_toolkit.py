"""Toolkit assessments in depth: named assessors, their role, sources of evidence, actions with an owner and a day;
councils' questions; peer reviews by consent; readiness for an application for a lot; shares.

Revision ID: 0029
Revises: 0028

The application changes of a draft what the service does, and no other column.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, resecure, secure

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_ROLES = ("itself", "council", "school", "peer_provider", "school_itself")

FILL_ROLES = """
update toolkit_assessments a set assessor_role = case
    when a.assessor_id <> a.provider_id then case o.kind when 'provider' then 'peer_provider' else o.kind end
    when o.kind = 'school' then 'school_itself' else 'itself' end
from organisations o where o.id = a.assessor_id
"""


# The council itself, and the providers that it oversees: awarded, registered, or applying for a lot of it.
SEES_QUESTIONS = (
    f"council_id = {ME}"
    f" or exists (select 1 from lot_awards a where a.provider_id = {ME}"
    " and a.council_id = toolkit_question_sets.council_id)"
    f" or exists (select 1 from organisations o where o.id = {ME}"
    " and o.registered_by_id = toolkit_question_sets.council_id)"
    f" or exists (select 1 from lot_applications a where a.provider_id = {ME} and a.state <> 'withdrawn'"
    " and a.council_id = toolkit_question_sets.council_id)"
)
I_AM_A_COUNCIL = f"exists (select 1 from organisations o where o.id = {ME} and o.kind = 'council')"
BEGINS = (
    f"assessor_id = {ME} and state = 'draft' and completed_at is null and (question_set_id is null or exists"
    " (select 1 from toolkit_question_sets q where q.id = toolkit_assessments.question_set_id and q.state = 'current'))"
    " and (use <> 'peer_review' or exists (select 1 from toolkit_peer_reviews r"
    " where r.id = toolkit_assessments.peer_review_id and r.state = 'agreed'))"
    " and (lot_application_id is null or use = 'readiness_of_prospective_provider' and exists"
    " (select 1 from lot_applications l where l.id = toolkit_assessments.lot_application_id"
    " and l.state in ('submitted', 'under_evaluation')))"
)
BEGAN_BEFORE = f"assessor_id = {ME}"
_OVERSEEN = (
    f"exists (select 1 from lot_awards a where a.provider_id = toolkit_assessments.provider_id and a.council_id = {ME})"
    " or exists (select 1 from organisations o where o.id = toolkit_assessments.provider_id"
    f" and o.registered_by_id = {ME})"
)
_TO_COUNCILS = f"use not in ('peer_review', 'in_school_provision') and ({_OVERSEEN})"
READS = (
    f"assessor_id = {ME} or (state = 'complete' and (provider_id = {ME} or lot_council_id = {ME}"
    f" or (lot_application_id is null and {_TO_COUNCILS}) or exists (select 1 from toolkit_shares s"
    f" where s.assessment_id = toolkit_assessments.id and s.shared_with_id = {ME} and s.state = 'standing')))"
)
SEES_SHARES = f"{ME} in (provider_id, shared_with_id)"
I_SHARE = (
    f"provider_id = {ME} and state = 'standing' and retracted_at is null"
    " and exists (select 1 from organisations o where o.id = toolkit_shares.shared_with_id)"
)
READ_BEFORE = f"assessor_id = {ME} or (state = 'complete' and (provider_id = {ME} or ({_TO_COUNCILS})))"
# Whom an assessment about a provider is told to: one for an application tells its assessor of no other council.
COUNCILS_OVERSEEING = """
create or replace function councils_overseeing(wanted uuid) returns table (council_id uuid)
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
                    and a.use not in ('peer_review', 'in_school_provision'){but})
$$;
"""

THE_TWO = f"{ME} in (reviewed_id, reviewer_id)"
I_PROPOSE = (
    f"proposed_by_id = {ME} and {THE_TWO} and (state = 'agreed' and reviewed_id = {ME}"
    f" or state = 'asked' and reviewer_id = {ME}) and refused_because is null and not exists"
    " (select 1 from organisations o where o.id in (reviewed_id, reviewer_id) and o.kind <> 'provider')"
    " and 2 = (select count(*) from organisations o where o.id in (reviewed_id, reviewer_id))"
)

FUNCTIONS = """
create function keep_peer_review() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
begin
    if me is not null and not coalesce(case
        when (old.state, new.state) in (('asked', 'agreed'), ('asked', 'refused')) then me = old.reviewed_id
        when (old.state, new.state) = ('asked', 'withdrawn') then me = old.reviewer_id
        when (old.state, new.state) = ('agreed', 'withdrawn') then true
        when (old.state, new.state) = ('agreed', 'complete') then me = old.reviewer_id and exists (
            select 1 from toolkit_assessments a where a.peer_review_id = old.id and a.state = 'complete')
        end, false)
       or new.refused_because is distinct from old.refused_because and new.state <> 'refused'
    then
        raise insufficient_privilege using message = 'a peer review is not moved so by this provider';
    end if;
    return new;
end $$;

create trigger toolkit_peer_reviews_keep before update on toolkit_peer_reviews
    for each row execute function keep_peer_review();

create function keep_consent() returns trigger language plpgsql as $$
begin
    if new.use = 'peer_review' and new.state = 'complete' and not exists (
        select 1 from toolkit_peer_reviews r where r.id = new.peer_review_id and r.state = 'agreed')
    then
        raise insufficient_privilege using message = 'a peer review is complete by consent of the one reviewed';
    end if;
    return new;
end $$;

create trigger toolkit_assessments_consent before update on toolkit_assessments
    for each row execute function keep_consent();

create function keep_share_of_complete() returns trigger language plpgsql as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null and not exists (
        select 1 from toolkit_assessments a where a.id = new.assessment_id and a.state = 'complete')
    then
        raise insufficient_privilege using message = 'an assessment is shared once it is complete';
    end if;
    return new;
end $$;

create trigger toolkit_shares_of_complete before insert on toolkit_shares
    for each row execute function keep_share_of_complete();

create trigger toolkit_shares_keep before update on toolkit_shares
    for each row execute function keep_closed('retracted');

create function keep_question_set() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in
       (('current', 'superseded'), ('current', 'withdrawn'), ('superseded', 'withdrawn')) then
        raise insufficient_privilege using message = 'a set of questions is superseded or withdrawn, and never back';
    end if;
    return new;
end $$;

create trigger toolkit_question_sets_keep before update on toolkit_question_sets
    for each row execute function keep_question_set();
"""
DROP_FUNCTIONS = """
drop trigger toolkit_shares_keep on toolkit_shares;
drop trigger toolkit_shares_of_complete on toolkit_shares;
drop function keep_share_of_complete();
drop trigger toolkit_assessments_consent on toolkit_assessments;
drop trigger toolkit_peer_reviews_keep on toolkit_peer_reviews;
drop function keep_consent(), keep_peer_review();
drop trigger toolkit_question_sets_keep on toolkit_question_sets;
drop function keep_question_set();
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _widen_assessments()
    _keep_questions()
    _keep_peer_reviews()
    _link_applications()
    _share()
    op.execute(FUNCTIONS)
    op.execute(COUNCILS_OVERSEEING.format(but=" and a.lot_application_id is null"))
    resecure("toolkit_assessments", "app_sees", READS)
    resecure("toolkit_assessments", "app_adds", BEGINS)


def _keep_questions() -> None:
    op.create_table(
        "toolkit_question_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", _one_of("questionsetstate", "current", "superseded", "withdrawn"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("permission", sa.String(length=500), nullable=False),
        sa.Column("areas", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_toolkit_question_sets_council_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toolkit_question_sets")),
        sa.UniqueConstraint("council_id", "edition", name=op.f("uq_toolkit_question_sets_council_id_edition")),
    )
    op.create_index(
        "uq_toolkit_question_sets_current",
        "toolkit_question_sets",
        ["council_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    secure(
        "toolkit_question_sets",
        SEES_QUESTIONS,
        adds=f"council_id = {ME} and state = 'current' and {I_AM_A_COUNCIL}",
        changes=f"council_id = {ME}",
        columns=("state", "changed_at", "version"),
    )
    op.add_column("toolkit_assessments", sa.Column("question_set_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_toolkit_assessments_question_set_id"),
        "toolkit_assessments",
        "toolkit_question_sets",
        ["question_set_id"],
        ["id"],
    )


def _widen_assessments() -> None:
    for table, column in (
        ("toolkit_assessments", "named_assessors"),
        ("toolkit_entries", "sources"),
        ("toolkit_entries", "planned_actions"),
    ):
        op.add_column(table, sa.Column(column, _JSON, nullable=False, server_default=sa.text("'[]'::jsonb")))
        op.alter_column(table, column, server_default=None)
    op.add_column("toolkit_assessments", sa.Column("assessor_role", sa.String(40), nullable=True))
    op.execute("alter table toolkit_assessments disable trigger toolkit_assessments_keep")
    op.execute(FILL_ROLES)
    op.execute("alter table toolkit_assessments enable trigger toolkit_assessments_keep")
    op.alter_column("toolkit_assessments", "assessor_role", type_=_one_of("assessorrole", *_ROLES), nullable=False)
    op.create_check_constraint(
        op.f("ck_toolkit_assessments_role_is_its_own"),
        "toolkit_assessments",
        "(assessor_role in ('itself', 'school_itself')) = (assessor_id = provider_id)",
    )
    op.execute("revoke update on toolkit_assessments, toolkit_entries from waymark_app")
    op.execute(
        "grant update (state, assessors, named_assessors, completed_at, changed_at, version)"
        " on toolkit_assessments to waymark_app"
    )
    op.execute(
        "grant update (strengths, development_areas, evidence, sources, actions, planned_actions,"
        " not_applicable_because) on toolkit_entries to waymark_app"
    )


def _keep_peer_reviews() -> None:
    states = _one_of("peerreviewstate", "asked", "agreed", "refused", "withdrawn", "complete")
    op.create_table(
        "toolkit_peer_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reviewed_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("refused_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint("reviewed_id <> reviewer_id", name=op.f("ck_toolkit_peer_reviews_two_providers")),
        sa.CheckConstraint(
            "proposed_by_id in (reviewed_id, reviewer_id)", name=op.f("ck_toolkit_peer_reviews_proposed_by_one")
        ),
        *(
            sa.ForeignKeyConstraint([each], ["organisations.id"], name=op.f(f"fk_toolkit_peer_reviews_{each}"))
            for each in ("reviewed_id", "reviewer_id", "proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toolkit_peer_reviews")),
        sa.UniqueConstraint(
            "id", "reviewed_id", "reviewer_id", name=op.f("uq_toolkit_peer_reviews_id_reviewed_id_reviewer_id")
        ),
    )
    op.create_index(
        "uq_toolkit_peer_reviews_standing",
        "toolkit_peer_reviews",
        ["reviewed_id", "reviewer_id"],
        unique=True,
        postgresql_where=sa.text("state in ('asked', 'agreed')"),
    )
    op.create_index(op.f("ix_toolkit_peer_reviews_reviewer_id"), "toolkit_peer_reviews", ["reviewer_id"], unique=False)
    secure(
        "toolkit_peer_reviews",
        THE_TWO,
        adds=I_PROPOSE,
        changes=THE_TWO,
        columns=("state", "refused_because", "changed_at", "version"),
    )
    op.add_column("toolkit_assessments", sa.Column("peer_review_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_toolkit_assessments_peer_review_id"), "toolkit_assessments", ["peer_review_id"]
    )
    op.create_check_constraint(
        op.f("ck_toolkit_assessments_of_a_peer_review"),
        "toolkit_assessments",
        "peer_review_id is null or use = 'peer_review'",
    )
    op.create_foreign_key(
        op.f("fk_toolkit_assessments_peer_review_id_provider_id_assessor_id"),
        "toolkit_assessments",
        "toolkit_peer_reviews",
        ["peer_review_id", "provider_id", "assessor_id"],
        ["id", "reviewed_id", "reviewer_id"],
    )
    op.execute("grant update (peer_review_id) on toolkit_assessments to waymark_app")


def _link_applications() -> None:
    op.add_column("toolkit_assessments", sa.Column("lot_application_id", sa.Uuid(), nullable=True))
    op.add_column("toolkit_assessments", sa.Column("lot_council_id", sa.Uuid(), nullable=True))
    op.create_index(
        op.f("ix_toolkit_assessments_lot_application_id"), "toolkit_assessments", ["lot_application_id"], unique=False
    )
    op.create_check_constraint(
        op.f("ck_toolkit_assessments_of_an_application"),
        "toolkit_assessments",
        "(lot_application_id is null) = (lot_council_id is null)",
    )
    op.create_foreign_key(
        op.f("fk_toolkit_assessments_lot_application_id_lot_council_id_provider_id"),
        "toolkit_assessments",
        "lot_applications",
        ["lot_application_id", "lot_council_id", "provider_id"],
        ["id", "council_id", "provider_id"],
    )


def _share() -> None:
    op.create_table(
        "toolkit_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("shared_with_id", sa.Uuid(), nullable=False),
        sa.Column("state", _one_of("sharestate", "standing", "retracted"), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "shared_with_id not in (provider_id, assessor_id)", name=op.f("ck_toolkit_shares_with_another")
        ),
        sa.CheckConstraint(
            "(state = 'retracted') = (retracted_at is not null)", name=op.f("ck_toolkit_shares_retracted_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id", "provider_id", "assessor_id"],
            ["toolkit_assessments.id", "toolkit_assessments.provider_id", "toolkit_assessments.assessor_id"],
            name=op.f("fk_toolkit_shares_assessment_id_provider_id_assessor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shared_with_id"], ["organisations.id"], name=op.f("fk_toolkit_shares_shared_with_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toolkit_shares")),
    )
    op.create_index(
        "uq_toolkit_shares_standing",
        "toolkit_shares",
        ["assessment_id", "shared_with_id"],
        unique=True,
        postgresql_where=sa.text("state = 'standing'"),
    )
    for column in ("provider_id", "shared_with_id"):
        op.create_index(op.f(f"ix_toolkit_shares_{column}"), "toolkit_shares", [column], unique=False)
    secure(
        "toolkit_shares",
        SEES_SHARES,
        adds=I_SHARE,
        changes=f"provider_id = {ME}",
        columns=("state", "retracted_at", "changed_at", "version"),
    )


def downgrade() -> None:
    resecure("toolkit_assessments", "app_adds", BEGAN_BEFORE)
    resecure("toolkit_assessments", "app_sees", READ_BEFORE)
    op.execute(COUNCILS_OVERSEEING.format(but=""))
    op.execute(DROP_FUNCTIONS)
    op.drop_table("toolkit_shares")
    op.drop_column("toolkit_assessments", "lot_application_id")
    op.drop_column("toolkit_assessments", "lot_council_id")
    op.execute("revoke update (peer_review_id) on toolkit_assessments from waymark_app")
    op.drop_column("toolkit_assessments", "peer_review_id")
    op.drop_table("toolkit_peer_reviews")
    op.drop_column("toolkit_assessments", "question_set_id")
    op.drop_table("toolkit_question_sets")
    _narrow_assessments()


def _narrow_assessments() -> None:
    op.execute(
        "revoke update (state, assessors, named_assessors, completed_at, changed_at, version)"
        " on toolkit_assessments from waymark_app"
    )
    op.execute(
        "revoke update (strengths, development_areas, evidence, sources, actions, planned_actions,"
        " not_applicable_because) on toolkit_entries from waymark_app"
    )
    op.execute("grant update on toolkit_assessments, toolkit_entries to waymark_app")
    op.drop_constraint(op.f("ck_toolkit_assessments_role_is_its_own"), "toolkit_assessments", type_="check")
    op.drop_column("toolkit_assessments", "assessor_role")
    op.drop_column("toolkit_assessments", "named_assessors")
    op.drop_column("toolkit_entries", "sources")
    op.drop_column("toolkit_entries", "planned_actions")
