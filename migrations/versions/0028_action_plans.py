"""Action plans with their actions, steps and reviews, and concerns; actions of visits become actions of plans.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, MY_COUNCIL, secure, seen

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SOURCES = ("visit_id", "toolkit_assessment_id", "qa_return_id", "concern_id")

# What each side of a plan may do to an action: the provider says that it is done, its keeper all else.
KEEP_ACTION = """
create function keep_action() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    step text := old.state || ' ' || new.state;
    open_to_it text[] := case when me = old.kept_by_id
        then '{state,owner,due_on,done_on,how_known,closed_on,changed_at,version}'
        else '{state,owner,note,evidence,done_on,changed_at,version}' end;
begin
    if me is null then
        return new;
    end if;
    if me = old.kept_by_id and me = old.provider_id then
        open_to_it := open_to_it || '{note,evidence}';
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or old.state = 'closed' and step <> 'closed open'
       or step = 'open done' and me <> old.provider_id
       or step not in ('open done', 'open open') and me <> old.kept_by_id
       or new.done_on is distinct from old.done_on and new.done_on is not null and me <> old.provider_id then
        raise insufficient_privilege using message = 'this side does not change this of an action now';
    end if;
    return new;
end $$;

create trigger actions_keep before update on actions for each row execute function keep_action();
"""

# Ids, states and days stay; a plan is closed where each of its actions is. Who did what when was not kept.
MOVE_IN = """
insert into action_plans (id, created_at, changed_at, version, kept_by_id, provider_id, title, visit_id, state,
                          review_on, closed_on)
select gen_random_uuid(), min(created_at), max(changed_at), 1, council_id, provider_id, 'Actions of a visit', visit_id,
       case when bool_and(state = 'closed') then 'closed' else 'open' end,
       max(due_on),
       case when bool_and(state = 'closed') then (max(changed_at) at time zone 'Europe/London')::date end
from qa_actions group by visit_id, council_id, provider_id;

insert into actions (id, created_at, changed_at, version, plan_id, kept_by_id, provider_id, text, owner, due_on, state,
                     note, evidence, done_on, closed_on)
select a.id, a.created_at, a.changed_at, a.version, p.id, a.council_id, a.provider_id, a.text, a.owner, a.due_on,
       a.state, a.note, '{}',
       case when a.state = 'done' then (a.changed_at at time zone 'Europe/London')::date end,
       case when a.state = 'closed' then (a.changed_at at time zone 'Europe/London')::date end
from qa_actions a join action_plans p on p.visit_id = a.visit_id;

insert into action_steps (id, action_id, number, kept_by_id, provider_id, what, at, by_id)
select gen_random_uuid(), id, 1, kept_by_id, provider_id, 'set', created_at, kept_by_id from actions;
"""

# Only what came of a council's visit has a place in the table of before.
MOVE_OUT = """
insert into qa_actions (id, created_at, changed_at, version, visit_id, council_id, provider_id, text, owner, due_on,
                        state, note)
select a.id, a.created_at, a.changed_at, a.version, v.id, v.council_id, v.provider_id, a.text, a.owner, a.due_on,
       a.state, a.note
from actions a join action_plans p on p.id = a.plan_id
join qa_visits v on v.id = p.visit_id and v.council_id = p.kept_by_id;
"""

_ACTION_STATES = ("open", "done", "closed")


# What each party may do to a concern: the council settles it, whoever raised it takes it back, the provider answers.
KEEP_CONCERN = """
create function keep_concern() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    step text := old.state || ' ' || new.state;
    open_to_it text[] := case when me = old.council_id
        then '{state,due_on,shared_at,settled_because,settled_at,changed_at,version}'
        when me = old.raised_by_id then '{state,settled_because,settled_at,changed_at,version}'
        else '{state,due_on,answer,answered_at,changed_at,version}' end;
begin
    if me is null then
        return new;
    end if;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or old.state in ('closed', 'withdrawn')
       or new.state <> old.state and not coalesce(
            me = old.council_id and (step = 'raised shared' or new.state in ('acted_on', 'closed'))
            or me = old.raised_by_id and step = 'raised withdrawn'
            or me = old.provider_id and step = 'shared answered', false)
       or old.shared_at is not null and new.shared_at is distinct from old.shared_at then
        raise insufficient_privilege using message = 'this party does not change this of a concern now';
    end if;
    return new;
end $$;

create trigger concerns_keep before update on concerns for each row execute function keep_concern();
"""


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_qa_visits_id_provider_id"), "qa_visits", ["id", "provider_id"])
    op.create_unique_constraint(
        op.f("uq_toolkit_assessments_id_provider_id"), "toolkit_assessments", ["id", "provider_id"]
    )
    _make_concerns()
    _make_plans()
    _make_actions()
    _make_steps_and_reviews()
    op.execute(MOVE_IN)
    op.drop_table("qa_actions")
    op.execute(KEEP_ACTION)
    op.execute(KEEP_CONCERN)
    _secure()


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _of_plan(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["plan_id", "kept_by_id", "provider_id"],
        ["action_plans.id", "action_plans.kept_by_id", "action_plans.provider_id"],
        name=op.f(f"fk_{table}_plan_id_kept_by_id_provider_id"),
    )


def _make_concerns() -> None:
    states = ("raised", "shared", "answered", "acted_on", "closed", "withdrawn")
    op.create_table(
        "concerns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("raised_by_id", sa.Uuid(), nullable=False),
        sa.Column("raiser_may_be_named", sa.Boolean(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("state", _enum("concernstate", *states), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=8000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_because", sa.String(length=2000), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_told_for", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id", "provider_id"],
            ["qa_visits.id", "qa_visits.provider_id"],
            name=op.f("fk_concerns_visit_id_provider_id"),
        ),
        *(
            sa.ForeignKeyConstraint([column], ["organisations.id"], name=op.f(f"fk_concerns_{column}"))
            for column in ("council_id", "provider_id", "raised_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint("id", "council_id", "provider_id", name=op.f("uq_concerns_id_council_id_provider_id")),
    )
    for column in ("council_id", "provider_id", "raised_by_id"):
        op.create_index(op.f(f"ix_concerns_{column}"), "concerns", [column])
    op.create_index(
        "ix_concerns_due",
        "concerns",
        ["due_on"],
        postgresql_where=sa.text("state in ('raised', 'shared', 'answered')"),
    )


def _make_plans() -> None:
    op.create_table(
        "action_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        *(sa.Column(column, sa.Uuid(), nullable=True) for column in SOURCES),
        sa.Column("state", _enum("actionplanstate", "open", "closed"), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("review_told_for", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_note", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(f"num_nonnulls({', '.join(SOURCES)}) <= 1", name=op.f("ck_action_plans_one_source")),
        sa.ForeignKeyConstraint(
            ["visit_id", "provider_id"],
            ["qa_visits.id", "qa_visits.provider_id"],
            name=op.f("fk_action_plans_visit_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["toolkit_assessment_id", "provider_id"],
            ["toolkit_assessments.id", "toolkit_assessments.provider_id"],
            name=op.f("fk_action_plans_toolkit_assessment_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["qa_return_id", "provider_id"],
            ["qa_returns.id", "qa_returns.provider_id"],
            name=op.f("fk_action_plans_qa_return_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["concern_id", "kept_by_id", "provider_id"],
            ["concerns.id", "concerns.council_id", "concerns.provider_id"],
            name=op.f("fk_action_plans_concern_id_kept_by_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["kept_by_id"], ["organisations.id"], name=op.f("fk_action_plans_kept_by_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_action_plans_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plans")),
        sa.UniqueConstraint("id", "kept_by_id", "provider_id", name=op.f("uq_action_plans_id_kept_by_id_provider_id")),
    )
    for column in SOURCES:
        op.create_index(
            f"uq_action_plans_open_{column}",
            "action_plans",
            [column, "kept_by_id"],
            unique=True,
            postgresql_where=sa.text(f"state = 'open' and {column} is not null"),
        )
    op.create_index("ix_action_plans_review", "action_plans", ["review_on"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(op.f("ix_action_plans_kept_by_id"), "action_plans", ["kept_by_id"])
    op.create_index(op.f("ix_action_plans_provider_id"), "action_plans", ["provider_id"])


def _make_actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", _enum("actionstate", *_ACTION_STATES), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("how_known", sa.String(length=2000), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("due_told_for", sa.Date(), nullable=True),
        sa.Column("overdue_told_for", sa.Date(), nullable=True),
        _of_plan("actions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("id", "kept_by_id", "provider_id", name=op.f("uq_actions_id_kept_by_id_provider_id")),
    )
    op.create_index("ix_actions_due", "actions", ["due_on"], postgresql_where=sa.text("state = 'open'"))
    for column in ("plan_id", "kept_by_id", "provider_id"):
        op.create_index(op.f(f"ix_actions_{column}"), "actions", [column])


def _make_steps_and_reviews() -> None:
    steps = ("set", "completed", "confirmed", "closed", "reopened", "rescheduled", "owner_named")
    op.create_table(
        "action_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("what", _enum("actionstepkind", *steps), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id", "kept_by_id", "provider_id"],
            ["actions.id", "actions.kept_by_id", "actions.provider_id"],
            name=op.f("fk_action_steps_action_id_kept_by_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["organisations.id"], name=op.f("fk_action_steps_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_steps")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_action_steps_action_id_number")),
    )
    op.create_table(
        "action_plan_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("led_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        _of_plan("action_plan_reviews"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan_reviews")),
    )
    op.create_index(op.f("ix_action_plan_reviews_plan_id"), "action_plan_reviews", ["plan_id"])


# With itself, or with a provider that the council oversees, ever awarded a lot or was asked for one: the rules say
# which of these is enough for what.
_OVERSEEN = (
    f"provider_id = {ME}"
    f" or exists (select 1 from lot_awards a where a.provider_id = action_plans.provider_id and a.council_id = {ME})"
    " or exists (select 1 from lot_applications a where a.provider_id = action_plans.provider_id"
    f" and a.council_id = {ME})"
    f" or exists (select 1 from organisations o where o.id = action_plans.provider_id and o.registered_by_id = {ME})"
)
_SOURCE_SEEN = " and ".join(
    f"({column} is null or {seen(parent, column, 'action_plans')})"
    for parent, column in (
        ("qa_visits", "visit_id"),
        ("toolkit_assessments", "toolkit_assessment_id"),
        ("qa_returns", "qa_return_id"),
        ("concerns", "concern_id"),
    )
)


def _open_plan(table: str) -> str:
    return f"exists (select 1 from action_plans p where p.id = {table}.plan_id and p.state = 'open')"


def _secure() -> None:
    mine = f"(kept_by_id = {ME} or provider_id = {ME})"
    # A school sees what its council keeps of a visit that it may itself read.
    secure(
        "action_plans",
        f"{mine} or (kept_by_id = {MY_COUNCIL} and {seen('qa_visits', 'visit_id', 'action_plans')})",
        adds=f"kept_by_id = {ME} and state = 'open' and ({_OVERSEEN}) and {_SOURCE_SEEN}",
        changes=f"kept_by_id = {ME}",
        columns=("state", "review_on", "closed_on", "closing_note", "changed_at", "version"),
    )
    secure(
        "actions",
        f"{mine} or {seen('action_plans', 'plan_id', 'actions')}",
        adds=f"kept_by_id = {ME} and state = 'open' and {_open_plan('actions')}",
        changes=mine,
        columns=(
            "state",
            "owner",
            "due_on",
            "note",
            "evidence",
            "done_on",
            "how_known",
            "closed_on",
            "changed_at",
            "version",
        ),
    )
    secure(
        "concerns",
        f"council_id = {ME} or raised_by_id = {ME} or (provider_id = {ME} and shared_at is not null)",
        adds=f"raised_by_id = {ME} and council_id in ({ME}, {MY_COUNCIL}) and state = 'raised' and shared_at is null"
        f" and provider_id <> {ME} and {seen('organisations', 'provider_id', 'concerns')}"
        f" and (visit_id is null or {seen('qa_visits', 'visit_id', 'concerns')})",
        changes=f"council_id = {ME} or raised_by_id = {ME} or (provider_id = {ME} and shared_at is not null)",
        columns=(
            "state",
            "due_on",
            "shared_at",
            "answer",
            "answered_at",
            "settled_because",
            "settled_at",
            "changed_at",
            "version",
        ),
    )
    secure("action_steps", mine, adds=f"by_id = {ME} and {mine}")
    secure("action_plan_reviews", mine, adds=f"kept_by_id = {ME} and {_open_plan('action_plan_reviews')}")


def downgrade() -> None:
    op.create_table(
        "qa_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", _enum("actionstate", *_ACTION_STATES), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id", "council_id", "provider_id"],
            ["qa_visits.id", "qa_visits.council_id", "qa_visits.provider_id"],
            name=op.f("fk_qa_actions_visit_id_council_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_actions")),
    )
    op.create_index(op.f("ix_qa_actions_visit_id"), "qa_actions", ["visit_id"], unique=False)
    op.execute(MOVE_OUT)
    secure(
        "qa_actions",
        seen("qa_visits", "visit_id", "qa_actions"),
        adds=f"council_id = {ME}",
        changes=f"(council_id = {ME}) or (provider_id = {ME})",
    )
    op.execute(f"create policy app_removes on qa_actions for delete to waymark_app using (council_id = {ME})")
    op.execute(
        "create trigger qa_actions_provider before update on qa_actions"
        " for each row execute function provider_changes_only('state', 'note')"
    )
    for table in ("action_steps", "action_plan_reviews", "actions", "action_plans", "concerns"):
        op.drop_table(table)
    op.execute("drop function keep_action(), keep_concern()")
    op.drop_constraint(op.f("uq_toolkit_assessments_id_provider_id"), "toolkit_assessments", type_="unique")
    op.drop_constraint(op.f("uq_qa_visits_id_provider_id"), "qa_visits", type_="unique")
