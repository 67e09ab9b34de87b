"""What of an offer is shown to whom."""

from collections.abc import Sequence

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.referrals import ReferralOffer
from app.queries.referral_offers import pupils_of, referrals_offered
from app.rules.referrals import OfferState
from app.schemas.referral_offers import OfferedChild, ReferralOfferRead
from app.services.referral_offers import state_of

_TELLS_OF_THE_CHILD = frozenset({OfferState.OFFERED, OfferState.ACCEPTED})
_FOR_THE_REQUESTING_SIDE = ("referral_id", "withdrawn_because")


async def shown_offers(
    caller: Caller, session: AsyncSession, offers: Sequence[ReferralOffer]
) -> list[ReferralOfferRead]:
    """Each offer as the caller may read it.

    Its provider reads what it must know of the child while the offer stands or once it is accepted, and nothing from
    which it could tell that others were asked. The requesting side reads the rest, and the child in the referral.
    """
    own = [each for each in offers if each.provider_id == caller.organisation_id]
    telling = [each.id for each in own if state_of(each, caller) in _TELLS_OF_THE_CHILD]
    known = await referrals_offered(caller, session, telling)
    await pupils_of(caller, session, [each for each in offers if each not in own])
    reads = []
    for each in offers:
        shown = each.model_dump(include=set(ReferralOfferRead.model_fields)) | {
            "state": state_of(each, caller),
            "child": _child(known[each.id]) if each.id in known else None,
        }
        if each.provider_id == caller.organisation_id:
            shown |= dict.fromkeys(_FOR_THE_REQUESTING_SIDE)
        reads.append(ReferralOfferRead.model_validate(shown))
    return reads


def _child(known: RowMapping) -> OfferedChild:
    return OfferedChild.model_validate({member: known[member] for member in OfferedChild.model_fields})
