"""Tables, one aggregate per file. Importing this package registers them all."""

from app.models import (
    absconding,
    agreements,
    attendance,
    calendars,
    clients,
    frameworks,
    journal,
    lot_applications,
    organisations,
    placements,
    progress_reports,
    provider_assurance,
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
    "frameworks",
    "journal",
    "lot_applications",
    "organisations",
    "placements",
    "progress_reports",
    "provider_assurance",
    "pupils",
    "qa",
    "suspensions",
    "toolkit",
]
