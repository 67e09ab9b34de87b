"""Who answers for the code that stands in the register for a session."""

from uuid import UUID

from app.rules.sources import OUR_OWN, SI_2024_208
from app.rules.verdict import Allowed, Refused, Verdict


def may_enter_code(caller: UUID, *, host_school: UUID | None, commissioner: UUID) -> Verdict:
    """The host school keeps the register; for a child on no school's roll its commissioner does.

    Source: SI 2024/208 (the school enters the code), read in the primary source; a child on no roll is Waymark's own.
    """
    if caller == (host_school or commissioner):
        return Allowed()
    by = "host_school" if host_school is not None else "commissioner"
    source = SI_2024_208 if host_school is not None else OUR_OWN
    return Refused(
        "wrong_party",
        "Another organisation keeps the register; the provider states a fact and may suggest a code.",
        source,
        {"may_be_done_by": [by]},
    )
