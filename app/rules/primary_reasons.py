"""Which of several reasons for a placement is the primary one: an exclusion outranks a health need.

Source: census of alternative provision, read in a secondary source. Only that an exclusion outranks a health need was
read; the rest of the order, that of `PrimaryReason`, is from memory and refuses nothing. We do not have the census's
letters, so that `census_code` is null.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.rules.placements import PrimaryReason

_RANK = {reason: rank for rank, reason in enumerate(PrimaryReason, start=1)}


@dataclass(frozen=True, slots=True)
class RankedReason:
    """Rank 1 outranks all others."""

    reason: PrimaryReason
    rank: int
    census_code: str | None = None


def primary_reason(reasons: Iterable[PrimaryReason]) -> PrimaryReason:
    """The reason that outranks the others; raises ValueError where there is none."""
    return min(reasons, key=_RANK.__getitem__)


def ranked_reasons() -> Iterator[RankedReason]:
    for reason, rank in _RANK.items():
        yield RankedReason(reason, rank)
