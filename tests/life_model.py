"""A placement's life in plain Python, written from the contract and not from the service.

Nothing here imports a rule of the service: calendars are sets of days, and each verb says which status it is answered with.
The clock stands at eight in the morning, before the day's first session.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

Session = tuple[date, str]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True)
class Year:
    """A calendar: its half-terms, its closures, and the last open pupil day of each half-term as a person reads it."""

    name: str
    half_terms: tuple[tuple[str, int, date, date], ...]
    closures: tuple[date, ...]
    lawful_ends: frozenset[date]

    def is_open(self, day: date) -> bool:
        inside = any(first <= day <= last for _, _, first, last in self.half_terms)
        return inside and day.weekday() < 5 and day not in self.closures

    def days(self, first: date, last: date) -> Iterator[date]:
        for offset in range((last - first).days + 1):
            if self.is_open(first + timedelta(days=offset)):
                yield first + timedelta(days=offset)

    @property
    def as_sent(self) -> dict[str, object]:
        return {
            "name": self.name,
            "half_terms": [
                {"term": term, "half": half, "first": str(first), "last": str(last)}
                for term, half, first, last in self.half_terms
            ],
            "closures": [{"date": str(day), "reason": "Closed"} for day in self.closures],
        }


ORDINARY = Year(
    "Ends on Fridays",
    (
        ("autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
        ("spring", 1, date(2027, 1, 4), date(2027, 2, 12)),
        ("spring", 2, date(2027, 2, 22), date(2027, 3, 25)),
    ),
    (date(2026, 11, 27),),
    frozenset({date(2026, 12, 18), date(2027, 2, 12), date(2027, 3, 25)}),
)
CROOKED = Year(
    "Ends on an INSET day, mid-week, and before a bank holiday",
    (
        ("autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
        ("spring", 1, date(2027, 1, 5), date(2027, 2, 10)),
        ("spring", 2, date(2027, 2, 22), date(2027, 3, 26)),
    ),
    (date(2026, 12, 18), date(2027, 3, 26)),
    frozenset({date(2026, 12, 17), date(2027, 2, 10), date(2027, 3, 25)}),
)
MORNINGS = tuple((weekday, "am") for weekday in WEEKDAYS)
AFTERNOONS = (("tuesday", "pm"), ("thursday", "pm"))
ALL_WEEK = tuple((weekday, session) for weekday in WEEKDAYS for session in ("am", "pm"))


@dataclass
class Notice:
    given_by: str
    day: date
    withdrawn: bool = False
    path: str = ""


@dataclass
class Suspension:
    first: date
    last: date
    takes_effect: date
    state: str = "requested"
    answered: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)
    path: str = ""

    @property
    def stands(self) -> bool:
        return self.state in ("requested", "agreed")


@dataclass
class Request:
    """To end at once, or to go on for longer: whoever asks agrees by asking, and all parties must."""

    kind: str
    asked_by: str
    day: date
    answer_by: date
    state: str = "requested"
    agreed: set[str] = field(default_factory=set)
    path: str = ""


@dataclass
class Life:
    """One placement. Parties are named as in `tests.world.World`."""

    commissioner: str
    school: str | None
    provider: str
    child: str
    year: Year
    slots: tuple[tuple[str, str], ...]
    starts: date
    planned_end: date
    state: str = "proposed"
    end: date = date.max
    sessions: set[Session] = field(default_factory=set)
    waived: set[Session] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    path: str = ""

    def __post_init__(self) -> None:
        self.end = self.planned_end

    @property
    def parties(self) -> set[str]:
        return {party for party in (self.commissioner, self.school, self.provider) if party}

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[1]

    def status(self, today: date) -> str:
        if self.state != "accepted":
            return self.state
        if today < self.starts:
            return "upcoming"
        return "active" if today <= self.end else "ended"

    def timetabled(self, first: date, last: date) -> set[Session]:
        """Sessions of the weekly slots on the open days from `first` to `last`."""
        return {
            (day, session)
            for day in self.year.days(first, last)
            for weekday, session in self.slots
            if WEEKDAYS[day.weekday()] == weekday
        }

    # What each verb is answered with, and what it changes where it succeeds. ------------------------------------

    def accept(self, by: str, today: date, others: list["Life"]) -> int:
        status = self._answered(by, self.provider, ("provider", "other_provider"))
        if status != 200:
            return status
        if self.state != "proposed" or today > self.end:
            return 409
        wanted = self.timetabled(max(self.starts, today), self.end)
        if any(wanted & other.taken(today) for other in others if other.child == self.child):
            return 409
        self.state, self.sessions = "accepted", wanted
        return 200

    def taken(self, today: date) -> set[Session]:
        """Where the child is expected from today on."""
        return {each for each in self.sessions - self.waived if each[0] >= today}

    def decline(self, by: str) -> int:
        status = self._answered(by, self.provider, ("provider", "other_provider"))
        if status != 200:
            return status
        return self._settle("declined")

    def withdraw(self, by: str) -> int:
        every_kind = ("council", "other_council", "school", "other_school", "provider", "other_provider")
        status = self._answered(by, self.commissioner, every_kind)
        if status != 200:
            return status
        return self._settle("withdrawn")

    def _settle(self, state: str) -> int:
        if self.state != "proposed":
            return 409
        self.state = state
        return 200

    def give_notice(self, by: str, day: date, today: date) -> int:
        if by not in self.parties:
            return 404
        ends = self.end_that_stands()
        lawful = day in self.year.lawful_ends and self.starts <= day < ends
        if self.state != "accepted" or today > ends or today > day or not lawful:
            return 409
        self.notices.append(Notice(by, day))
        self._end_on(day, today)
        return 201

    def withdraw_notice(self, notice: Notice, by: str, today: date, others: list["Life"]) -> int:
        if by not in self.parties:
            return 404
        if by != notice.given_by or notice.withdrawn or today >= notice.day:
            return 409
        later = self.end_that_stands(without=notice)
        if self._clashes(later, today, others):
            return 409
        notice.withdrawn = True
        self._end_on(later, today)
        return 200

    def end_that_stands(self, planned: date | None = None, without: Notice | None = None) -> date:
        """The earliest of the planned end, the notices that stand, and what all agreed to end at once."""
        notices = [each.day for each in self.notices if not each.withdrawn and each is not without]
        at_once = [each.day for each in self.requests if each.kind == "at_once" and each.state == "agreed"]
        return min([planned or self.planned_end, *notices, *at_once])

    def _clashes(self, later: date, today: date, others: list["Life"]) -> bool:
        wanted = self.timetabled(max(self.end + timedelta(days=1), self.starts), later)
        return any(wanted & other.taken(today) for other in others if other.child == self.child)

    def ask(self, kind: str, by: str, day: date, today: date) -> int:
        if by not in self.parties:
            return 404
        if self.state != "accepted" or today > self.end or self._open(kind):
            return 409
        if kind == "at_once" and not today <= day < self.end:
            return 409
        ends_at_once = any(each.kind == "at_once" and each.state == "agreed" for each in self.requests)
        if kind == "longer" and (ends_at_once or day <= self.planned_end or day not in self.year.lawful_ends):
            return 409
        answer_by = day if kind == "at_once" else self.end
        self.requests.append(Request(kind, by, day, answer_by, agreed={by}))
        return 201

    def _open(self, kind: str) -> list[Request]:
        return [each for each in self.requests if each.kind == kind and each.state == "requested"]

    def answer_request(self, request: Request, by: str, agrees: bool, today: date, others: list["Life"]) -> int:
        if by not in self.parties:
            return 404
        if request.state != "requested" or by in request.agreed:
            return 409
        if not agrees:
            request.state = "refused"
            return 200
        if request.agreed | {by} != self.parties:
            request.agreed.add(by)
            return 200
        longer = self.end_that_stands(planned=request.day) if request.kind == "longer" else self.end
        if self._clashes(longer, today, others):
            return 409
        request.agreed.add(by)
        request.state = "agreed"
        if request.kind == "longer":
            self.planned_end = request.day
            self._end_on(longer, today)
            return 200
        for each in self._open("longer"):
            each.state = "withdrawn"
        if request.day < self.starts:
            self.state = "withdrawn"
            self.sessions, self.waived = set(), set()
            for suspension in self.suspensions:
                suspension.state = "withdrawn" if suspension.stands else suspension.state
        else:
            self._end_on(request.day, today)
        return 200

    def withdraw_request(self, request: Request, by: str) -> int:
        if by not in self.parties:
            return 404
        if by != request.asked_by or request.state != "requested":
            return 409
        request.state = "withdrawn"
        return 200

    def _end_on(self, last: date, today: date) -> None:
        if last == self.end:
            return
        before, self.end = self.end, last
        for each in self._open("at_once"):
            each.state = "withdrawn" if each.day >= last else each.state
        for each in self._open("longer"):
            each.answer_by = last
        if last < before:
            self.sessions = {each for each in self.sessions if each[0] <= last}
            self.waived &= self.sessions
            for suspension in self.suspensions:
                if suspension.stands and suspension.first > last:
                    suspension.state = "withdrawn"
                elif suspension.stands and suspension.last > last:
                    suspension.last = last
        else:
            self.sessions |= self.timetabled(max(before + timedelta(days=1), self.starts), last)

    def ask_to_suspend(self, by: str, first: date, last: date, today: date) -> int:
        if by not in ("provider", "other_provider"):
            return 403
        if by != self.provider:
            return 404
        within = self.starts <= first <= last <= self.end
        if self.state != "accepted" or not within or not (self.year.is_open(first) and self.year.is_open(last)):
            return 409
        missed = sorted(each[0] for each in self.sessions if first <= each[0] <= last)
        takes_effect = missed[0] if missed else first
        prior = today < takes_effect or (today == takes_effect and bool(missed))
        if not prior or any(s.stands and s.first <= last and first <= s.last for s in self.suspensions):
            return 409
        self.suspensions.append(Suspension(first, last, takes_effect))
        return 201

    @property
    def must_agree(self) -> set[str]:
        return {party for party in (self.commissioner, self.school) if party and party != self.provider}

    def answer(self, suspension: Suspension, by: str, agrees: bool) -> int:
        if by not in self.parties:
            return 404
        if by not in self.must_agree or by in suspension.answered or suspension.state != "requested":
            return 409
        suspension.answered.add(by)
        if not agrees:
            suspension.state = "refused"
            return 200
        suspension.agreed.add(by)
        if suspension.agreed == self.must_agree:
            suspension.state = "agreed"
            self.waived |= {each for each in self.sessions if suspension.first <= each[0] <= suspension.last}
        return 200

    def withdraw_suspension(self, suspension: Suspension, by: str, today: date, others: list["Life"]) -> int:
        if by not in ("provider", "other_provider"):
            return 403
        if by != self.provider:
            return 404
        if not suspension.stands or today > suspension.last:
            return 409
        if suspension.state == "agreed":
            again = {
                each for each in self.waived if suspension.first <= each[0] <= suspension.last and each[0] >= today
            }
            if any(again & other.taken(today) for other in others if other.child == self.child):
                return 409
            self.waived -= again
        suspension.state = "withdrawn"
        return 200

    def _answered(self, by: str, owner: str, kinds: tuple[str, ...]) -> int:
        """403 for another kind of organisation, 404 for a stranger, 409 for a party whose verb it is not."""
        if by not in kinds:
            return 403
        if by not in self.parties:
            return 404
        return 200 if by == owner else 409

    def a_night_passes(self, today: date) -> None:
        """What asked for agreement lapses: at the start of the first session missed, or when its day is over."""
        for request in self.requests:
            if request.state == "requested" and today > request.answer_by:
                request.state = "lapsed"
        for suspension in self.suspensions:
            if suspension.state == "requested" and today > suspension.takes_effect:
                suspension.state = "lapsed"
