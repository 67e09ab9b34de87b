"""Attachments: what each file is and whose, and which content is to be erased.

Revision ID: 0031
Revises: 0030

Whoever may read what a file is attached to may read the attachment: the policies ask the subject's own. The content is
in a store of its own, under a key that leads nowhere; a trigger names the keys to be erased, whatever made an
attachment go.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, allow_function, party, provided, secure

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = ("declared", "stored", "withdrawn", "lapsed")

# Of each kind of subject: its table, what a row of it must be for the caller to read an attachment to it, and what it
# must be for the caller to attach to it. `p` is the subject.
_MINE = "attachments.added_by_id = " + ME
SUBJECTS: dict[str, tuple[str, str, str]] = {
    "progress_report": (
        "progress_reports",
        f"attachments.stored_at <= p.submitted_at or {provided('attachments')}",
        f"p.placement_id = attachments.placement_id and p.state in ('draft', 'returned') and {provided('attachments')}",
    ),
    "qa_visit": (
        "qa_visits",
        f"p.provider_id <> {ME} or p.state in ('reported', 'published') or {_MINE}",
        f"{ME} in (p.council_id, p.provider_id) and p.state not in ('published', 'cancelled')",
    ),
    "toolkit_assessment": ("toolkit_assessments", "true", f"p.assessor_id = {ME} and p.state <> 'complete'"),
    "lot_application": (
        "lot_applications",
        "true",
        f"p.provider_id = {ME} and p.state not in ('awarded', 'not_awarded', 'withdrawn')",
    ),
    "safeguarding_confirmation": ("safeguarding_confirmations", "true", f"p.provider_id = {ME}"),
    "insurance_certificate": (
        "insurance_certificates",
        "true",
        f"p.provider_id = {ME} and p.withdrawn_on is null",
    ),
    "provider_policy": (
        "organisations",
        "true",
        f"p.kind = 'provider' and (p.id = {ME} or (p.registered_by_id = {ME} and not keeps_its_own_entry(p.id)))",
    ),
    "qa_return": (
        "qa_returns",
        f"attachments.stored_at <= p.submitted_at or p.provider_id = {ME}",
        f"p.provider_id = {ME} and p.state in ('requested', 'draft', 'returned')",
    ),
    "teaching_observation": (
        "teaching_observations",
        "true",
        f"p.placement_id = attachments.placement_id and p.observer_id = {ME} and p.state = 'draft'",
    ),
    "qualification": (
        "qualifications",
        "true",
        f"p.placement_id = attachments.placement_id and p.state <> 'withdrawn' and {party('attachments')}",
    ),
    "action_plan": ("action_plans", "true", f"p.kept_by_id = {ME} and p.state = 'open'"),
    "action": ("actions", "true", f"{ME} in (p.kept_by_id, p.provider_id) and p.state <> 'closed'"),
    "concern": (
        "concerns",
        f"p.provider_id <> {ME} or p.raiser_may_be_named or attachments.added_by_id in (p.council_id, {ME})",
        "p.state not in ('closed', 'withdrawn')",
    ),
}
ABOUT_A_CHILD = ("progress_report", "teaching_observation", "qualification")

FUNCTIONS = """
create function keep_attachment() returns trigger language plpgsql as $$
begin
    if old.state in ('withdrawn', 'lapsed') or (new.state = 'declared' and old.state <> 'declared') then
        raise insufficient_privilege using message = 'an attachment moves on, and once it stands no more stays as it is';
    end if;
    return new;
end $$;

create trigger attachments_keep before update on attachments
    for each row execute function keep_attachment();

create function erase_attachment() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into attachment_erasures (stored_as, since) values (old.stored_as, clock_timestamp())
    on conflict do nothing;
    return null;
end $$;

create trigger attachments_erase_withdrawn after update of state on attachments
    for each row when (new.state in ('withdrawn', 'lapsed')) execute function erase_attachment();
create trigger attachments_erase_removed after delete on attachments
    for each row execute function erase_attachment();
"""


def upgrade() -> None:
    _create_attachments()
    op.create_table(
        "attachment_erasures",
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("stored_as", name=op.f("pk_attachment_erasures")),
    )
    op.create_index(op.f("ix_attachment_erasures_since"), "attachment_erasures", ["since"])
    op.execute(FUNCTIONS)
    op.execute("revoke execute on function erase_attachment() from public")
    for name, which in (("reads_attachment", 1), ("adds_attachment", 2)):
        op.execute(_asks_of_subject(name, which))
        allow_function(f"{name}(attachments)")
    secure(
        "attachments",
        f"({_MINE} or stored_at is not null) and reads_attachment(attachments)",
        adds=f"{_MINE} and state = 'declared' and stored_at is null and adds_attachment(attachments)",
    )
    op.execute(
        f"create policy app_changes on attachments for update to waymark_app using ({_MINE})"
        f" with check ({_MINE} and (state = 'withdrawn' or (state = 'stored' and adds_attachment(attachments))))"
    )
    op.execute(
        "grant update (state, title, file_name, stored_at, withdrawn_at, changed_at, version) on attachments"
        " to waymark_app"
    )
    secure("attachment_erasures", "false")


def downgrade() -> None:
    for policy in ("app_sees", "app_adds", "app_changes"):
        op.execute(f"drop policy {policy} on attachments")
    op.execute("drop function reads_attachment(attachments), adds_attachment(attachments)")
    op.drop_table("attachments")
    op.drop_table("attachment_erasures")
    op.execute("drop function keep_attachment(), erase_attachment()")


def _asks_of_subject(name: str, which: int) -> str:
    """A function that says whether the subject, seen by its own policy, is as the caller's condition for its kind says.

    It runs with the rights of who asks. Of all kinds only the one in hand is planned, once a connection.
    """
    kinds = "\n".join(
        f"when '{about}' then return exists (select 1 from {conditions[0]} p"
        f" where p.id = attachments.subject_id and ({conditions[which]}));"
        for about, conditions in SUBJECTS.items()
    )
    return f"""
create function {name}(attachments attachments) returns boolean
language plpgsql stable set search_path = public, pg_temp as $$
begin
    case attachments.about
    {kinds}
    else return false;
    end case;
end $$
"""


def _create_attachments() -> None:
    def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
        return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)

    of_a_child = ", ".join(f"'{each}'" for each in ABOUT_A_CHILD)
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("about", one_of("attachmentabout", tuple(SUBJECTS)), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", one_of("attachmentstate", STATES), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"(about in ({of_a_child})) = (placement_id is not null)", name=op.f("ck_attachments_child_has_placement")
        ),
        sa.CheckConstraint(
            "state <> 'stored' or stored_at is not null", name=op.f("ck_attachments_stored_at_an_instant")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at is not null)", name=op.f("ck_attachments_withdrawn_at_an_instant")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (title is null)", name=op.f("ck_attachments_title_while_it_stands")
        ),
        sa.CheckConstraint("(title is null) = (file_name is null)", name=op.f("ck_attachments_name_while_it_stands")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_attachments_placement_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["organisations.id"], name=op.f("fk_attachments_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachments_stored_as")),
    )
    op.create_index("ix_attachments_about_subject_id", "attachments", ["about", "subject_id"])
    op.create_index(op.f("ix_attachments_placement_id"), "attachments", ["placement_id"])
    op.create_index(op.f("ix_attachments_added_by_id"), "attachments", ["added_by_id"])
    op.create_index(
        "ix_attachments_awaited", "attachments", ["created_at"], postgresql_where=sa.text("state = 'declared'")
    )
