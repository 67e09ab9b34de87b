"""Asking the parties of a placement, and taking each one's own answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.agreements import Agreement
from app.models.placements import Placement
from app.rules.agreements import (
    AgreementAnswer,
    AgreementKind,
    Parties,
    all_have_agreed,
    may_agree,
    parties_to_agree,
    roles_still_to_agree,
)
from app.schemas.agreements import AgreementGive, AgreementRead
from app.services.changes import insist


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to be kept. `verb` is what it does to what was asked; `settles` says that nobody else is waited for."""

    agreement: Agreement
    verb: str
    settles: bool


def parties_asked(placement: Placement, kind: AgreementKind) -> Parties:
    """The organisations whose agreement is needed, with the roles that each one's answer satisfies."""
    return parties_to_agree(
        kind,
        commissioner=placement.commissioner_id,
        host_school=placement.host_school_id,
        provider=placement.provider_id,
    )


def judge_answer(
    caller: Caller,
    parties: Parties,
    given: Sequence[Agreement],
    body: AgreementGive,
    takes_effect_at: datetime | None = None,
    **subject: UUID,
) -> Answered:
    """The calling party's own answer to what was asked of `parties`, not yet added to the session.

    `subject` fills the columns of the agreement that say what was asked, its placement included. Raises RuleRefused
    for one who is not asked, has answered, or comes too late.
    """
    insist(
        may_agree(
            parties,
            caller.organisation_id,
            answered={each.organisation_id: each.answer for each in given},
            now=caller.now,
            takes_effect_at=takes_effect_at,
        )
    )
    said: dict[str, Any] = {**subject, **body.model_dump()}
    agreement = Agreement(
        **said,
        organisation_id=caller.organisation_id,
        roles=sorted(role.value for role in parties[caller.organisation_id]),
        on_behalf_of=caller.on_behalf_of,
        given_at=caller.now,
    )
    if body.answer is AgreementAnswer.REFUSED:
        return Answered(agreement, "refuse", settles=True)
    agreed = agreed_by(given) | {caller.organisation_id}
    return Answered(agreement, "agree", settles=bool(all_have_agreed(parties, agreed)))


def agreed_by(given: Sequence[Agreement]) -> set[UUID]:
    return {each.organisation_id for each in given if each.answer is AgreementAnswer.AGREED}


def shown_agreements(parties: Parties, given: Sequence[Agreement]) -> dict[str, Any]:
    """The members of `schemas.agreements.Asked`: who must agree, who has answered, what is still missing."""
    return {
        "agreements_needed": [{"organisation_id": o, "roles": sorted(roles)} for o, roles in parties.items()],
        "agreements": [each.model_dump(include=set(AgreementRead.model_fields)) for each in given],
        "still_to_agree": roles_still_to_agree(parties, agreed_by(given)),
    }


async def keep_answer(session: AsyncSession, answered: Answered) -> None:
    session.add(answered.agreement)
    await session.flush()
