"""Tables, one aggregate per file. Importing this package registers them all."""

from app.models import (
    absconding,
    agreements,
    attendance,
    calendars,
    clients,
    frameworks,
    journal,
    organisations,
    placements,
    progress_reports,
    pupils,
    qa,
    referrals,
    suspensions,
    toolkit,
)

__all__ = [
    "absconding",
    "agreements",
    "attendance",
    "calendars",
    "clients",
    "frameworks",
    "journal",
    "organisations",
    "placements",
    "progress_reports",
    "pupils",
    "qa",
    "referrals",
    "suspensions",
    "toolkit",
]
