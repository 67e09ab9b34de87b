"""Tables, one aggregate per file. Importing this package registers them all."""

from app.models import (
    absconding,
    agreements,
    attendance,
    calendars,
    clients,
    dual_registrations,
    frameworks,
    journal,
    organisations,
    outcomes,
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
    "dual_registrations",
    "frameworks",
    "journal",
    "organisations",
    "outcomes",
    "placements",
    "progress_reports",
    "pupils",
    "qa",
    "suspensions",
    "toolkit",
]
