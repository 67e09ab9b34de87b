"""A school year of one setting: its summaries and censuses are those of an independent calculation."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.a_setting_year.plan import Stay, at, plan
from tests.a_setting_year.played import Played
from tests.a_setting_year.reckoned import counted, summaries
from tests.ledger import Ledger
from tests.world import Party, make_world

SEPTEMBER = at(date(2026, 9, 1), 9)
# A Wednesday at noon: the afternoon is still to come, and two weeks of reports have not been sent.
BEFORE_CHRISTMAS = at(date(2026, 12, 9), 12)
SUMMER = at(date(2027, 7, 31), 9)
YEAR = (date(2026, 8, 1), date(2027, 7, 31))
TERMS = {
    "autumn": (date(2026, 8, 1), date(2026, 12, 31)),
    "spring": (date(2027, 1, 1), date(2027, 4, 11)),
    "summer": (date(2027, 4, 12), date(2027, 7, 31)),
}
MONTHS = [f"{2026 + (number > 12)}-{(number - 1) % 12 + 1:02}" for number in range(8, 20)]
Key = Callable[[Stay], Any]


async def test_a_school_year_of_one_setting_is_summed_as_it_was(app: FastAPI, database: Addresses) -> None:
    async with make_world(app, database.owner, SEPTEMBER) as world:
        played = Played(world, Ledger(database, world), plan(2026))
        await played.begin()
        await played.until(BEFORE_CHRISTMAS, SEPTEMBER)
        await _summed_as_reckoned(played, world.council, BEFORE_CHRISTMAS, {"school_year": "2026-27"}, *YEAR)
        await _summed_as_reckoned(played, world.council, BEFORE_CHRISTMAS, {"month": "2026-12"}, *_month("2026-12"))
        await _censused_as_reckoned(played, world.council, BEFORE_CHRISTMAS, "2026-11")
        await played.until(SUMMER, BEFORE_CHRISTMAS)
        for party in (world.council, world.school, world.provider, world.other_provider):
            await _summed_as_reckoned(played, party, SUMMER, {"school_year": "2026-27"}, *YEAR)
        for term, days in TERMS.items():
            await _summed_as_reckoned(played, world.council, SUMMER, {"school_year": "2026-27", "term": term}, *days)
        for month in MONTHS:
            two = ("placement", "provider")
            await _summed_as_reckoned(played, world.provider, SUMMER, {"month": month}, *_month(month), two)
        for month in ("2026-11", "2027-02", "2027-08"):
            await _censused_as_reckoned(played, world.council, SUMMER, month)
        half_terms_break = {"from": "2027-05-26", "to": "2027-06-08"}
        await _summed_as_reckoned(played, world.council, SUMMER, half_terms_break, date(2027, 5, 26), date(2027, 6, 8))


def _month(month: str) -> tuple[date, date]:
    year, number = map(int, month.split("-"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _seen(played: Played, party: Party) -> list[Stay]:
    """What a party sees: a provider its own, a school its pupils, the council what it commissions itself."""
    world = played.world
    return [
        stay
        for stay in played.stays
        if {
            world.provider.id: not stay.elsewhere,
            world.other_provider.id: stay.elsewhere,
            world.school.id: stay.on_roll or stay.by_school,
            world.council.id: not stay.by_school,
        }[party.id]
    ]


async def _summed_as_reckoned(
    played: Played,
    party: Party,
    now: datetime,
    asked: dict[str, str],
    first: date,
    last: date,
    groups: Sequence[str] = ("placement", "pupil", "provider", "host_school", "council"),
) -> None:
    world = played.world
    keys: dict[str, tuple[str, Key]] = {
        "placement": ("placement_id", lambda stay: played.placements[stay.name]),
        "pupil": ("pupil_id", lambda stay: played.pupils[stay.child]),
        "provider": (
            "organisation_id",
            lambda stay: str((world.other_provider if stay.elsewhere else world.provider).id),
        ),
        "host_school": ("organisation_id", lambda stay: str(world.school.id) if stay.on_roll else None),
        "council": ("organisation_id", lambda stay: str(world.council.id)),
    }
    for by in groups:
        name, key = keys[by]
        answer = await party.get("/v1/attendance-summaries", by=by, limit=200, **asked)
        assert answer.status_code == 200, answer.text
        shown = {each[name]: _figures(each) for each in answer.json()["items"]}
        wanted = summaries(_seen(played, party), key, first, last, now)
        assert shown.keys() == wanted.keys(), (by, asked)
        for group, figures in wanted.items():
            assert shown[group] == figures, (by, asked, party.name)
        if by in ("placement", "pupil"):
            _flags_agree(answer.json()["items"])


def _figures(shown: dict[str, Any]) -> dict[str, Any]:
    pupils, began = shown["pupils"], shown["since_the_beginning"]
    return {
        "placements": shown["placements"],
        "pupils": (
            pupils["total"],
            pupils["with_possible_sessions"],
            pupils["persistently_absent"]["numerator"],
            pupils["severely_absent"]["numerator"],
        ),
        "sessions": shown["sessions"],
        "absence": tuple(shown["absence"][each] for each in ("numerator", "denominator", "percent")),
        "began": (began["absence_at_first"]["numerator"], began["absence_at_first"]["denominator"]),
        "change": began["change"],
    }


def _flags_agree(items: list[dict[str, Any]]) -> None:
    for each in items:
        for flag in ("persistently_absent", "severely_absent"):
            rated = each["pupils"]["with_possible_sessions"]
            assert each[flag] is (each["pupils"][flag]["numerator"] == 1 if rated else None)


async def _censused_as_reckoned(played: Played, party: Party, now: datetime, month: str) -> None:
    answer = (await party.get("/v1/attendance-census", month=month, limit=200)).json()
    shown = {
        each["placement_id"]: {"expected": each["sessions"]["expected"]}
        | {f"code {code['code']}": code["sessions"] for code in each["codes"]}
        for each in answer["items"]
    }
    wanted = {}
    for stay in _seen(played, party):
        found = counted(stay, *_month(month), now)
        if found["expected"]:
            codes = {name: number for name, number in found.items() if name.startswith("code ") and number}
            wanted[played.placements[stay.name]] = {"expected": found["expected"]} | codes
    assert shown == wanted
    assert (answer["nil_return"], answer["placements"]) == (not wanted, len(wanted))
