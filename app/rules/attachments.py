"""What is attached to what, until when, and the life of an attachment.

Source: Waymark's own throughout. Who may read what an attachment is about may read the attachment.
"""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

LARGEST_FILE = 20 * 1_048_576
"""Bytes."""
MOST_ATTACHMENTS = 25
"""So many files an organisation may have attached to one thing at a time."""
DAYS_TO_ARRIVE = 7
"""So many days after it was declared, an attachment whose content never came lapses."""


class AttachmentAbout(StrEnum):
    """The kinds of thing that files are attached to. Each has its row in `services/attachments_subjects.py`."""

    PROGRESS_REPORT = "progress_report"
    QA_VISIT = "qa_visit"
    TOOLKIT_ASSESSMENT = "toolkit_assessment"
    LOT_APPLICATION = "lot_application"
    SAFEGUARDING_CONFIRMATION = "safeguarding_confirmation"
    INSURANCE_CERTIFICATE = "insurance_certificate"
    PROVIDER_POLICY = "provider_policy"
    QA_RETURN = "qa_return"
    TEACHING_OBSERVATION = "teaching_observation"
    QUALIFICATION = "qualification"
    ACTION_PLAN = "action_plan"
    ACTION = "action"
    CONCERN = "concern"


ABOUT_A_CHILD = frozenset(
    {AttachmentAbout.PROGRESS_REPORT, AttachmentAbout.TEACHING_OBSERVATION, AttachmentAbout.QUALIFICATION}
)
"""The kinds that hang on a placement."""

CLOSED: Mapping[AttachmentAbout, frozenset[str]] = MappingProxyType(
    {
        AttachmentAbout.PROGRESS_REPORT: frozenset({"submitted", "accepted"}),
        AttachmentAbout.QA_VISIT: frozenset({"published", "cancelled"}),
        AttachmentAbout.TOOLKIT_ASSESSMENT: frozenset({"complete"}),
        AttachmentAbout.LOT_APPLICATION: frozenset({"awarded", "not_awarded", "withdrawn"}),
        AttachmentAbout.INSURANCE_CERTIFICATE: frozenset({"withdrawn"}),
        AttachmentAbout.QA_RETURN: frozenset({"submitted", "accepted", "withdrawn"}),
        AttachmentAbout.TEACHING_OBSERVATION: frozenset({"shared", "withdrawn"}),
        AttachmentAbout.QUALIFICATION: frozenset({"withdrawn"}),
        AttachmentAbout.ACTION_PLAN: frozenset({"closed"}),
        AttachmentAbout.ACTION: frozenset({"closed"}),
        AttachmentAbout.CONCERN: frozenset({"closed", "withdrawn"}),
    }
)
"""The states of a thing in which nothing more is attached to it: others have read and decided on it as it was."""


class FileType(StrEnum):
    """The types of file that are taken; anything that runs, or that a browser would show as a page, is not."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TEXT = "text/plain"
    CSV = "text/csv"


EXTENSIONS: Mapping[FileType, tuple[str, ...]] = MappingProxyType(
    {
        FileType.PDF: (".pdf",),
        FileType.DOCX: (".docx",),
        FileType.XLSX: (".xlsx",),
        FileType.ODT: (".odt",),
        FileType.ODS: (".ods",),
        FileType.JPEG: (".jpg", ".jpeg"),
        FileType.PNG: (".png",),
        FileType.TEXT: (".txt",),
        FileType.CSV: (".csv",),
    }
)
"""How the name of a file of each type ends; the first is the one that a file is given on the way out."""


class AttachmentState(StrEnum):
    DECLARED = "declared"
    STORED = "stored"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


ATTACHMENTS = StateTable(
    "attachment",
    OUR_OWN,
    (
        Transition(AttachmentState.DECLARED, "store", AttachmentState.STORED),
        Transition(AttachmentState.DECLARED, "withdraw", AttachmentState.WITHDRAWN),
        Transition(AttachmentState.DECLARED, "lapse", AttachmentState.LAPSED, ("clock",)),
        Transition(AttachmentState.STORED, "withdraw", AttachmentState.WITHDRAWN),
    ),
)


def may_attach(about: AttachmentAbout, state: str, standing: int) -> Verdict:
    """Whether something in `state` takes another file of one who has `standing` files attached to it.

    Source: Waymark's own.
    """
    if state in CLOSED.get(about, frozenset()):
        return Refused(
            "attachments_closed",
            f"Nothing more is attached to a {about.replace('_', ' ')} that is {state.replace('_', ' ')}.",
            OUR_OWN,
            {"state": state},
        )
    if standing >= MOST_ATTACHMENTS:
        return Refused(
            "too_many_attachments",
            f"You have attached {MOST_ATTACHMENTS} files to it, and it takes no more.",
            OUR_OWN,
            {"would_be_lawful": ["withdraw one that is not needed any more"]},
        )
    return Allowed()


def check_file_name(name: str, file_type: FileType) -> Verdict:
    """Whether a name can be kept under on any machine, hides nothing, and is that of a file of this type.

    Source: Waymark's own.
    """
    hidden = any(unicodedata.category(each)[0] == "C" for each in name)
    if hidden or any(each in '/\\:*?"<>|' for each in name) or name.strip(" .") != name:
        return Refused("file_name_unsafe", "Letters, digits, spaces and simple signs; no path.", OUR_OWN)
    endings = EXTENSIONS[file_type]
    if not name.lower().endswith(endings):
        return Refused("file_name_not_of_type", f"A file of this type is named {' or '.join(endings)}.", OUR_OWN)
    return Allowed()
