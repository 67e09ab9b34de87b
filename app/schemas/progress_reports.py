"""Progress reports on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.rules.calendars import Term
from app.rules.progress_reports import ReportState
from app.rules.progress_reports_due import ReportDueState
from app.rules.report_statements import ReadinessToReturn
from app.rules.report_targets import MOST_TARGETS, TargetProgress
from app.schemas.wire import Body, Day, Id, Instant, LongText, Read, SchoolYear, ShortText, Tagged, left_out

Answers = Annotated[dict[str, Any], Field(max_length=500, examples=[{"attendance": "Came on 38 of 40 mornings."}])]
Comment = Annotated[str, Field(min_length=1, max_length=2000, examples=["Came by bus on his own since October."])]


class PupilVoiceWrite(Body):
    """What the pupil says of the term, in its own words where possible, or else why that could not be had."""

    said: LongText | None = Field(default=None, examples=["I like the workshop best."])
    why_not: ShortText | None = Field(default=None, examples=[None])


class ReportTargetWrite(Body):
    """What the report says of a target. Without `target_id` it is a new one; with it, one that the report has already.

    Until the report is submitted, all but `text` may be left open.
    """

    target_id: Id | None = Field(default=None, examples=[None])
    text: ShortText = Field(examples=["Attend every morning"])
    success_criterion: ShortText | None = Field(default=None, examples=["19 of 20 mornings in the register"])
    review_on: Day | None = Field(default=None, examples=["2027-01-15"])
    progress: TargetProgress | None = Field(default=None, strict=False, examples=["on_track"])
    comment: Comment | None = None


Targets = Annotated[list[ReportTargetWrite], Field(max_length=MOST_TARGETS)]


class ReportStatementsWrite(Body):
    """What every report says besides its form's answers. A member that is left out stays as it was."""

    pupil_voice: PupilVoiceWrite | None = Field(default_factory=left_out)
    readiness_to_return: ReadinessToReturn | None = Field(
        default_factory=left_out, strict=False, examples=["working_towards"]
    )
    readiness_reason: LongText | None = Field(
        default_factory=left_out, examples=["Two mornings a week at school go well; a third from January."]
    )
    targets: Targets = Field(default_factory=left_out)


class ProgressReportCreate(ReportStatementsWrite):
    """A draft, complete or not, for one term of a placement. It begins with the targets still open in the one before.

    Without `form_id` it is on the current form of the placement's council, or, where that has none, on the form that
    comes with the service.
    """

    placement_id: Id
    form_id: Id | None = None
    school_year: SchoolYear
    term: Term = Field(strict=False)
    answers: Answers = {}


class AnswersWrite(ReportStatementsWrite):
    """All answers, replacing those before. Targets replace those before; one carried forward stays until settled."""

    answers: Answers


class FormChoose(Body):
    """The form, or the edition of one, on which the report goes on."""

    form_id: Id


class ProgressReportReturn(Body):
    reason: Annotated[str, Field(min_length=1, max_length=2000, examples=["Please say more about the second target."])]


class PupilVoiceRead(Read):
    said: LongText | None
    why_not: ShortText | None


class ReportTargetRead(Read):
    """What a report says of a target; `target_id` is the same in each report that carries it forward."""

    target_id: Id
    text: ShortText
    success_criterion: ShortText | None
    review_on: Day | None
    progress: TargetProgress | None
    comment: Comment | None
    carried_forward: bool


class ProgressReportRead(Tagged):
    """A report. Until it is submitted again, a returned one shows others what was submitted before.

    `due_on` is the last open pupil day of the term in the placement and moves with the placement's end; `owed` is false
    for a draft whose term the placement does not reach any more. `overdue` says that the day has passed and the
    commissioner does not have the report; `late` that it was first submitted after its day, which stays so.
    """

    id: Id
    placement_id: Id
    form_id: Id
    school_year: SchoolYear
    term: Term
    state: ReportState
    due_on: Day
    owed: bool
    overdue: bool
    late: bool
    answers: Answers
    pupil_voice: PupilVoiceRead | None
    readiness_to_return: ReadinessToReturn | None
    readiness_reason: LongText | None
    targets: Annotated[list[ReportTargetRead], Field(max_length=2 * MOST_TARGETS)]
    submitted_at: Instant | None
    first_submitted_at: Instant | None
    settled_at: Instant | None
    returned_because: LongText | None
    changed_at: Instant


class ReportDueRead(Read):
    """Where the report of one term stands. `report_id` is null where none is begun that the caller may see."""

    school_year: SchoolYear
    term: Term
    due_on: Day
    state: ReportDueState
    late: bool
    report_id: Id | None
    report_state: ReportState | None


class ReportsDueRead(Read):
    """The terms for which a placement owes a progress report, in order."""

    placement_id: Id
    provider_id: Id
    host_school_id: Id | None
    terms: Annotated[list[ReportDueRead], Field(max_length=60)]


class TargetStageRead(Read):
    """What one report said of a target, as it was last submitted."""

    report_id: Id
    school_year: SchoolYear
    term: Term
    text: ShortText
    success_criterion: ShortText | None
    review_on: Day | None
    progress: TargetProgress | None
    comment: Comment | None


class TargetHistoryRead(Read):
    """A target, as the last report put it, and all that reports said of it, the earliest first."""

    target_id: Id
    text: ShortText
    open: bool
    history: Annotated[list[TargetStageRead], Field(max_length=60)]


class PlacementTargetsRead(Read):
    """Every target that a submitted report on the placement names, in the order in which they were set."""

    placement_id: Id
    targets: Annotated[list[TargetHistoryRead], Field(max_length=1_000)]
