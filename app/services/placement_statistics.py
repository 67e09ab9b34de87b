"""Statistics made fit to be shown: counted, then relieved of all that would tell of a few children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.problems import Invalid, ParameterError
from app.queries.placement_statistics import NOTHING, Counted, placement_statistics
from app.rules.calendars import Term, school_year_of
from app.rules.dual_registrations import DualRegistrationReason
from app.rules.outcomes import MoveReason
from app.rules.placement_statistics import WHOLES, Breakdown, adding_up
from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import KeyStage
from app.rules.statistics_periods import school_year_period, term_periods
from app.rules.suppression import SMALLEST_FOR_QUARTILES, hidden_counts, hidden_in_breakdown

Shown = dict[str, Any]
_VALUES: Mapping[Breakdown, tuple[str | None, ...]] = {
    Breakdown.TIER: tuple(PlacementTier),
    Breakdown.PRIMARY_REASON: tuple(PrimaryReason),
    Breakdown.KEY_STAGE: (*KeyStage, None),
    Breakdown.TERM: tuple(Term),
}
_OF_ORGANISATIONS = (Breakdown.PROVIDER, Breakdown.HOST_SCHOOL)


@dataclass(frozen=True, slots=True)
class _Figures:
    """A group's counts, and which of them are hidden."""

    counted: Counted
    hidden: frozenset[str]

    def of(self, name: str) -> int | None:
        return None if name in self.hidden else self.counted.counts[name]


async def read_statistics(
    caller: Caller, session: AsyncSession, school_year: str | None, by: Breakdown | None
) -> Shown:
    """The members of `PlacementStatisticsRead`. Raises Invalid for a school year that is none."""
    named = school_year or school_year_of(caller.today)
    year = school_year_period(named)
    if year is None:
        raise Invalid([ParameterError("school_year", "not_as_written", "Must be a school year written like 2026-27.")])
    terms = [(term.value, each) for term, each in term_periods(year)] if by is Breakdown.TERM else []
    found = await placement_statistics(caller, session, year, by, terms)
    total = _Figures(found.total, hidden_counts(found.total.counts, WHOLES))
    return {
        "school_year": named,
        "first_on": year.first,
        "last_on": year.last,
        "as_of": caller.today,
        "total": _figures(total),
        "move_reasons": _reasons((*MoveReason, None), found.move_reasons, total.of("moves")),
        "dual_registration_reasons": _reasons(
            tuple(DualRegistrationReason),
            found.dual_registration_reasons,
            sum(found.dual_registration_reasons.values()),
        ),
        "breakdown": None if by is None else _breakdown(by, found.total, found.rows),
    }


def _breakdown(by: Breakdown, total: Counted, rows: Mapping[str | None, Counted]) -> Shown:
    """Every value there is, so that a group's absence tells nothing; of organisations those that have placements."""
    keys = sorted(rows, key=lambda key: key or "") if by in _OF_ORGANISATIONS else _VALUES[by]
    groups = [rows.get(key, NOTHING) for key in keys]
    hidden = hidden_in_breakdown(total.counts, [each.counts for each in groups], WHOLES, adding_up(by))
    nothing_to_show = "placements" in hidden.withheld
    return {
        "by": by,
        "withheld": sorted(hidden.withheld),
        "groups": []
        if nothing_to_show
        else [
            {
                "organisation_id": UUID(key) if key and by in _OF_ORGANISATIONS else None,
                "value": None if by in _OF_ORGANISATIONS else key,
                "figures": _figures(_Figures(counted, kept)),
            }
            for key, counted, kept in zip(keys, groups, hidden.rows, strict=True)
        ],
    }


def _figures(figures: _Figures) -> Shown:
    return {
        "placements": _count(figures.of("placements")),
        "started": _count(figures.of("started")),
        "ended": _count(figures.of("ended")),
        "lengths": _lengths(figures),
        "outcomes": _share(figures, "outcomes", "ended"),
        "returns_to_mainstream": _share(figures, "returns", "outcomes"),
        "back_again": _share(figures, "back_again", "returns"),
        "moves_between_settings": _share(figures, "moves", "ended"),
        "unsuccessful": _share(figures, "unsuccessful", "judged"),
        "dual_registered": _share(figures, "dual_registered", "placements"),
        "transitions_sustained": _sustained(figures, "transitions"),
        "post_16_sustained": _sustained(figures, "post_16"),
    }


def _count(count: int | None) -> Shown:
    return {"count": count, "suppressed": count is None}


def _share(figures: _Figures, part: str, whole: str) -> Shown:
    numerator, denominator = figures.of(part), figures.of(whole)
    suppressed = numerator is None or denominator is None
    percent = round(100 * numerator / denominator, 1) if numerator is not None and denominator else None
    return {"numerator": numerator, "denominator": denominator, "percent": percent, "suppressed": suppressed}


def _sustained(figures: _Figures, kind: str) -> Shown:
    unrecorded = figures.of(f"{kind}_unrecorded")
    share = _share(figures, f"{kind}_sustained", f"{kind}_due")
    return share | {"unrecorded": unrecorded, "suppressed": share["suppressed"] or unrecorded is None}


def _lengths(figures: _Figures) -> Shown:
    ended, quartiles = figures.of("ended"), figures.counted.quartiles
    told = quartiles is not None and ended is not None and ended >= SMALLEST_FOR_QUARTILES
    days = [round(each) for each in quartiles] if told and quartiles else [None, None, None]
    names = ("lower_quartile_days", "median_days", "upper_quartile_days")
    return {**dict(zip(names, days, strict=True)), "suppressed": not told and ended != 0}


def _reasons(reasons: Sequence[str | None], counts: Mapping[str | None, int], total: int | None) -> list[Shown]:
    """One kind of count told apart by reason; all suppressed where the total is, which they would tell."""
    cells = [{"count": counts.get(reason, 0)} for reason in reasons]
    if total is None:
        return [{"reason": reason, "count": _count(None)} for reason in reasons]
    hidden = hidden_in_breakdown({"count": total}, cells, (), ("count",))
    return [
        {"reason": reason, "count": _count(None if kept else cell["count"])}
        for reason, cell, kept in zip(reasons, cells, hidden.rows, strict=True)
    ]
