"""The attendance ledger: what is expected, what was said, and in which submission.

Both big tables are partitioned by academic year on `on_date`; a mark is appended, never changed.
"""

from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, slug
from app.rules.attendance_circumstances import Circumstance
from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.attendance_marks import MarkOrigin
from app.rules.calendars import SchoolSession


class ExpectedSession(SQLModel, table=True):
    """A session at which a placed pupil is expected. Its state is derived when read: `rules.attendance_due`.

    `first_received_at` never changes once set: a late mark is late for ever. `waived_by` says why nothing is expected
    after all (a suspension), since `waived_at`; a session for which something was received keeps it beside that. A day
    to come at which nothing is expected any more has no row. `online`, `council_commissioned` and `circumstance` decide
    the code that is suggested to the host school; they stand here so that a submission reads one row for each session.
    Triggers keep `circumstance` (see `rules.attendance_circumstances`) and set `suggest_again` where a mark stands and
    any of these changes.
    """

    __tablename__ = "expected_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placements.id", "placements.provider_id"]),
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
        Index("ix_expected_sessions_suggest_again", "placement_id", postgresql_where=text("suggest_again")),
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
    waived_by: str | None = Field(default=None, max_length=40)
    circumstance: Circumstance | None = Field(default=None, sa_type=slug(Circumstance))
    suggest_again: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    waived_at: datetime | None = Field(default=None, sa_type=INSTANT)
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
    """What a provider stated about one session, with the national code it stated or that we suggest to the school.

    The marks of a session are one chain: a unique index lets one mark alone be the first, and one alone take the place
    of another. `client_id` and `acting_for` say who stated it; both are null where Waymark suggests another code for
    what was stated in `submission_id`.
    """

    __tablename__ = "attendance_marks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["placement_id", "on_date", "session"],
            ["expected_sessions.placement_id", "expected_sessions.on_date", "expected_sessions.session"],
        ),
        Index(
            "ix_attendance_marks_chain",
            "placement_id",
            "on_date",
            "session",
            "supersedes_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "ix_attendance_marks_unexplained",
            "placement_id",
            "on_date",
            postgresql_where=text("suggested_code = 'N'"),
        ),
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
    origin: MarkOrigin = Field(sa_type=slug(MarkOrigin))
    correction_reason: str | None = Field(default=None, max_length=500)
    client_id: UUID | None = Field(default=None, foreign_key="api_clients.id")
    acting_for: str | None = Field(default=None, max_length=200)


class RegisterCode(SQLModel, table=True):
    """The code that whoever answers for a child's register entered for a session; appended, never changed.

    `number` counts those of a session from 1: the last one stands. It refers to no session of the ledger, since it
    stays when the session goes.
    """

    __tablename__ = "register_codes"
    __table_args__ = (UniqueConstraint("placement_id", "on_date", "session", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id")
    on_date: date
    session: SchoolSession = Field(sa_type=slug(SchoolSession))
    number: int
    code: str = Field(max_length=2)
    note: str | None = Field(default=None, max_length=500)
    entered_by_id: UUID = Field(foreign_key="organisations.id")
    client_id: UUID = Field(foreign_key="api_clients.id")
    acting_for: str | None = Field(default=None, max_length=200)
    entered_at: datetime = Field(sa_type=INSTANT)


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
