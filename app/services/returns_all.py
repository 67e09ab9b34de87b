"""The returns that there are."""

from app.services.attendance_census import CENSUS
from app.services.monthly_dashboard import DASHBOARD
from app.services.returns import Return

RETURNS: tuple[Return, ...] = (CENSUS, DASHBOARD)
