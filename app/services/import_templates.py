"""The columns of each kind of file: what a header may name, what each cell means, and an example of every one."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from app.models.organisations import ProviderCategory
from app.rules.calendars import Term
from app.rules.identifiers import IdentifierScheme
from app.rules.imports import ImportKind
from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.upn import synthetic_upn

_YES = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Column:
    """`lines` says whether a cell may go over several lines."""

    name: str
    meaning: str
    example: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    lines: bool = False


def _needed(name: str, meaning: str, example: str, values: tuple[str, ...] = (), *, lines: bool = False) -> Column:
    return Column(name, meaning, example, True, values, lines)


def _all(enum: type[StrEnum]) -> tuple[str, ...]:
    return tuple(each.value for each in enum)


_WHO = "an id, `urn:102345` or another identifier with its scheme, or the exact name"
_DAY = "YYYY-MM-DD, or DD/MM/YYYY with the day first"

_PUPILS = (
    _needed("given_name", "The child's given name.", "Ada"),
    _needed("family_name", "The child's family name.", "Example"),
    _needed("date_of_birth", f"A day: {_DAY}.", "2012-03-04"),
    Column("upn", "The unique pupil number; empty where there is none.", synthetic_upn(12345)),
    Column("home_council", f"The council where the child lives: {_WHO}.", ""),
)
_PLACEMENTS = (
    _needed("pupil", "The child's UPN, or the id of its record.", synthetic_upn(12345)),
    _needed("provider", f"Who is to teach: {_WHO}.", "Meadow Farm"),
    Column("host_school", f"The school whose roll the child is on: {_WHO}; empty for none.", ""),
    Column(
        "lot", "The lot's id, or the framework's name, a colon and the lot's number; empty for a spot purchase.", ""
    ),
    Column("spot_purchase", "Whether it is bought outside of any lot; no where left empty.", "yes", values=_YES),
    _needed("calendar", "The calendar's id, or its name where one of the parties' has it alone.", "2026/27"),
    _needed("tier", "The tier of provision.", "time_limited", _all(PlacementTier)),
    _needed("primary_reason", "Why it is commissioned.", "at_risk_of_exclusion", _all(PrimaryReason)),
    Column("key_stage", "The key stage, where the lot asks for it.", "", values=_all(KeyStage)),
    _needed("objectives", "What it is for; several are parted by |.", "Attend every morning|Sit English", lines=True),
    _needed("intended_next_step", "What is to come after it.", "Return to Hill School", lines=True),
    _needed("pattern", "Full or part time.", "full_time", _all(AttendancePattern)),
    Column("online", "Whether it is online; no where left empty.", "no", values=_YES),
    Column("delivery", "The delivery option, where the lot asks for it.", "", values=_all(DeliveryOption)),
    _needed("starts_on", f"Its first day: {_DAY}.", "2026-11-30"),
    _needed("planned_end_on", f"The last open pupil day of a half-term: {_DAY}.", "2027-02-12"),
    Column(
        "planned_end_by_agreement",
        "Whether both sides agree to another last day; no where left empty.",
        "no",
        values=_YES,
    ),
    Column("am_days", "The days of its mornings, such as `mon-fri` or `mon wed`.", "mon-fri"),
    Column("am_starts_at", "When mornings begin, by the clock in London.", "09:00"),
    Column("am_ends_at", "When mornings end.", "12:00"),
    Column("pm_days", "The days of its afternoons.", "mon-thu"),
    Column("pm_starts_at", "When afternoons begin.", "13:00"),
    Column("pm_ends_at", "When afternoons end.", "15:00"),
    Column("site", "The name of the provider's site where the child is taught.", ""),
)
_PROVIDERS = (
    _needed("name", "The provider's name.", "Hollow Farm"),
    _needed("category", "What it is.", "charity", _all(ProviderCategory)),
    Column("offer", "What it offers, in words.", "Animal care and English", lines=True),
    Column("target_groups", "Whom it is for; several are parted by |.", "KS3|KS4"),
    Column("published", "Whether every caller finds it; no where left empty.", "no", values=_YES),
    *(
        Column(each.value, f"Its number of the scheme `{each.value}`, where it has one.", "")
        for each in IdentifierScheme
    ),
    Column("site_name", "The name of its first site.", "The farm"),
    Column("site_address", "That site's address.", "1 Hollow Lane, Northtown"),
    Column("site_postcode", "That site's postcode.", "N1 1AA"),
    Column("contact_name", "Its safeguarding lead.", "S. Lead"),
    Column("contact_email", "The safeguarding lead's email.", "dsl@hollow-farm.example"),
    Column("contact_phone", "The safeguarding lead's telephone number.", "0161 496 0001"),
)
_CALENDARS = (
    _needed("calendar", "The calendar's name: its rows go in together or not at all.", "Northshire 2026/27"),
    _needed("entry", "What the row is.", "half_term", ("half_term", "closure")),
    Column("term", "The term of a half-term.", "autumn", values=_all(Term)),
    Column("half", "Which half of the term.", "1", values=("1", "2")),
    _needed("first_on", f"The first day for pupils, or the day closed: {_DAY}.", "2026-09-03"),
    Column("last_on", "The last day; empty for a closure of one day.", "2026-10-23"),
    Column("reason", "Why it is closed.", "", lines=False),
)

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.PUPILS: _PUPILS,
    ImportKind.PLACEMENTS: _PLACEMENTS,
    ImportKind.PROVIDERS: _PROVIDERS,
    ImportKind.CALENDARS: _CALENDARS,
}

_MORE_EXAMPLES: Mapping[ImportKind, Sequence[Mapping[str, str]]] = {
    ImportKind.PUPILS: [{"given_name": "Ben", "family_name": "Sample", "date_of_birth": "2011-09-12"}],
    ImportKind.PROVIDERS: [{"name": "Forge Tutors", "category": "sole_trader", "published": "no"}],
    ImportKind.CALENDARS: [
        {"entry": "half_term", "term": "autumn", "half": "2", "first_on": "2026-11-02", "last_on": "2026-12-18"},
        {"entry": "closure", "first_on": "2026-11-27", "reason": "INSET"},
    ],
}


def template(kind: ImportKind) -> str:
    """A file of this kind: the header, and rows that an import would take. RFC 4180."""
    columns = COLUMNS[kind]
    rows = [{each.name: each.example for each in columns}, *_MORE_EXAMPLES.get(kind, [])]
    if kind is ImportKind.CALENDARS:
        rows = [{"calendar": rows[0]["calendar"]} | dict(row) for row in rows]
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([each.name for each in columns])
    writer.writerows([[row.get(each.name, "") for each in columns] for row in rows])
    return file.getvalue()
