"""Suspensions and agreements on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.agreements import AgreementAnswer, PartyRole
from app.rules.suspensions import SuspensionState
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged

Roles = Annotated[list[PartyRole], Field(max_length=3)]


class SuspensionRequest(Body):
    """The days from `starts_on` to `ends_on`, both included and both open pupil days within the placement."""

    placement_id: Id
    starts_on: Day = Field(examples=["2026-11-26"])
    ends_on: Day = Field(examples=["2026-11-30"])
    reason: ShortText = Field(examples=["Put two others in danger in the workshop"])


class AgreementGive(Body):
    """The calling organisation's own word, given by a named person. An organisation in two roles answers once."""

    answer: AgreementAnswer = Field(strict=False)
    given_by: Name = Field(examples=["A. Head, headteacher"])
    note: ShortText | None = Field(default=None, examples=["Work is sent home each morning"])


class AgreementNeeded(Read):
    """An organisation that must agree, and the roles in which its one answer counts."""

    organisation_id: Id
    roles: Roles


class AgreementRead(Read):
    organisation_id: Id
    roles: Roles
    answer: AgreementAnswer
    given_by: Name
    note: ShortText | None
    given_at: Instant


class SuspensionRead(Tagged):
    """`still_to_agree` names the roles that have not agreed.

    A request that not all have agreed to before `takes_effect_at`, the start of the first session missed, is `lapsed`.
    """

    id: Id
    placement_id: Id
    state: SuspensionState
    requested_by_id: Id
    starts_on: Day
    ends_on: Day
    reason: ShortText
    takes_effect_at: Instant
    agreements_needed: Annotated[list[AgreementNeeded], Field(max_length=3)]
    agreements: Annotated[list[AgreementRead], Field(max_length=3)]
    still_to_agree: Roles
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
