"""What the census setting of a provider follows from."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Identifier, Organisation, ProviderCategory
from app.models.placements import Placement
from app.queries.placements import visible_placement_ids
from app.rules.census_setting import CensusSetting, census_setting
from app.rules.identifiers import IdentifierScheme
from app.rules.procurement import DeliveryOption

_ONE_TO_ONE = {DeliveryOption.IN_PERSON_ONE_TO_ONE, DeliveryOption.ONLINE_ONE_TO_ONE}


async def census_settings(
    caller: Caller, session: AsyncSession, provider_ids: Collection[UUID]
) -> Mapping[UUID, CensusSetting]:
    """How the census names each of the providers that the caller was shown to see.

    One-on-one tuition is where every placement with the provider that the caller sees is taught so.
    """
    identifiers: defaultdict[UUID, dict[IdentifierScheme, str]] = defaultdict(dict)
    numbers = select(Identifier).where(col(Identifier.organisation_id).in_(provider_ids))
    for each in await session.scalars(numbers):
        identifiers[each.organisation_id][each.scheme] = each.value
    taught = (
        select(col(Placement.provider_id), col(Placement.delivery))
        .where(col(Placement.provider_id).in_(provider_ids), col(Placement.id).in_(visible_placement_ids(caller)))
        .distinct()
    )
    deliveries: defaultdict[UUID, set[DeliveryOption | None]] = defaultdict(set)
    for provider_id, delivery in await session.execute(taught):
        deliveries[provider_id].add(delivery)
    kinds = select(col(Organisation.id), col(Organisation.category)).where(col(Organisation.id).in_(provider_ids))
    categories = {row[0]: row[1] for row in await session.execute(kinds)}
    return {
        provider_id: census_setting(
            identifiers[provider_id],
            further_education=categories.get(provider_id) is ProviderCategory.FURTHER_EDUCATION,
            one_to_one_only=bool(deliveries[provider_id]) and deliveries[provider_id] <= _ONE_TO_ONE,
            work_based=False,
        )
        for provider_id in provider_ids
    }
