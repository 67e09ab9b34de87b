"""What the parties are asked, and what each answered, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.agreements import AgreementAnswer, AgreementKind, AskedState, PartyRole
from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

Path = Annotated[str, Field(max_length=200, examples=["/v1/suspensions/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"])]

Roles = Annotated[list[PartyRole], Field(max_length=3)]


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
    """A party's own answer. `on_behalf_of` is the person for whom the client acted, where it said so."""

    organisation_id: Id
    roles: Roles
    answer: AgreementAnswer
    given_by: Name
    on_behalf_of: Name | None
    note: ShortText | None
    given_at: Instant


class Asked(Tagged):
    """What every resource that needs agreement shows. `still_to_agree` names the roles that have not agreed."""

    agreements_needed: Annotated[list[AgreementNeeded], Field(max_length=3)]
    agreements: Annotated[list[AgreementRead], Field(max_length=3)]
    still_to_agree: Roles


class AgreementAskedRead(Asked):
    """Something that asks for the parties' agreement, whatever its kind; `id` and `resource` are what is asked for.

    It can be answered until `answer_by` by a POST to `resource` with `/agreements` behind it. `waiting_for_me` says
    that the calling organisation is among those to answer and has not.
    """

    id: Id
    kind: AgreementKind
    resource: Path
    placement_id: Id
    state: AskedState
    asked_by_id: Id
    asked_at: Instant
    answer_by: Instant
    settled_at: Instant | None
    changed_at: Instant
    waiting_for_me: bool
