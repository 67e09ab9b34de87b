"""The attendance ledger: what is expected, what was said, and in which submission.

Both big tables are partitioned by academic year on `on_date`; a mark is appended, never changed.
"""

from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, slug
from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.calendars import SchoolSession


class ExpectedSession(SQLModel, table=True):
    """A session at which a placed pupil is expected. Its state is derived when read: `rules.attendance_due`.

    `first_received_at` never changes once set: a late mark is late for ever. `waived_by` says why nothing is expected
    after all (a suspension). `current_fact` and `current_code` are those of the current mark (the code that it states,
    else the one suggested): they stand here, and in the key, so that counting reads nothing else. `online` and
    `council_commissioned` decide the code that is suggested to the host school; they stand here so that a submission
    reads one row for each session.
    """

    __tablename__ = "expected_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placements.id", "placements.provider_id"]),
        CheckConstraint(
            "(current_mark_id is null) = (current_code is null) and (current_code is null) = (current_fact is null)",
            name="current_mark_says",
        ),
        Index(
            "ix_expected_sessions_outstanding",
            "due_at",
            "provider_id",
            postgresql_where=text("first_received_at is null and waived_by is null"),
        ),
        Index(
            "ix_expected_sessions_untold",
            "due_at",
            postgresql_where=text("first_received_at is null and waived_by is null and missing_told_at is null"),
        ),
        Index("ix_expected_sessions_provider_day", "provider_id", "on_date"),
        {"postgresql_partition_by": "RANGE (on_date)"},
    )

    placement_id: UUID = Field(primary_key=True)
    on_date: date = Field(primary_key=True)
    session: SchoolSession = Field(sa_type=slug(SchoolSession), primary_key=True)
    provider_id: UUID
    starts_at: time
    ends_at: time
    online: bool
    council_commissioned: bool
    due_at: datetime = Field(sa_type=INSTANT)
    first_received_at: datetime | None = Field(default=None, sa_type=INSTANT)
    current_mark_id: UUID | None = None
    current_fact: Fact | None = Field(default=None, sa_type=slug(Fact))
    current_code: str | None = Field(default=None, max_length=2)
    waived_by: str | None = Field(default=None, max_length=40)
    missing_told_at: datetime | None = Field(default=None, sa_type=INSTANT)
    changed_at: datetime = Field(sa_type=INSTANT)


class ChildSession(SQLModel, table=True):
    """A session at which a child is expected somewhere: its key lets one placement alone have it.

    Triggers of `expected_sessions` keep it for what nothing waives and whose day has not passed; no role but the
    owner reads it. It stands apart from the ledger, so that recording attendance never touches it.
    """

    __tablename__ = "child_sessions"
    __table_args__ = (UniqueConstraint("placement_id", "on_date", "session"),)

    child_id: UUID = Field(primary_key=True)
    on_date: date = Field(primary_key=True)
    session: SchoolSession = Field(sa_type=slug(SchoolSession), primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id", ondelete="CASCADE")


class AttendanceMark(SQLModel, table=True):
    """What a provider stated about one session, with the national code it stated or that we suggest to the school."""

    __tablename__ = "attendance_marks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["placement_id", "on_date", "session"],
            ["expected_sessions.placement_id", "expected_sessions.on_date", "expected_sessions.session"],
        ),
        Index("ix_attendance_marks_session", "placement_id", "on_date", "session"),
        Index("ix_attendance_marks_submission_id", "submission_id"),
        {"postgresql_partition_by": "RANGE (on_date)"},
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    on_date: date = Field(primary_key=True)
    placement_id: UUID
    session: SchoolSession = Field(sa_type=slug(SchoolSession))
    submission_id: UUID = Field(foreign_key="attendance_submissions.id")
    provider_id: UUID
    fact: Fact = Field(sa_type=slug(Fact))
    arrived_at: time | None = None
    left_at: time | None = None
    minutes_late: int | None = None
    reason: AbsenceReason | None = Field(default=None, sa_type=slug(AbsenceReason))
    code: str | None = Field(default=None, max_length=2)
    suggested_code: str = Field(max_length=2)
    suggested_by: str = Field(max_length=60)
    received_at: datetime = Field(sa_type=INSTANT)
    supersedes_id: UUID | None = None


class AttendanceSubmission(SQLModel, table=True):
    """One bulk submission: who sent it, when, and what became of its rows."""

    __tablename__ = "attendance_submissions"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    client_id: UUID = Field(foreign_key="api_clients.id")
    received_at: datetime = Field(sa_type=INSTANT)
    recorded: int
    unchanged: int
    rejected: int
