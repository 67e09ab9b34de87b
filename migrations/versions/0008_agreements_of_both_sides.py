"""Immediate terminations and extensions: what both sides of a placement must agree to.

Revision ID: 0008
Revises: 0007

Either becomes `agreed` only where every party of the placement has said so itself, and only an extension that was
agreed moves a planned end, or an immediate termination that was agreed calls an accepted placement off. A provider may
commission for a child that is with it, and a calendar that governs placements notes what their ledger has to follow.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, party, secure, viewer

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = ("requested", "agreed", "refused", "withdrawn", "lapsed")
REASONS = ("serious_harm", "safeguarding", "criminal_matter", "provider_unable", "other_exceptional")
SUBJECTS = {"immediate_terminations": "immediate_termination_id", "extensions": "extension_id"}

# Words of functions that exist, and what stands in their place from this revision on.
KEEP_PLACEMENT = (
    ("declined_because,ends_on,start_told", "declined_because,planned_end_on,ends_on,start_told"),
    (
        "to_jsonb(old) - open_to_change then",
        """to_jsonb(old) - open_to_change
       or new.planned_end_on <> old.planned_end_on and not (
           new.planned_end_on > old.planned_end_on and exists (
               select 1 from extensions e where e.placement_id = old.id
                  and e.state = 'agreed' and e.new_end_on = new.planned_end_on)) then""",
    ),
    (
        "me = old.commissioner_id and me <> old.provider_id)), false)",
        """me = old.commissioner_id and me <> old.provider_id))
        or old.state = 'accepted' and new.state = 'withdrawn' and exists (
            select 1 from immediate_terminations t where t.placement_id = old.id
               and t.state = 'agreed' and t.effective_on < old.starts_on), false)""",
    ),
)
MAY_COMMISSION = (
    ("me.kind in ('council', 'school') and me.id <> provider", "me.id <> provider"),
    (
        "where p.pupil_id = pupil and v.organisation_id = me.id)",
        """where p.pupil_id = pupil and v.organisation_id = me.id and (me.kind in ('council', 'school')
                            or p.state = 'accepted' and me.id in (p.provider_id, p.host_school_id)))""",
    ),
)
REWRITTEN = {
    "keep_placement()": KEEP_PLACEMENT,
    "may_commission(uuid, uuid, uuid, uuid)": MAY_COMMISSION,
}

ONLY_BY_AGREEMENT = """
create function only_by_agreement() returns trigger language plpgsql as $$
begin
    if old.state <> 'requested' and new.state <> old.state then
        raise integrity_constraint_violation using message = 'what was settled stays settled';
    end if;
    if new.state = 'agreed' and old.state <> 'agreed' and exists (
        select 1 from placements p, unnest(array[p.commissioner_id, p.host_school_id, p.provider_id]) as needed(id)
        where p.id = new.placement_id and needed.id is not null and not exists (
            select 1 from agreements a
            where a.placement_id = new.placement_id and a.organisation_id = needed.id and a.answer = 'agreed'
              and (tg_table_name = 'extensions' and a.extension_id = new.id
                   or tg_table_name = 'immediate_terminations' and a.immediate_termination_id = new.id)))
    then
        raise integrity_constraint_violation using message = 'not every party has agreed';
    end if;
    return new;
end $$;
"""


def upgrade() -> None:
    _make("immediate_terminations", _columns_of_termination())
    _make("extensions", _columns_of_extension())
    op.add_column("agreements", sa.Column("on_behalf_of", sa.String(length=200), nullable=True))
    for table, column in SUBJECTS.items():
        op.add_column("agreements", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_agreements_{column}_placement_id"),
            "agreements",
            table,
            [column, "placement_id"],
            ["id", "placement_id"],
        )
        op.create_unique_constraint(
            op.f(f"uq_agreements_{column}_organisation_id"), "agreements", [column, "organisation_id"]
        )
    _one_of("suspension_id", *SUBJECTS.values())
    _secure()
    for function, changes in REWRITTEN.items():
        _rewrite(function, changes)
    op.add_column("calendars", sa.Column("follow_from", sa.Date(), nullable=True))
    op.create_index(
        "ix_calendars_following",
        "calendars",
        ["id"],
        unique=False,
        postgresql_where=sa.text("follow_from is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_calendars_following", table_name="calendars")
    op.drop_column("calendars", "follow_from")
    for function, changes in REWRITTEN.items():
        _rewrite(function, [(after, before) for before, after in changes])
    op.execute("drop policy app_adds_for_both_sides on agreements")
    op.execute("delete from agreements where suspension_id is null")
    _one_of("suspension_id")
    for table, column in SUBJECTS.items():
        op.drop_constraint(op.f(f"uq_agreements_{column}_organisation_id"), "agreements")
        op.drop_constraint(op.f(f"fk_agreements_{column}_placement_id"), "agreements")
        op.drop_column("agreements", column)
        op.drop_table(table)
    op.drop_column("agreements", "on_behalf_of")
    op.execute("drop function only_by_agreement()")


def _make(table: str, columns: Sequence[sa.schema.SchemaItem]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("state", _one_word("askedstate", STATES), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *columns,
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f(f"fk_{table}_placement_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["organisations.id"], name=op.f(f"fk_{table}_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("id", "placement_id", name=op.f(f"uq_{table}_id_placement_id")),
    )
    op.create_index(op.f(f"ix_{table}_placement_id"), table, ["placement_id"], unique=False)
    op.create_index(
        f"ix_{table}_lapsing", table, ["answer_by"], unique=False, postgresql_where=sa.text("state = 'requested'")
    )


def _columns_of_termination() -> Sequence[sa.schema.SchemaItem]:
    return (
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", _one_word("exceptionalreason", REASONS), nullable=False),
        sa.Column("circumstances", sa.String(length=500), nullable=False),
        sa.Column("previous_end_on", sa.Date(), nullable=False),
    )


def _columns_of_extension() -> Sequence[sa.schema.SchemaItem]:
    return (
        sa.Column("new_end_on", sa.Date(), nullable=False),
        sa.Column("end_by_agreement", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("previous_planned_end_on", sa.Date(), nullable=False),
        sa.CheckConstraint("previous_planned_end_on < new_end_on", name=op.f("ck_extensions_later")),
    )


def _rewrite(function: str, changes: Sequence[tuple[str, str]]) -> None:
    """Puts words in the place of others in a function, whatever else revisions before this one have changed in it."""
    find = sa.text("select pg_get_functiondef(cast(:function as regprocedure))")
    written = op.get_bind().scalar(find, {"function": function})
    for before, after in changes:
        if written.count(before) != 1:
            raise RuntimeError(f"{function} does not say once: {before}")
        written = written.replace(before, after)
    op.get_bind().exec_driver_sql(written)


def _one_word(name: str, words: Sequence[str]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _one_of(*columns: str) -> None:
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.create_check_constraint(
        op.f("ck_agreements_one_subject"), "agreements", f"num_nonnulls({', '.join(columns)}) = 1"
    )


def _secure() -> None:
    """A party asks and answers for itself alone; what was asked never changes, and is agreed as the trigger allows."""
    op.execute(ONLY_BY_AGREEMENT)
    for table in SUBJECTS:
        secure(
            table,
            viewer(table),
            adds=f"requested_by_id = {ME} and state = 'requested' and {party(table)}",
            changes=party(table),
            columns=("state", "answer_by", "settled_at", "changed_at", "version"),
        )
        op.execute(
            f"create trigger {table}_only_by_agreement before update on {table}"
            " for each row execute function only_by_agreement()"
        )
    op.execute(
        "create policy app_adds_for_both_sides on agreements for insert to waymark_app with check"
        f" (organisation_id = {ME} and num_nonnulls({', '.join(SUBJECTS.values())}) = 1 and {party('agreements')})"
    )
