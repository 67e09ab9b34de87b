"""Sites of providers, satellites included."""

from pydantic import Field

from app.schemas.directory import Accessibility, OpeningTimes, Postcode
from app.schemas.wire import Body, Name, ShortText, left_out


class SiteUpdate(Body):
    """Changes to a site. Members left out stay as they are."""

    name: Name = Field(default_factory=left_out)
    address: ShortText = Field(default_factory=left_out)
    postcode: Postcode = Field(default_factory=left_out)
    satellite: bool = Field(default_factory=left_out)
    opening_times: OpeningTimes = Field(default_factory=left_out)
    accessibility: Accessibility | None = None
