"""What is attached to what, until when, and under which name."""

import pytest

from app.rules.action_plans import ActionPlanState, ActionState
from app.rules.attachments import (
    ATTACHMENTS,
    CLOSED,
    EXTENSIONS,
    MOST_ATTACHMENTS,
    AttachmentAbout,
    AttachmentState,
    FileType,
    check_file_name,
    may_attach,
)
from app.rules.concerns import ConcernState
from app.rules.lot_applications import ApplicationState
from app.rules.progress_reports import EDITABLE, ReportState
from app.rules.provider_assurance import AssuranceState
from app.rules.qa_returns import ReturnState
from app.rules.qa_visits import VisitState
from app.rules.qualifications import QualificationState
from app.rules.teaching_observations import ObservationState
from app.rules.toolkit import AssessmentState
from app.rules.verdict import Refused

STATES = {
    AttachmentAbout.PROGRESS_REPORT: ReportState,
    AttachmentAbout.QA_VISIT: VisitState,
    AttachmentAbout.TOOLKIT_ASSESSMENT: AssessmentState,
    AttachmentAbout.LOT_APPLICATION: ApplicationState,
    AttachmentAbout.INSURANCE_CERTIFICATE: AssuranceState,
    AttachmentAbout.QA_RETURN: ReturnState,
    AttachmentAbout.TEACHING_OBSERVATION: ObservationState,
    AttachmentAbout.QUALIFICATION: QualificationState,
    AttachmentAbout.ACTION_PLAN: ActionPlanState,
    AttachmentAbout.ACTION: ActionState,
    AttachmentAbout.CONCERN: ConcernState,
}


@pytest.mark.parametrize(
    ("about", "state", "standing", "refused"),
    [
        (AttachmentAbout.PROGRESS_REPORT, "draft", 0, None),
        (AttachmentAbout.PROGRESS_REPORT, "returned", 0, None),
        (AttachmentAbout.PROGRESS_REPORT, "submitted", 0, "attachments_closed"),
        (AttachmentAbout.PROGRESS_REPORT, "accepted", 0, "attachments_closed"),
        (AttachmentAbout.QA_VISIT, "planned", 0, None),
        (AttachmentAbout.QA_VISIT, "reported", 0, None),
        (AttachmentAbout.QA_VISIT, "published", 0, "attachments_closed"),
        (AttachmentAbout.QA_VISIT, "cancelled", 0, "attachments_closed"),
        (AttachmentAbout.TOOLKIT_ASSESSMENT, "draft", 0, None),
        (AttachmentAbout.TOOLKIT_ASSESSMENT, "complete", 0, "attachments_closed"),
        (AttachmentAbout.LOT_APPLICATION, "under_evaluation", 0, None),
        (AttachmentAbout.LOT_APPLICATION, "awarded", 0, "attachments_closed"),
        (AttachmentAbout.INSURANCE_CERTIFICATE, "withdrawn", 0, "attachments_closed"),
        (AttachmentAbout.QA_RETURN, "returned", 0, None),
        (AttachmentAbout.QA_RETURN, "submitted", 0, "attachments_closed"),
        (AttachmentAbout.TEACHING_OBSERVATION, "draft", 0, None),
        (AttachmentAbout.TEACHING_OBSERVATION, "shared", 0, "attachments_closed"),
        (AttachmentAbout.QUALIFICATION, "achieved", 0, None),
        (AttachmentAbout.QUALIFICATION, "withdrawn", 0, "attachments_closed"),
        (AttachmentAbout.ACTION_PLAN, "closed", 0, "attachments_closed"),
        (AttachmentAbout.ACTION, "done", 0, None),
        (AttachmentAbout.ACTION, "closed", 0, "attachments_closed"),
        (AttachmentAbout.CONCERN, "shared", 0, None),
        (AttachmentAbout.CONCERN, "closed", 0, "attachments_closed"),
        (AttachmentAbout.SAFEGUARDING_CONFIRMATION, "given", 0, None),
        (AttachmentAbout.PROVIDER_POLICY, "kept", MOST_ATTACHMENTS - 1, None),
        (AttachmentAbout.PROVIDER_POLICY, "kept", MOST_ATTACHMENTS, "too_many_attachments"),
    ],
)
def test_something_takes_files_until_others_rest_on_it(
    about: AttachmentAbout, state: str, standing: int, refused: str | None
) -> None:
    verdict = may_attach(about, state, standing)
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


def test_the_states_that_close_are_states_of_what_they_close() -> None:
    for about, states in CLOSED.items():
        assert states <= {each.value for each in STATES[about]}, about
    assert CLOSED[AttachmentAbout.PROGRESS_REPORT] == {each.value for each in ReportState} - EDITABLE


@pytest.mark.parametrize(
    ("name", "file_type", "refused"),
    [
        ("policy.pdf", FileType.PDF, None),
        ("Policy 2026 (signed) – final.PDF", FileType.PDF, None),
        ("Siân's photo.jpeg", FileType.JPEG, None),
        ("photo.jpg", FileType.JPEG, None),
        ("policy.pdf.exe", FileType.PDF, "file_name_not_of_type"),
        ("policy", FileType.PDF, "file_name_not_of_type"),
        (".pdf", FileType.PDF, "file_name_unsafe"),
        ("notes.csv", FileType.TEXT, "file_name_not_of_type"),
        ("../policy.pdf", FileType.PDF, "file_name_unsafe"),
        ("c:\\policy.pdf", FileType.PDF, "file_name_unsafe"),
        (" policy.pdf", FileType.PDF, "file_name_unsafe"),
        ("policy.pdf.", FileType.PDF, "file_name_unsafe"),
        ("fdp.\u202epolicy.pdf", FileType.PDF, "file_name_unsafe"),
        ('po"licy.pdf', FileType.PDF, "file_name_unsafe"),
        ("po\u200blicy.pdf", FileType.PDF, "file_name_unsafe"),
    ],
)
def test_a_file_has_the_name_of_its_type_and_no_path(name: str, file_type: FileType, refused: str | None) -> None:
    verdict = check_file_name(name, file_type)
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


def test_every_type_has_its_names() -> None:
    assert EXTENSIONS.keys() == set(FileType)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (AttachmentState.DECLARED, ("store", "withdraw")),
        (AttachmentState.STORED, ("withdraw",)),
        (AttachmentState.WITHDRAWN, ()),
        (AttachmentState.LAPSED, ()),
    ],
)
def test_an_attachment_is_stored_once_and_withdrawn_for_good(state: AttachmentState, verbs: tuple[str, ...]) -> None:
    assert ATTACHMENTS.verbs_of_callers(state) == verbs
