"""Whether a placement fits the lot it is made under, and the provider's award of that lot.

Source: Salford and Bolton AP procurement documents, read in the primary source. Lots are a council's own
rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


class AttendancePattern(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class KeyStage(StrEnum):
    KS1 = "ks1"
    KS2 = "ks2"
    KS3 = "ks3"
    KS4 = "ks4"
    POST_16 = "post_16"


class DeliveryOption(StrEnum):
    IN_PERSON_ONE_TO_ONE = "in_person_one_to_one"
    IN_PERSON_GROUP_2_TO_4 = "in_person_group_2_to_4"
    IN_PERSON_GROUP_5_TO_8 = "in_person_group_5_to_8"
    ONLINE_ONE_TO_ONE = "online_one_to_one"
    ONLINE_GROUP = "online_group"

    @property
    def is_online(self) -> bool:
        return self in {DeliveryOption.ONLINE_ONE_TO_ONE, DeliveryOption.ONLINE_GROUP}

    @property
    def most_in_group(self) -> int | None:
        """The most pupils taught together; None for a group online, of which no size is given."""
        return _MOST_IN_GROUP.get(self)


_MOST_IN_GROUP = {
    DeliveryOption.IN_PERSON_ONE_TO_ONE: 1,
    DeliveryOption.IN_PERSON_GROUP_2_TO_4: 4,
    DeliveryOption.IN_PERSON_GROUP_5_TO_8: 8,
    DeliveryOption.ONLINE_ONE_TO_ONE: 1,
}


@dataclass(frozen=True, slots=True)
class Lot:
    """What a lot fixes; None or an empty tuple is left open by it."""

    lot_id: UUID
    pattern: AttendancePattern | None = None
    online: bool | None = None
    key_stages: tuple[KeyStage, ...] = ()
    delivery_options: tuple[DeliveryOption, ...] = ()


@dataclass(frozen=True, slots=True)
class Award:
    """A provider's hold of a lot, first and last day included; it need not offer all the lot's options."""

    lot_id: UUID
    provider_id: UUID
    first_day: date
    last_day: date
    delivery_options: tuple[DeliveryOption, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """What procurement asks of a placement; None where the placement does not say."""

    provider_id: UUID
    starts_on: date
    pattern: AttendancePattern
    online: bool
    delivery: DeliveryOption | None = None
    key_stage: KeyStage | None = None


def fits_award(lot: Lot | None, award: Award | None, facts: PlacementFacts, *, spot_purchase: bool = False) -> Verdict:
    """Whether a placement may be made under a lot, or as a spot purchase; the first fault decides.

    Source: Salford and Bolton AP procurement documents, read in the primary source.
    """
    return next(iter(misfits(lot, award, facts, spot_purchase=spot_purchase)), Allowed())


def misfits(
    lot: Lot | None, award: Award | None, facts: PlacementFacts, *, spot_purchase: bool = False
) -> tuple[Refused, ...]:
    """Every fault of a placement against its lot and award, each with its own code.

    Source: Salford and Bolton AP procurement documents, read in the primary source.
    """
    if lot is None:
        return () if spot_purchase else (_misfit("lot_missing", "Name a lot, or mark the placement a spot purchase."),)
    if spot_purchase:
        return (_misfit("spot_purchase_with_lot", "A spot purchase is made under no lot."),)
    return (*_misfits_of_award(lot, award, facts), *misfits_of_lot(lot, facts))


def misfits_of_lot(lot: Lot, facts: PlacementFacts) -> tuple[Refused, ...]:
    """Every fault of a placement against the lot alone, whoever holds it.

    Source: Salford and Bolton AP procurement documents, read in the primary source.
    """
    return tuple(_misfits_of_lot(lot, facts))


def _misfits_of_award(lot: Lot, award: Award | None, facts: PlacementFacts) -> Iterator[Refused]:
    if award is None or award.lot_id != lot.lot_id or award.provider_id != facts.provider_id:
        yield _misfit("lot_not_awarded", "The provider has not been awarded this lot.")
        return
    if not award.first_day <= facts.starts_on <= award.last_day:
        yield _misfit(
            "award_not_current",
            f"The provider holds this lot from {award.first_day} to {award.last_day} only.",
        )
    if facts.delivery is not None and award.delivery_options and facts.delivery not in award.delivery_options:
        yield _misfit("delivery_not_awarded", "The provider was not awarded this way of delivery in the lot.")


def _misfits_of_lot(lot: Lot, facts: PlacementFacts) -> Iterator[Refused]:
    if lot.pattern is not None and facts.pattern is not lot.pattern:
        yield _misfit("pattern_not_in_lot", f"The lot is for {_words(lot.pattern)} placements.")
    if lot.online is not None and facts.online is not lot.online:
        place = "online" if lot.online else "in person"
        yield _misfit("online_not_in_lot", f"The lot is for provision {place}.")
    if facts.key_stage is not None and lot.key_stages and facts.key_stage not in lot.key_stages:
        yield _misfit("key_stage_not_in_lot", "The pupil's key stage is not one that the lot is for.")
    if facts.delivery is None:
        return
    if facts.delivery.is_online is not facts.online:
        reason = "The way of delivery contradicts whether the placement is online."
        yield Refused("delivery_contradicts_online", reason, OUR_OWN)
    if lot.delivery_options and facts.delivery not in lot.delivery_options:
        yield _misfit("delivery_not_in_lot", "The lot does not have this way of delivery.")


def _misfit(code: str, reason: str) -> Refused:
    return Refused(code, reason, SALFORD_AND_BOLTON)


def _words(value: AttendancePattern) -> str:
    return value.replace("_", "-")
