"""Qualifications and accredited outcomes on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.directory_entries import QualificationLevel
from app.rules.qualifications import QualificationKind, QualificationState
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged

Title = Annotated[Name, Field(examples=["GCSE Mathematics"])]
Unit = Annotated[Name, Field(examples=["Using tools safely"])]
AwardingBody = Annotated[Name, Field(examples=["AQA"])]
Grade = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"\S", examples=["4"], description="As the awarding body words it.")
]
QualificationNumber = Annotated[
    str,
    Field(
        min_length=4,
        max_length=20,
        pattern=r"^[0-9A-Z]+(/[0-9A-Z]+)*$",
        examples=["601/4608/1"],
        description="The number under which the qualification is regulated, where there is one.",
    ),
]
Evidence = Annotated[ShortText, Field(examples=["Certificate seen by the exams officer"])]
RecordedBy = Annotated[Name, Field(examples=["P. Shah, exams officer"])]
Statements = Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]


class QualificationSaid(Body):
    """What is known of it. A `unit` is named where the kind is `unit`; `title` is then the qualification's.

    `level` is null where there is none, or where the grade decides it, as of a GCSE.
    """

    kind: QualificationKind = Field(strict=False)
    title: Title
    unit: Unit | None = Field(default=None, examples=[None])
    awarding_body: AwardingBody
    level: QualificationLevel | None = Field(default=None, strict=False, examples=[None])
    qualification_number: QualificationNumber | None = None
    entered_on: Day | None = Field(default=None, examples=["2026-11-09"])
    achieved_on: Day | None = Field(default=None, examples=[None])
    grade: Grade | None = Field(default=None, examples=[None])
    evidence: Evidence | None = Field(default=None, examples=["Entry list of the board, seen by the exams officer"])
    recorded_by: RecordedBy


class QualificationRecord(QualificationSaid):
    """An entry; with `achieved_on`, something achieved."""

    placement_id: Id


class QualificationAchieve(Body):
    achieved_on: Day
    grade: Grade | None = None
    evidence: Evidence | None = None
    recorded_by: RecordedBy


class QualificationMiss(Body):
    """`grade` is what the awarding body gave, where it gave one."""

    grade: Grade | None = Field(default=None, examples=["U"])
    evidence: Evidence | None = None
    recorded_by: RecordedBy


class QualificationWithdraw(Body):
    reason: ShortText = Field(examples=["Moved to the spring series"])
    recorded_by: RecordedBy


class QualificationCorrect(QualificationSaid):
    """The whole statement anew, and why it takes the place of the one before. The state stays."""

    correction_reason: ShortText = Field(examples=["The board is another one"])


class _Said(Read):
    state: QualificationState
    kind: QualificationKind
    title: Title
    unit: Unit | None
    awarding_body: AwardingBody
    level: QualificationLevel | None
    qualification_number: QualificationNumber | None
    entered_on: Day | None
    achieved_on: Day | None
    grade: Grade | None
    evidence: Evidence | None
    reason: ShortText | None
    recorded_by_id: Id
    recorded_by: Name
    recorded_at: Instant


class PupilQualificationRead(_Said, Tagged):
    """What is known of a qualification: the last of its statements, of which there are `statements`."""

    id: Id
    placement_id: Id
    statements: Statements
    created_at: Instant
    changed_at: Instant


class QualificationStatementRead(_Said):
    """What a party said, kept as it was said; the one with the highest `number` counts.

    `reason` says why something was corrected or withdrawn.
    """

    number: Statements
