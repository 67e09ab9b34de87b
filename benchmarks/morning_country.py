"""A country for the national morning: settings with their pupils, schools, councils and keys, copied in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind, mint
from app.access.scopes import Scope
from app.rules.attendance_due import due_at
from app.rules.calendars import SchoolSession
from app.settings import Settings

NATIONAL_MARKS, NATIONAL_SETTINGS = 64_166, 1_522
STANDS_AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HOURS = {SchoolSession.AM: (time(9), time(12)), SchoolSession.PM: (time(13), time(15))}
SETTINGS_OF_A_COUNCIL = 10
SCHOOLS_OF_A_SETTING = 10

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One setting: its organisation, API client and key, and the placements it reports on."""

    provider_id: UUID
    client_id: UUID
    api_key: str
    placement_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Council:
    """One council, the key with which it reads attendance, and how many settings its pupils are in."""

    organisation_id: UUID
    client_id: UUID
    api_key: str
    settings: int


@dataclass(frozen=True, slots=True)
class Country:
    places: Sequence[Place]
    councils: Sequence[Council]
    days: Sequence[date]

    @property
    def marks(self) -> int:
        return sum(len(place.placement_ids) for place in self.places)


def found_country(
    owner_url: str, settings: Settings, size: int, days: int, largest: int = SETTINGS_OF_A_COUNCIL
) -> Country:
    """Fills an empty, migrated database with `size` settings whose pupils were expected on each of the last days.

    The first council has `largest` settings, every other ten.
    """
    with psycopg.connect(owner_url.replace("+psycopg", "", 1)) as connection:
        sandbox = uuid4()
        _copy(connection, "sandboxes", "id name stands_at", [(sandbox, "national morning", STANDS_AT)])
        past = [STANDS_AT.date() - timedelta(days=n) for n in range(days)]
        places, councils = [], []
        bounds = [0, *range(min(largest, size), size, SETTINGS_OF_A_COUNCIL), size]
        for first, end in pairwise(bounds):
            council = _council(connection, settings, sandbox, end - first)
            places += _county(connection, settings, sandbox, past, council, range(first, end))
            councils.append(council)
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")
    return Country(places, councils, past)


def _council(connection: psycopg.Connection, settings: Settings, sandbox: UUID, size: int) -> Council:
    council = uuid4()
    _organisations(connection, sandbox, [council], "council", None)
    return Council(council, *_client(connection, settings, council, Scope.ATTENDANCE_READ), size)


def _county(
    connection: psycopg.Connection, settings: Settings, sandbox: UUID, days: Sequence[date], of: Council, numbers: range
) -> list[Place]:
    """A council's calendar, schools, and settings."""
    council, calendar = of.organisation_id, uuid4()
    schools = [uuid4() for _ in range(len(numbers) + SCHOOLS_OF_A_SETTING)]
    _organisations(connection, sandbox, schools, "school", council)
    _copy(
        connection, "calendars", "id created_at changed_at version owner_id name governs",
        [(calendar, STANDS_AT, STANDS_AT, 1, council, "2026/27", True)],
    )  # fmt: skip
    places = []
    for offset, number in enumerate(numbers):
        place = _setting(connection, settings, sandbox, number)
        _placements(connection, place, council, calendar, schools[offset : offset + SCHOOLS_OF_A_SETTING])
        _ledger(connection, place, days)
        places.append(place)
    return places


def _setting(connection: psycopg.Connection, settings: Settings, sandbox: UUID, number: int) -> Place:
    provider = uuid4()
    _organisations(connection, sandbox, [provider], "provider", None)
    client, key = _client(connection, settings, provider, Scope.ATTENDANCE_WRITE)
    larger = number < NATIONAL_MARKS % NATIONAL_SETTINGS
    pupils = NATIONAL_MARKS // NATIONAL_SETTINGS + larger
    return Place(provider, client, key, [uuid4() for _ in range(pupils)])


def _client(connection: psycopg.Connection, settings: Settings, owner: UUID, scope: Scope) -> tuple[UUID, str]:
    """An organisation's API client and its key."""
    client, key = uuid4(), mint(environment_of(settings), pepper_of(settings))
    _copy(
        connection, "api_clients", "id created_at changed_at version organisation_id name scopes",
        [(client, STANDS_AT, STANDS_AT, 1, owner, "MIS", [scope.value])],
    )  # fmt: skip
    _copy(
        connection, "credentials", "id client_id kind public_id digest created_at",
        [(uuid4(), client, CredentialKind.API_KEY.value, key.public_id, key.digest, STANDS_AT)],
    )  # fmt: skip
    return client, key.plain


def _organisations(
    connection: psycopg.Connection, sandbox: UUID, ids: Sequence[UUID], kind: str, council: UUID | None
) -> None:
    columns = "id created_at changed_at version kind name sandbox_id council_id target_groups published"
    rows: list[Row] = [
        (each, STANDS_AT, STANDS_AT, 1, kind, f"{kind} {each}", sandbox, council, [], False) for each in ids
    ]
    _copy(connection, "organisations", columns, rows)


def _placements(
    connection: psycopg.Connection, place: Place, council: UUID, calendar: UUID, schools: Sequence[UUID]
) -> None:
    """Every other placement is commissioned by the school itself, the others by the council."""
    pupils = [uuid4() for _ in place.placement_ids]
    _copy(
        connection, "pupils",
        "id created_at changed_at version registered_by_id given_name family_name date_of_birth home_council_id",
        [(p, STANDS_AT, STANDS_AT, 1, council, "Ada", "Example", date(2012, 3, 4), council) for p in pupils],
    )  # fmt: skip
    rows: list[Row] = []
    for index, (placement, pupil) in enumerate(zip(place.placement_ids, pupils, strict=True)):
        school = schools[index % len(schools)]
        rows.append(
            (
                placement, STANDS_AT, STANDS_AT, 1, pupil, council if index % 2 else school, school, place.provider_id,
                True, calendar, "accepted", "time_limited", "at_risk_of_exclusion", "full_time", False, ["Attend"],
                "School", date(2026, 9, 3), date(2027, 2, 12), date(2027, 2, 12), False, False,
            )
        )  # fmt: skip
    _copy(
        connection, "placements",
        "id created_at changed_at version pupil_id commissioner_id host_school_id provider_id spot_purchase calendar_id"
        " state tier primary_reason pattern online objectives intended_next_step starts_on planned_end_on ends_on"
        " start_told end_told",
        rows,
    )  # fmt: skip


def _ledger(connection: psycopg.Connection, place: Place, days: Sequence[date]) -> None:
    _copy(
        connection, "expected_sessions",
        "placement_id on_date session provider_id starts_at ends_at online council_commissioned due_at changed_at",
        (
            (placement, day, session.value, place.provider_id, *hours, False, bool(index % 2),
             due_at(day, session, hours[0]), STANDS_AT)
            for day in days
            for session, hours in HOURS.items()
            for index, placement in enumerate(place.placement_ids)
        ),
    )  # fmt: skip


def _copy(connection: psycopg.Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns.split())
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
