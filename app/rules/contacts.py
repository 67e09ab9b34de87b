"""Who keeps which contacts, and what makes one reachable.

Source: Salford AP contract slides, read in the primary source: police, school and commissioner are told immediately
when a pupil leaves. The police of an area are a contact of its council, because they are no client of ours.
"""

from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Allowed, Refused, Verdict


def check_contact(*, of_police: bool, kept_by_council: bool, reachable: bool) -> Verdict:
    """Whether an organisation may keep this contact."""
    if of_police and not kept_by_council:
        return Refused("police_contact_not_of_council", "The contact of the police is kept by a council.", SALFORD)
    if not reachable:
        return Refused("contact_unreachable", "A contact needs an email address or a phone number.", OUR_OWN)
    return Allowed()
