"""The returns that there are."""

from app.services.attendance_census import CENSUS
from app.services.children_not_in_school import CHILDREN_NOT_IN_SCHOOL
from app.services.monthly_dashboard import DASHBOARD
from app.services.part_time_timetables import PART_TIME_TIMETABLES
from app.services.placement_movements import PLACEMENT_MOVEMENTS
from app.services.returns import Return

RETURNS: tuple[Return, ...] = (CENSUS, DASHBOARD, PLACEMENT_MOVEMENTS, PART_TIME_TIMETABLES, CHILDREN_NOT_IN_SCHOOL)
