"""The time zone by whose clock schools live, and how a refusal writes an instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def written_in_utc(instant: datetime) -> str:
    """An instant as every answer of the API writes it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
