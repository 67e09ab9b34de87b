"""What a council may still say differently of a lot, and how many pupils a group of it may have.

Source: Salford and Bolton AP procurement documents, read in the primary source. Salford gives no size for a group
online, but for key stage 1 in lot 9: at most 30.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.rules.procurement import DeliveryOption, KeyStage, Lot, PlacementFacts, misfits_of_lot
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """The most pupils in a group that is taught in this way; of one key stage alone where one is named."""

    delivery: DeliveryOption
    most: int
    key_stage: KeyStage | None = None


def group_limits_fit(lot: Lot, limits: Sequence[GroupLimit]) -> Verdict:
    """Whether the limits say something of this lot, once each, and no more than the way of delivery allows.

    Source: Salford AP procurement documents (one-to-one, groups of 2-4 and of 5-8, online groups), read in the primary
    source.
    """
    for index, limit in enumerate(limits):
        size = limit.delivery.most_in_group
        if lot.delivery_options and limit.delivery not in lot.delivery_options:
            return Refused("group_limit_not_in_lot", "The lot has no such way of delivery.", SALFORD_AND_BOLTON)
        if limit.key_stage is not None and lot.key_stages and limit.key_stage not in lot.key_stages:
            return Refused("group_limit_not_in_lot", "The lot is not for that key stage.", SALFORD_AND_BOLTON)
        if size is not None and limit.most > size:
            return Refused(
                "group_limit_too_large", f"This way of delivery is for at most {size} pupils.", SALFORD_AND_BOLTON
            )
        if any((each.delivery, each.key_stage) == (limit.delivery, limit.key_stage) for each in limits[:index]):
            return Refused("group_limit_repeated", "Give one limit for a way of delivery and a key stage.", OUR_OWN)
    return Allowed()


def may_change_lot(
    before: Lot,
    after: Lot,
    *,
    procured: bool,
    awarded_options: Iterable[Sequence[DeliveryOption]],
    placements: Iterable[PlacementFacts],
) -> Verdict:
    """Whether a lot may be for something else from now on.

    `procured`: providers have applied for it or hold it; then what it fixed stays, and only what it left open may be
    fixed. `awarded_options` are what each standing award offers, `placements` those that stand under the lot: a change
    breaks neither. Source: Salford and Bolton AP procurement documents (lots fix what a placement may be), read in the
    primary source; the rest is Waymark's own.
    """
    if procured and any(old not in (None, set()) and old != new for old, new in _points(before, after)):
        return Refused(
            "lot_point_is_fixed",
            "Providers applied for this lot as it is: only what it leaves open may still be fixed.",
            SALFORD_AND_BOLTON,
            {"would_be_lawful": ["add another lot", "fix a point that the lot leaves open"]},
        )
    if after.delivery_options and any(set(options) - set(after.delivery_options) for options in awarded_options):
        return Refused("lot_change_breaks_award", "A provider was awarded a way of delivery that would go.", OUR_OWN)
    if any(misfits_of_lot(after, facts) for facts in placements):
        return Refused("lot_change_breaks_placement", "A placement under the lot would no longer fit it.", OUR_OWN)
    return Allowed()


def _points(before: Lot, after: Lot) -> Iterable[tuple[object, object]]:
    yield before.pattern, after.pattern
    yield before.online, after.online
    yield set(before.key_stages), set(after.key_stages)
    yield set(before.delivery_options), set(after.delivery_options)
