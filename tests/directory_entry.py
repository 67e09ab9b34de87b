"""A directory entry in full, and row security met directly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from app.db.embedded_database import Addresses
from tests.world import World

PERMISSION = {"given_by": "A. Reed, head", "given_on": "2026-09-01"}
# Every clause of the form, each with the value that a believable provider gives.
CLAUSES: dict[str, Any] = {
    "category": "charity",
    "publication": "everyone",
    "permission_to_publish": PERMISSION,
    "offer": "Animal care and horticulture",
    "contacts": [
        {"role": "head", "name": "A. Reed", "email": "head@meadow.example", "phone": "01632 960001"},
        {"role": "safeguarding_lead", "name": "B. Ode", "email": "dsl@meadow.example", "phone": None},
        {"role": "senco", "name": "C. Fenn", "email": None, "phone": None},
    ],
    "staff": {"delivery": 6, "qualified_teachers": 2, "support": 3, "other": 1, "volunteers": 0},
    "ofsted": "voluntarily_registered",
    "awarding_bodies": ["Pearson", "ASDAN"],
    "qualifications": [
        {"title": "BTEC Animal Care", "level": "level_1", "awarding_body": "Pearson"},
        {"title": "Personal development", "level": None, "awarding_body": None},
    ],
    "non_accredited": ["Forest school"],
    "target_groups": ["ks3", "ks4", "looked_after", "ehcp"],
    "other_target_groups": ["School refusers"],
    "needs_met": ["Anxiety", "Speech and language"],
    "subjects": ["English", "Animal care"],
    "session_times": [
        {"day": "monday", "starts_at": "09:00", "ends_at": "12:00"},
        {"day": "saturday", "starts_at": "10:00", "ends_at": "11:30"},
    ],
    "patterns": ["full_time", "part_time"],
    "delivery_options": ["in_person_one_to_one", "online_group"],
    "costs": [{"what_for": "A place in a group", "amount_pence": 4500, "per": "session"}],
    "staffing_ratios": [{"setting": "Workshop", "staff": 1, "pupils": 4}],
    "transport": {
        "offered": True,
        "note": "Within ten miles",
        "cost": {"amount_pence": 800, "per": "day"},
    },
}
BLANK: dict[str, Any] = {
    "permission_to_publish": None,
    "offer": None,
    "contacts": [],
    "staff": dict.fromkeys(CLAUSES["staff"]),
    "ofsted": None,
    "awarding_bodies": [],
    "qualifications": [],
    "non_accredited": [],
    "target_groups": [],
    "other_target_groups": [],
    "needs_met": [],
    "subjects": [],
    "session_times": [],
    "patterns": [],
    "delivery_options": [],
    "costs": [],
    "staffing_ratios": [],
    "transport": None,
}
"""What a clause is when nothing is said of it."""

PRIVATE = {"category": "charity", "publication": "private"}


def entry_path(provider_id: object) -> str:
    return f"/v1/providers/{provider_id}/directory-entry"


@contextmanager
def speaking(
    database: Addresses, world: World, who: UUID | None, council: UUID | None = None
) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role on which the edge has set the caller."""
    with psycopg.connect(database.app.replace("+psycopg", "", 1)) as connection:
        settings = {
            "app.organisation": str(who or ""),
            "app.sandbox": str(world.sandbox_id),
            "app.council": str(council or ""),
        }
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        yield connection
        connection.rollback()
