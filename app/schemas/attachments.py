"""Attachments on the wire. The content goes beside, as a raw body."""

from typing import Annotated

from pydantic import Field

from app.rules.attachments import LARGEST_FILE, AttachmentAbout, AttachmentState, FileType
from app.schemas.wire import Body, Id, Instant, Name, Tagged

FileName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        examples=["safeguarding-policy-2026.pdf"],
        description="As it is on your machine; shown to readers, and never used as a path.",
    ),
]
Size = Annotated[int, Field(ge=1, le=LARGEST_FILE, examples=[48_213], description="Bytes.")]
Checksum = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        json_schema_extra={"minLength": 64, "maxLength": 64},
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        description="SHA-256 of the content, in lower-case hexadecimal digits.",
    ),
]


class AttachmentDeclare(Body):
    """What is about to come. `subject_id` is the id of what `about` names; of a policy, the provider's."""

    about: AttachmentAbout = Field(strict=False, examples=["provider_policy"])
    subject_id: Id
    title: Name = Field(examples=["Safeguarding policy 2026/27"])
    file_name: FileName
    media_type: FileType = Field(strict=False)
    size: Size
    sha256: Checksum


class AttachmentRead(Tagged):
    """An attachment. Its content can be read while `state` is `stored`; withdrawn, it has lost title and name too.

    `declared`: its content has not come yet, and only the organisation that declared it sees it. `lapsed`: it did not
    come within 7 days.
    """

    id: Id
    about: AttachmentAbout
    subject_id: Id
    placement_id: Id | None
    added_by_id: Id
    title: Name | None
    file_name: FileName | None
    media_type: FileType
    size: Size
    sha256: Checksum
    state: AttachmentState
    stored_at: Instant | None
    withdrawn_at: Instant | None
    created_at: Instant
    changed_at: Instant
