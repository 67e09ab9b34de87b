"""Insurance certificates: given by the provider, withdrawn where the insurance no longer holds."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.provider_assurance import InsuranceCertificate
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.insurance_certificates import own_certificate, visible_certificate
from app.queries.oversight import councils_overseeing
from app.rules.provider_assurance import (
    INSURANCE_CERTIFICATES,
    AssuranceState,
    assurance_state,
    may_give_insurance,
)
from app.schemas.insurance_certificates import InsuranceGive, InsuranceWithdraw
from app.services.changes import changed, insist, made, moved
from app.services.frameworks import must_be_in_order

PATH = "/v1/insurance-certificates"
Seen = tuple[InsuranceCertificate, bool]
"""A certificate, and whether a later one has superseded it."""


def state_of(certificate: InsuranceCertificate, superseded: bool, caller: Caller) -> AssuranceState:
    """The state today."""
    return assurance_state(
        certificate.starts_on,
        certificate.expires_on,
        caller.today,
        superseded=superseded,
        withdrawn=certificate.withdrawn_on is not None,
    )


async def give_certificate(caller: Caller, session: AsyncSession, body: InsuranceGive) -> Seen:
    """Keeps a certificate of the calling provider's. Raises Invalid, RuleRefused."""
    must_be_in_order(body.starts_on, body.expires_on, "/expires_on")
    insist(may_give_insurance(body.expires_on, caller.today))
    certificate = InsuranceCertificate(**made(caller.now), **body.model_dump(), provider_id=caller.organisation_id)
    session.add(certificate)
    await session.flush()
    await _tell(caller, session, certificate, EventType.INSURANCE_GIVEN)
    return await visible_certificate(caller, session, certificate.id)


async def withdraw_certificate(
    caller: Caller, session: AsyncSession, certificate_id: UUID, body: InsuranceWithdraw, expected_version: int
) -> Seen:
    """From today on the certificate counts for nothing. Raises NotFound, RuleRefused."""
    certificate, superseded = await own_certificate(caller, session, certificate_id)
    state = state_of(certificate, superseded, caller)
    moved(certificate, expected_version, INSURANCE_CERTIFICATES, state, "withdraw", "provider")
    certificate.withdrawn_on, certificate.withdrawn_because = caller.today, body.reason
    changed(certificate, caller)
    await session.flush()
    await _tell(caller, session, certificate, EventType.INSURANCE_WITHDRAWN)
    return certificate, superseded


async def _tell(caller: Caller, session: AsyncSession, certificate: InsuranceCertificate, event: EventType) -> None:
    audience = {certificate.provider_id} | await councils_overseeing(session, certificate.provider_id)
    await record_event(session, event, f"{PATH}/{certificate.id}", caller.now, organisations=audience)
