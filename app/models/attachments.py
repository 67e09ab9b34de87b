"""Files attached to what organisations keep: what each is, and whether its content has come. That is kept elsewhere."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record, slug
from app.rules.attachments import ABOUT_A_CHILD, AttachmentAbout, AttachmentState

_OF_A_CHILD = ", ".join(f"'{each.value}'" for each in sorted(ABOUT_A_CHILD))


class Attachment(Record, table=True):
    """A file as it was declared. `stored_as` is the key of its content, which says nothing and leads nowhere.

    `subject_id` is the id of what `about` names; what is about a child has its placement beside it. Title and name
    leave the row when the attachment is withdrawn, since they may be what was wrong with it.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_about_subject_id", "about", "subject_id"),
        Index("ix_attachments_awaited", "created_at", postgresql_where=text("state = 'declared'")),
        CheckConstraint(f"(about in ({_OF_A_CHILD})) = (placement_id is not null)", name="child_has_placement"),
        CheckConstraint("state <> 'stored' or stored_at is not null", name="stored_at_an_instant"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at is not null)", name="withdrawn_at_an_instant"),
        CheckConstraint("(state = 'withdrawn') = (title is null)", name="title_while_it_stands"),
        CheckConstraint("(title is null) = (file_name is null)", name="name_while_it_stands"),
    )

    about: AttachmentAbout = Field(sa_type=slug(AttachmentAbout))
    subject_id: UUID
    placement_id: UUID | None = Field(default=None, foreign_key="placements.id", index=True)
    added_by_id: UUID = Field(foreign_key="organisations.id", index=True)
    title: str | None = Field(max_length=200)
    file_name: str | None = Field(max_length=120)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    state: AttachmentState = Field(sa_type=slug(AttachmentState))
    stored_as: UUID = Field(default_factory=uuid4, unique=True)
    stored_at: datetime | None = Field(default=None, sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AttachmentErasure(SQLModel, table=True):
    """Content to be erased, since its attachment stands no more. Written by a trigger on `attachments` alone.

    `since` is the database's time. Content is erased at once, and again a day later, should a process that hung have
    put it after that.
    """

    __tablename__ = "attachment_erasures"

    stored_as: UUID = Field(primary_key=True)
    since: datetime = Field(sa_type=INSTANT, index=True)
    erased_at: datetime | None = Field(default=None, sa_type=INSTANT)
