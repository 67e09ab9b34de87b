"""What the work that follows a change is done with, outside of any request."""

from dataclasses import dataclass

from app.db.engine import Sessions
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Tools:
    """Sessions of the worker role, and the settings."""

    sessions: Sessions
    settings: Settings
