"""How an email's fate is shown to a caller: the address to whoever set it alone."""

from app.access.caller import Caller
from app.models.emails import EmailDelivery
from app.queries.email_content import UNSENT
from app.schemas.email_deliveries import EmailDeliveryRead


def shown_email(caller: Caller, delivery: EmailDelivery) -> EmailDeliveryRead:
    to_service = delivery.placement_id is not None
    shown = delivery.model_dump(include=set(EmailDeliveryRead.model_fields))
    return EmailDeliveryRead.model_validate(
        {
            **shown,
            "organisation_id": None if to_service else delivery.organisation_id,
            "listed_by_id": delivery.organisation_id if to_service else None,
            "address": delivery.address if delivery.organisation_id == caller.organisation_id else None,
            "next_attempt_at": delivery.next_attempt_at if delivery.state in UNSENT else None,
            "placements_told": len(delivery.placement_ids),
        }
    )
