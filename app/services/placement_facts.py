"""Stating facts about a placed child that clocks depend on: the commissioner's to do."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placement_facts import PlacementFacts
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, RuleRefused
from app.queries.placement_facts import visible_facts
from app.rules.agreements import PartyRole
from app.rules.day_six import ExclusionKind, may_state_exclusion
from app.rules.sources import OUR_OWN
from app.rules.verdict import Refused
from app.schemas.placement_facts import ExclusionWrite, PlacementFactsWrite
from app.services.changes import changed, insist, made, must_be
from app.services.placements_parties import locked_for_party

UNSTATED = 0
"""The version of facts that nobody has stated."""


async def replace_facts(
    caller: Caller, session: AsyncSession, placement_id: UUID, body: PlacementFactsWrite, expected_version: int
) -> PlacementFacts:
    """Raises NotFound, RuleRefused for another than the commissioner, PreconditionFailed, Invalid."""
    placement, role = await locked_for_party(caller, session, placement_id)
    if role is not PartyRole.COMMISSIONER:
        raise RuleRefused(Refused("wrong_party", "Only the placement's commissioner states these facts.", OUR_OWN))
    facts = await visible_facts(caller, session, placement.id)
    must_be(facts.version if facts else UNSTATED, expected_version)
    stated = _stated(caller, body)
    if facts is None:
        facts = PlacementFacts(**made(caller.now), placement_id=placement.id, **stated)
        session.add(facts)
    else:
        facts.sqlmodel_update(stated)
        changed(facts, caller)
    await session.flush()
    path = f"/v1/placements/{placement.id}/facts"
    await record_event(session, EventType.PLACEMENT_FACTS_STATED, path, caller.now, placements=[placement.id])
    return facts


def _stated(caller: Caller, body: PlacementFactsWrite) -> dict[str, Any]:
    given = body.exclusion
    if given is not None:
        _check(given)
        insist(may_state_exclusion(given.on, caller.today))
    return {
        "looked_after": body.looked_after,
        "ehcp": body.ehcp,
        "required_after_16": body.required_after_16,
        "exclusion": given and given.kind,
        "excluded_on": given and given.on,
        "exclusion_days": given and given.pupil_days,
    }


def _check(given: ExclusionWrite) -> None:
    if (given.kind is ExclusionKind.SUSPENSION) != (given.pupil_days is not None):
        raise Invalid(
            [FieldError("/exclusion/pupil_days", "length_unclear", "a suspension has a length, and it alone")]
        )
