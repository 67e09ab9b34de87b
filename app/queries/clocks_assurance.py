"""What the clocks of confirmations and insurances are read from, for many providers at a time, in one query each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.provider_assurance import InsuranceCertificate, SafeguardingConfirmation
from app.queries.clocks import among
from app.queries.insurance_certificates import visible_certificates
from app.queries.safeguarding_confirmations import visible_confirmations
from app.rules.assurance_clocks import Given


async def confirmations_given(
    caller: Caller, session: AsyncSession, providers: Collection[UUID]
) -> Mapping[UUID, Sequence[Given]]:
    """The confirmations that the caller may see, by provider, in the order in which one takes another's place."""
    each = SafeguardingConfirmation
    statement = (
        visible_confirmations(caller)
        .where(among(col(each.provider_id), providers))
        .with_only_columns(each)
        .order_by(col(each.confirmed_on), col(each.created_at), col(each.id))
    )
    given: defaultdict[UUID, list[Given]] = defaultdict(list)
    for found in await session.scalars(statement):
        path, given_on = f"/v1/safeguarding-confirmations/{found.id}", london_day(found.created_at)
        given[found.provider_id].append(
            Given(path, None, found.confirmed_on, found.valid_until, given_on, found.staff_changed_on)
        )
    return given


async def certificates_given(
    caller: Caller, session: AsyncSession, providers: Collection[UUID]
) -> Mapping[UUID, Sequence[Given]]:
    """The certificates that the caller may see and that stand, by provider, the one that runs longest last."""
    each = InsuranceCertificate
    statement = (
        visible_certificates(caller)
        .where(among(col(each.provider_id), providers), col(each.withdrawn_on).is_(None))
        .with_only_columns(each)
        .order_by(col(each.expires_on), col(each.id))
    )
    given: defaultdict[UUID, list[Given]] = defaultdict(list)
    for found in await session.scalars(statement):
        path, given_on = f"/v1/insurance-certificates/{found.id}", london_day(found.created_at)
        given[found.provider_id].append(Given(path, found.kind, found.starts_on, found.expires_on, given_on))
    return given
