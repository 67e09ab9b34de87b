"""Windows in which providers may apply, on the wire."""

from pydantic import Field

from app.rules.frameworks import WindowKind, WindowState
from app.schemas.wire import Body, Day, Id, Instant, Tagged, left_out


class WindowCreate(Body):
    """A window of the calling council's framework, first and last day included."""

    kind: WindowKind = Field(strict=False)
    opens_on: Day = Field(examples=["2026-09-01"])
    closes_on: Day = Field(examples=["2026-09-30"])


class WindowUpdate(Body):
    """Other days for a window. Once it is open it may only close later."""

    opens_on: Day = Field(default_factory=left_out)
    closes_on: Day = Field(default_factory=left_out)


class WindowRead(Tagged):
    """A window of a framework. `state` is today's."""

    id: Id
    framework_id: Id
    kind: WindowKind
    opens_on: Day
    closes_on: Day
    state: WindowState
    changed_at: Instant
