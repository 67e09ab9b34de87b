"""A provider's directory entry: its vocabulary, who writes it, and when it may be shown.

Source: Westmorland & Furness AP directory form, read in the primary source. Who writes it, and that times and costs
are in order, is Waymark's own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.rules.procurement import KeyStage
from app.rules.sources import OUR_OWN, WESTMORLAND_AND_FURNESS
from app.rules.verdict import Allowed, Refused, Verdict


class Publication(StrEnum):
    """Who finds an entry, beside the provider, the councils that registered or awarded it and who sees its placements.

    `councils_schools` are the schools of the councils on whose frameworks the provider stands: it holds an award there
    that has not ended. `everyone` is every authenticated caller.
    """

    PRIVATE = "private"
    COUNCILS_SCHOOLS = "councils_schools"
    EVERYONE = "everyone"

    @property
    def breadth(self) -> int:
        return list(Publication).index(self)


class TargetGroup(StrEnum):
    KS1 = "ks1"
    KS2 = "ks2"
    KS3 = "ks3"
    KS4 = "ks4"
    AGE_16_18 = "age_16_18"
    AGE_18_25 = "age_18_25"
    LOOKED_AFTER = "looked_after"
    EHCP = "ehcp"
    SEN_SUPPORT = "sen_support"
    NEET = "neet"
    YOUNG_CARERS = "young_carers"
    EAL = "eal"
    REFUGEES = "refugees"
    YOUNG_OFFENDERS = "young_offenders"
    TEENAGE_PARENTS = "teenage_parents"

    @property
    def words(self) -> str:
        """As the form writes it."""
        return _WORDS[self]


class OfstedStatus(StrEnum):
    REGISTERED = "registered"
    VOLUNTARILY_REGISTERED = "voluntarily_registered"
    NOT_REGISTERED = "not_registered"


class CostPer(StrEnum):
    SESSION = "session"
    DAY = "day"
    WEEK = "week"
    TERM = "term"
    YEAR = "year"
    ONE_OFF = "one_off"


class EntryContactRole(StrEnum):
    HEAD = "head"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    SENCO = "senco"


class DayOfWeek(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class QualificationLevel(StrEnum):
    """Levels of the national framework in England."""

    ENTRY_1 = "entry_1"
    ENTRY_2 = "entry_2"
    ENTRY_3 = "entry_3"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    LEVEL_4 = "level_4"
    LEVEL_5 = "level_5"
    LEVEL_6 = "level_6"
    LEVEL_7 = "level_7"
    LEVEL_8 = "level_8"


MOST_TARGET_GROUPS = 30
"""Those of the list and those in the provider's own words together."""

_WORDS: Mapping[TargetGroup, str] = MappingProxyType(
    {
        TargetGroup.KS1: "KS1",
        TargetGroup.KS2: "KS2",
        TargetGroup.KS3: "KS3",
        TargetGroup.KS4: "KS4",
        TargetGroup.AGE_16_18: "16-18",
        TargetGroup.AGE_18_25: "18-25",
        TargetGroup.LOOKED_AFTER: "looked after",
        TargetGroup.EHCP: "EHCP",
        TargetGroup.SEN_SUPPORT: "SEN support",
        TargetGroup.NEET: "NEET",
        TargetGroup.YOUNG_CARERS: "young carers",
        TargetGroup.EAL: "EAL",
        TargetGroup.REFUGEES: "refugees",
        TargetGroup.YOUNG_OFFENDERS: "young offenders",
        TargetGroup.TEENAGE_PARENTS: "teenage parents",
    }
)
_ALSO_WRITTEN: Mapping[TargetGroup, tuple[str, ...]] = MappingProxyType(
    {
        TargetGroup.KS1: ("key stage 1",),
        TargetGroup.KS2: ("key stage 2",),
        TargetGroup.KS3: ("key stage 3",),
        TargetGroup.KS4: ("key stage 4",),
        TargetGroup.AGE_16_18: ("16 to 18", "age 16-18", "aged 16-18", "post-16"),
        TargetGroup.AGE_18_25: ("18 to 25", "age 18-25", "aged 18-25"),
        TargetGroup.LOOKED_AFTER: ("looked after children", "children looked after", "LAC", "CLA"),
        TargetGroup.EHCP: ("EHC plan", "EHC plans", "EHCPs"),
        TargetGroup.YOUNG_CARERS: ("young carer",),
        TargetGroup.EAL: ("English as an additional language",),
        TargetGroup.REFUGEES: ("refugee",),
        TargetGroup.YOUNG_OFFENDERS: ("young offender",),
        TargetGroup.TEENAGE_PARENTS: ("teenage parent",),
    }
)


def _key(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


KNOWN_WORDS: Mapping[str, TargetGroup] = MappingProxyType(
    {_key(word): group for group in TargetGroup for word in (group.value, group.words, *_ALSO_WRITTEN.get(group, ()))}
)
"""How a target group may be written, in small letters and digits alone."""

_GROUPS_OF: Mapping[KeyStage, tuple[TargetGroup, ...]] = MappingProxyType(
    {
        KeyStage.KS1: (TargetGroup.KS1,),
        KeyStage.KS2: (TargetGroup.KS2,),
        KeyStage.KS3: (TargetGroup.KS3,),
        KeyStage.KS4: (TargetGroup.KS4,),
        KeyStage.POST_16: (TargetGroup.AGE_16_18, TargetGroup.AGE_18_25),
    }
)


def target_groups_in(words: Sequence[str]) -> tuple[list[TargetGroup], list[str]]:
    """The groups of the form that the words name, in the form's order, and the words that name none."""
    known = {KNOWN_WORDS[_key(word)] for word in words if _key(word) in KNOWN_WORDS}
    return [group for group in TargetGroup if group in known], [w for w in words if _key(w) not in KNOWN_WORDS]


def groups_of_key_stage(key_stage: KeyStage) -> tuple[TargetGroup, ...]:
    """The target groups that hold pupils of a key stage: a provider serves it when it names one of them."""
    return _GROUPS_OF[key_stage]


def publication_of(*, published: bool, published_to_schools: bool) -> Publication:
    if published:
        return Publication.EVERYONE
    return Publication.COUNCILS_SCHOOLS if published_to_schools else Publication.PRIVATE


def may_publish(publication: Publication, permission_given_on: date | None, today: date) -> Verdict:
    """Whether an entry may be shown so widely: only with the provider's recorded permission, given by today.

    Source: Westmorland & Furness AP directory form, read in the primary source.
    """
    if permission_given_on is not None and permission_given_on > today:
        return Refused("permission_not_given_yet", "The permission is dated in the future.", OUR_OWN)
    if publication is not Publication.PRIVATE and permission_given_on is None:
        return Refused(
            "permission_to_publish_missing",
            "An entry is published with the provider's permission: who gave it, and when.",
            WESTMORLAND_AND_FURNESS,
            {"would_be_lawful": ["record the permission", "publication private"]},
        )
    return Allowed()


def may_keep_entry(*, own: bool, provider_keeps_its_own: bool) -> Verdict:
    """Whether an organisation that registered the provider, or the provider itself, may write its entry.

    The provider always may. Whoever registered it speaks for it until it has an API client of its own.
    """
    if own or not provider_keeps_its_own:
        return Allowed()
    return Refused(
        "provider_keeps_its_own_entry",
        "The organisation has a client of its own now, and keeps its entry itself.",
        OUR_OWN,
        {"would_be_lawful": ["ask the organisation to change its entry"]},
    )


def check_times(starts_at: str, ends_at: str) -> Verdict:
    """Whether times of day, both written HH:MM, are in order."""
    if ends_at <= starts_at:
        return Refused("ends_before_start", "The end must come after the start.", OUR_OWN)
    return Allowed()


def check_transport(*, offered: bool, has_cost: bool) -> Verdict:
    """Whether what is said of transport agrees with itself."""
    if has_cost and not offered:
        return Refused("cost_without_transport", "Transport that is not offered has no cost.", OUR_OWN)
    return Allowed()


def check_target_groups(named: int, in_own_words: int) -> Verdict:
    """Whether an entry names no more target groups than it can hold."""
    if named + in_own_words > MOST_TARGET_GROUPS:
        return Refused("too_many_target_groups", f"An entry names at most {MOST_TARGET_GROUPS} groups.", OUR_OWN)
    return Allowed()


def entry_warnings(publication: Publication, *, has_permission: bool) -> tuple[str, ...]:
    """What looks odd in an entry and was kept all the same: published before permissions were recorded."""
    if publication is not Publication.PRIVATE and not has_permission:
        return ("The entry is published and no permission is recorded.",)
    return ()
