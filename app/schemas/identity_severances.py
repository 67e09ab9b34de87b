"""Severing a pupil's identity on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.identity_severance import SeveranceReason
from app.schemas.pupils import PupilCreate
from app.schemas.wire import Body, Id, Name, Read

MOST_PLACEMENTS = 20


class IdentitySever(Body):
    """The new identity, why it is needed, and who decided it."""

    reason: SeveranceReason = Field(strict=False)
    authorised_by: Name = Field(examples=["B. Lead, head of children's social care"])
    new_identity: PupilCreate


class IdentitySevered(Read):
    """The new pupil and the placements that go on under the new id; a repeat of the request is told neither."""

    pupil_id: Id | None
    placement_ids: Annotated[list[Id], Field(max_length=MOST_PLACEMENTS)]
