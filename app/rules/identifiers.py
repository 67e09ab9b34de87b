"""Identifiers of organisations: a scheme and a value.

Source: DfE identifiers of establishments, read in the primary source, for URN, UKPRN and DfE number; the
shapes of Ofsted, company and charity numbers are from memory, so that only a warning comes of them.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.rules.sources import DFE_IDENTIFIERS, OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


class IdentifierScheme(StrEnum):
    URN = "urn"
    UKPRN = "ukprn"
    DFE_NUMBER = "dfe_number"
    OFSTED = "ofsted"
    COMPANY = "company"
    CHARITY = "charity"


_SURE: Mapping[IdentifierScheme, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        IdentifierScheme.URN: (re.compile(r"[0-9]{6}"), "A URN has 6 digits."),
        IdentifierScheme.UKPRN: (re.compile(r"[0-9]{8}"), "A UKPRN has 8 digits."),
        IdentifierScheme.DFE_NUMBER: (
            re.compile(r"[0-9]{3}/?[0-9]{4}"),
            "A DfE number is the authority's 3 digits and 4 more, with or without a stroke between.",
        ),
    }
)
_REMEMBERED: Mapping[IdentifierScheme, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        IdentifierScheme.OFSTED: (
            re.compile(r"([A-Z]{2})?[0-9]{5,8}"),
            "This is not the usual shape of an Ofsted number.",
        ),
        IdentifierScheme.COMPANY: (
            re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}"),
            "This is not the usual shape of a company number.",
        ),
        IdentifierScheme.CHARITY: (
            re.compile(r"[0-9]{6,7}(-[0-9]{1,2})?"),
            "This is not the usual shape of a charity number.",
        ),
    }
)
_PLAUSIBLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/\-]{0,19}")

_RANGES = (
    "000-000 201-213 301-320 330-336 340-344 350-359 370-373 380-384 390-394 800-803 805-808 810-813 "
    "815-816 821-823 825-826 830-831 835-841 845-846 850-852 855-857 860-861 865-896 908-909 916-916 919-919 "
    "921-921 925-926 928-929 931-931 933-933 935-943"
)


def _expanded(ranges: str) -> frozenset[str]:
    pairs = (each.split("-") for each in ranges.split())
    return frozenset(f"{number:03d}" for first, last in pairs for number in range(int(first), int(last) + 1))


KNOWN_AUTHORITIES = _expanded(_RANGES)
"""Numbers of councils, from memory and growing: one that is missing here is a warning, never a refusal."""


def check_identifier(scheme: IdentifierScheme, value: str) -> Verdict:
    """Whether a value can be an identifier of its scheme; `identifier_malformed` says what is expected.

    Source: DfE identifiers of establishments, read in the primary source.
    """
    if scheme in _SURE:
        pattern, reason = _SURE[scheme]
        return Allowed() if pattern.fullmatch(value) else Refused("identifier_malformed", reason, DFE_IDENTIFIERS)
    if _PLAUSIBLE.fullmatch(value) is None:
        return Refused(
            "identifier_malformed",
            "An identifier is at most 20 letters, digits, hyphens and strokes.",
            OUR_OWN,
        )
    return Allowed()


def identifier_warnings(scheme: IdentifierScheme, value: str) -> tuple[str, ...]:
    """What looks odd in an identifier that is not refused: an unknown authority, an unusual shape.

    Source: new councils keep getting numbers (DfE, read in the primary source), so that this never refuses.
    """
    if scheme is IdentifierScheme.DFE_NUMBER and value[:3] not in KNOWN_AUTHORITIES:
        return (f"{value[:3]} is no local authority number that we know.",)
    if scheme in _REMEMBERED:
        pattern, warning = _REMEMBERED[scheme]
        return () if pattern.fullmatch(value) else (warning,)
    return ()


def missing_identifier_warnings(*, is_school: bool, given: int) -> tuple[str, ...]:
    """An organisation has an identifier where one exists: a school or college has, another provider may have none.

    Source: DfE identifiers of establishments, read in the primary source. A warning, because a number may be pending.
    """
    if is_school and given == 0:
        return ("A school or college has an official number such as a URN or UKPRN, and none is given.",)
    return ()


def canonical_identifier(scheme: IdentifierScheme, value: str) -> str:
    """The form in which equal identifiers are equal: a DfE number without its stroke, the rest as it came."""
    return value.replace("/", "") if scheme is IdentifierScheme.DFE_NUMBER else value
