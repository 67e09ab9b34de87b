"""Tables, one aggregate per file. Importing this package registers them all."""

from app.models import (
    absconding,
    agreements,
    attendance,
    calendars,
    clients,
    directory_entries,
    frameworks,
    journal,
    organisations,
    placements,
    progress_reports,
    pupils,
    qa,
    suspensions,
    toolkit,
)

__all__ = [
    "absconding",
    "agreements",
    "attendance",
    "calendars",
    "clients",
    "directory_entries",
    "frameworks",
    "journal",
    "organisations",
    "placements",
    "progress_reports",
    "pupils",
    "qa",
    "suspensions",
    "toolkit",
]
