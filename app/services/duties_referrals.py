"""Offers of a referral that nobody answered in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.services.duties_batch import Batch

# The referral is locked too, as it is by those who answer: an answer in progress is never lapsed underneath.
_UNANSWERED = text(
    """
    select o.id, o.answer_by, o.provider_id,
        array_remove(array[r.requested_by_id, r.commissioner_id, r.council_id, r.host_school_id], null) as side
    from referral_offers o
    join referrals r on r.id = o.referral_id
    join organisations c on c.id = o.commissioner_id
    where o.state = 'offered' and o.answer_by <= :until
      and c.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by o.answer_by, o.id
    limit :most
    for no key update of o, r skip locked
    """
)
_LAPSE = text(
    """
    update referral_offers
    set state = 'lapsed', settled_at = answer_by, changed_at = :until, version = version + 1
    where id = any(cast(:ids as uuid[]))
    """
)


async def lapse_offers(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Offers whose `answer_by` has come; with the last one standing a referral is back with its commissioner.

    The referral follows by a trigger of the database. Source: Waymark's own, as `rules.referrals.offer_state`.
    """
    due = {"until": until, "sandbox_id": sandbox_id, "most": most}
    unanswered = (await session.execute(_UNANSWERED, due)).all()
    await session.execute(_LAPSE, {"ids": [row.id for row in unanswered], "until": until})
    tellings = [
        Telling(
            EventType.OFFER_LAPSED,
            f"/v1/referral-offers/{row.id}",
            row.answer_by,
            organisations=tuple({*row.side, row.provider_id}),
        )
        for row in unanswered
    ]
    return Batch(len(unanswered), tellings)
