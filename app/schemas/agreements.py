"""What the parties are asked, and what each answered, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.agreements import AgreementAnswer, PartyRole
from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

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
    organisation_id: Id
    roles: Roles
    answer: AgreementAnswer
    given_by: Name
    note: ShortText | None
    given_at: Instant


class Asked(Tagged):
    """What every resource that needs agreement shows. `still_to_agree` names the roles that have not agreed."""

    agreements_needed: Annotated[list[AgreementNeeded], Field(max_length=3)]
    agreements: Annotated[list[AgreementRead], Field(max_length=3)]
    still_to_agree: Roles
