"""Safeguarding confirmations: given by the provider, renewed, and marked when staff change.

The provider, the councils that watch over it and all who see a placement with it are told: schools must have the
provider's word in writing.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.provider_assurance import SafeguardingConfirmation
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.oversight import councils_overseeing
from app.queries.provider_assurance import standing_placements_with
from app.queries.safeguarding_confirmations import own_confirmation, visible_confirmation
from app.rules.provider_assurance import (
    AssuranceState,
    assurance_state,
    may_confirm_safeguarding,
    may_report_staff_change,
)
from app.schemas.safeguarding_confirmations import ConfirmationGive, StaffChange
from app.services.changes import changed, insist, made, must_be
from app.services.frameworks import must_be_in_order

PATH = "/v1/safeguarding-confirmations"
Seen = tuple[SafeguardingConfirmation, bool]
"""A confirmation, and whether a later one stands in its place."""


def state_of(confirmation: SafeguardingConfirmation, superseded: bool, caller: Caller) -> AssuranceState:
    """The state today."""
    return assurance_state(confirmation.confirmed_on, confirmation.valid_until, caller.today, superseded=superseded)


async def confirm_safeguarding(caller: Caller, session: AsyncSession, body: ConfirmationGive) -> Seen:
    """Keeps the calling provider's word; it takes the place of the one before. Raises Invalid, RuleRefused."""
    must_be_in_order(body.confirmed_on, body.valid_until, "/valid_until", "confirmed_on")
    insist(may_confirm_safeguarding(body.confirmed_on, body.valid_until, caller.today))
    confirmation = SafeguardingConfirmation(**made(caller.now), **body.model_dump(), provider_id=caller.organisation_id)
    session.add(confirmation)
    await session.flush()
    await _tell(caller, session, confirmation, EventType.CONFIRMATION_GIVEN)
    return await visible_confirmation(caller, session, confirmation.id)


async def report_staff_change(
    caller: Caller, session: AsyncSession, confirmation_id: UUID, body: StaffChange, expected_version: int
) -> Seen:
    """Marks the newest confirmation: staff changed since, so it wants renewing. Raises NotFound, RuleRefused."""
    confirmation, superseded = await own_confirmation(caller, session, confirmation_id)
    must_be(confirmation.version, expected_version)
    state = state_of(confirmation, superseded, caller)
    insist(may_report_staff_change(state, confirmation.confirmed_on, body.changed_on, caller.today))
    confirmation.staff_changed_on, confirmation.staff_change_note = body.changed_on, body.note
    changed(confirmation, caller)
    await session.flush()
    await _tell(caller, session, confirmation, EventType.CONFIRMATION_STAFF_CHANGED)
    return confirmation, superseded


async def _tell(
    caller: Caller, session: AsyncSession, confirmation: SafeguardingConfirmation, event: EventType
) -> None:
    await record_event(
        session,
        event,
        f"{PATH}/{confirmation.id}",
        caller.now,
        placements=await standing_placements_with(caller, session),
        organisations={confirmation.provider_id} | await councils_overseeing(session, confirmation.provider_id),
    )
