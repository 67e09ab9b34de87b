"""The time zone by whose clock schools live."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
