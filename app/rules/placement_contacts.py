"""Contacts and named services of a placement.

Source: Salford AP contract slides, read in the primary source: a named AP lead at the host school; social worker and
SEN officer made aware; daily information by email to host school, commissioner and named support services.
"""

from enum import StrEnum

from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Allowed, Refused, Verdict


class PlacementContactRole(StrEnum):
    """`ap_lead` is the host school's."""

    SOCIAL_WORKER = "social_worker"
    SEN_OFFICER = "sen_officer"
    YOUTH_JUSTICE = "youth_justice"
    MENTAL_HEALTH = "mental_health"
    AP_LEAD = "ap_lead"
    PROVIDER_LEAD = "provider_lead"
    ATTENDANCE_OFFICER = "attendance_officer"
    OTHER = "other"


def check_placement_contact(
    role: PlacementContactRole, *, by_host_school: bool, by_provider: bool, email: bool, phone: bool, told_daily: bool
) -> Verdict:
    """Whether a party may list this contact; `email` and `phone` say whether it has one.

    Daily information goes by email. Sources: Salford AP contract slides, read in the primary source; that a contact can
    be reached, Waymark's own.
    """
    if role is PlacementContactRole.AP_LEAD and not by_host_school:
        return Refused("ap_lead_not_of_host_school", "The AP lead is named by the host school.", SALFORD)
    if role is PlacementContactRole.PROVIDER_LEAD and not by_provider:
        return Refused("provider_lead_not_of_provider", "The provider's lead is named by the provider.", OUR_OWN)
    if not email and not phone:
        return Refused("contact_unreachable", "A contact needs an email address or a phone number.", OUR_OWN)
    if told_daily and not email:
        return Refused("daily_without_email", "Daily information goes by email; this contact has no address.", SALFORD)
    return Allowed()
