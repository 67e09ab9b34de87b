"""Reading an absconding alert, whatever it looks like: what can be understood is taken, the rest is named.

Nothing here refuses. The body is kept as it came, and people read it when the machine could not.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.rules.absconding import AlertFlag
from app.rules.london import LONDON
from app.rules.upn import without_upns
from app.schemas.strict_json import InvalidJson, parse_json

MOST_BYTES_KEPT = 65_536
_LONGEST_PLACE = 500
_LONGEST_DESCRIPTION = 8000
_MEMBERS = {"placement_id", "last_seen_at", "last_seen_where", "description"}
_YEARS = range(1990, 2101)

_PLACEMENT = re.compile(rb'placement_?id["\'\s:=]{1,9}([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})', re.I)
_UNFIT = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class ReceivedAlert:
    """What could be understood of an alert. `as_received` is at most 64 KiB of its body."""

    as_received: bytes
    placement_id: UUID | None = None
    last_seen_at: datetime | None = None
    last_seen_where: str | None = None
    description: str | None = None
    flags: set[AlertFlag] = field(default_factory=set)


def read_alert(body: bytes, content_type: str | None, placement_in_query: str | None) -> ReceivedAlert:
    """The alert as far as it can be understood. A placement in the query counts before one in the body."""
    received = ReceivedAlert(body[:MOST_BYTES_KEPT])
    if len(body) > MOST_BYTES_KEPT:
        received.flags.add(AlertFlag.BODY_CUT)
    if body and not _says_json(content_type):
        received.flags.add(AlertFlag.CONTENT_TYPE_UNEXPECTED)
    members = _members(body, received)
    if not members.keys() <= _MEMBERS:
        received.flags.add(AlertFlag.FIELDS_UNKNOWN)
    received.placement_id = _placement(body, members, placement_in_query, received)
    received.last_seen_at = _instant(members.get("last_seen_at"), received)
    received.last_seen_where = _text(members.get("last_seen_where"), _LONGEST_PLACE, received)
    received.description = _text(members.get("description"), _LONGEST_DESCRIPTION, received)
    return received


def as_people_read(as_received: bytes) -> str:
    """The body as it came, for a person: what cannot be shown is replaced, and a UPN in it is not shown."""
    return without_upns(as_received.decode("utf-8", "replace").replace("\x00", "\ufffd"))


def _says_json(content_type: str | None) -> bool:
    return (content_type or "").partition(";")[0].strip().lower() == "application/json"


def _members(body: bytes, received: ReceivedAlert) -> dict[str, Any]:
    """The members of a JSON body. A body too large to be kept is not parsed: reading one must not hold up another."""
    if not body or len(body) > MOST_BYTES_KEPT:
        return {}
    try:
        value = parse_json(body)
    except InvalidJson:
        received.flags.add(AlertFlag.BODY_NOT_JSON)
        value = _leniently(body)
    if isinstance(value, dict):
        return value
    received.flags.add(AlertFlag.BODY_NOT_JSON)
    return {}


def _leniently(body: bytes) -> object:
    """What Python's own reader makes of a body that ours refused: a number too large spoils no address."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def _placement(body: bytes, members: dict[str, Any], in_query: str | None, received: ReceivedAlert) -> UUID | None:
    found = None
    for written in (in_query, members.get("placement_id")):
        if written is not None:
            understood = _id(written)
            if understood is None or (found is not None and understood != found):
                received.flags.add(AlertFlag.FIELDS_NOT_UNDERSTOOD)
            found = found or understood
    if found is None and (somewhere := _PLACEMENT.search(body)):
        return _id(somewhere[1].decode("ascii"))
    return found


def _id(written: object) -> UUID | None:
    try:
        return UUID(written.strip()) if isinstance(written, str) and len(written) <= 64 else None
    except ValueError:
        return None


def _instant(written: object, received: ReceivedAlert) -> datetime | None:
    """An instant; a time without offset is taken for London's, and flagged."""
    if written is None:
        return None
    instant = _in_utc(written) if isinstance(written, str) and len(written) <= 40 else None
    if instant is None or not _has_offset(written):
        received.flags.add(AlertFlag.FIELDS_NOT_UNDERSTOOD)
    return instant


def _in_utc(written: str) -> datetime | None:
    """As it will be read again, which is what must lie within bounds: a list that cannot be shown hides every alert."""
    try:
        instant = datetime.fromisoformat(written)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year in _YEARS else None


def _has_offset(written: object) -> bool:
    return datetime.fromisoformat(str(written)).tzinfo is not None


def _text(written: object, longest: int, received: ReceivedAlert) -> str | None:
    if written is None:
        return None
    if not isinstance(written, str):
        received.flags.add(AlertFlag.FIELDS_NOT_UNDERSTOOD)
        return None
    fit = without_upns(_UNFIT.sub("\ufffd", written))[:longest].strip()
    if len(written) > longest or _UNFIT.search(written):
        received.flags.add(AlertFlag.FIELDS_NOT_UNDERSTOOD)
    return fit or None
