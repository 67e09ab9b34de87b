"""The emails about alerts, compared with the alerts: who was written to about which child, or why not."""

from collections import Counter
from typing import Any

from benchmarks.deliveries_compared import Compared
from benchmarks.deliveries_driver import Driver
from benchmarks.deliveries_mail_server import REFUSED, MailServer
from benchmarks.deliveries_world import Placed, World


async def compare_emails(compared: Compared, world: World, driver: Driver, mail: MailServer) -> None:
    arrived = Counter((each.alert, each.recipient) for each in mail.taken if each.alert)
    names = {party.id: party for party in world.parties.values()}
    emails = doubled = visible = 0
    for alert, placed in driver.alerts.items():
        shown = await world.read(placed.provider, f"/v1/absconding-alerts/{alert}")
        told: set[str] = set()
        for each in shown["notifications"]:
            if each["channel"] != "email" or each["organisation_id"] is None:
                continue
            party = names[each["organisation_id"]]
            told.add(party.id)
            times = arrived[alert, party.email]
            emails += times
            doubled += max(0, times - 1)
            compared.check(times <= each["attempts"], f"{times} emails for {each['attempts']} attempts, alert {alert}")
            if party.email.startswith(REFUSED.decode()):
                visible += 1
                compared.check(_shows_failure(each), f"a refused email is not visible: alert {alert}, {each}")
            else:
                compared.check(times > 0, f"no email to {party.name} about alert {alert}: {each}")
        compared.check({placed.school.id, placed.council.id} <= told, f"not everybody is told of alert {alert}")
    compared.notes |= {
        "alerts": len(driver.alerts),
        "emails about alerts": emails,
        "of them doubled": doubled,
        "refused, and visible as such": visible,
        "emails broken off": mail.dropped,
    }
    _nobody_elses(compared, world, driver, mail)


def _shows_failure(notification: dict[str, Any]) -> bool:
    return notification["attempts"] > 0 and bool(notification["last_result"]) and notification["delivered_at"] is None


def _nobody_elses(compared: Compared, world: World, driver: Driver, mail: MailServer) -> None:
    """No email goes to anybody but the child's own school and council, or names any other child."""
    about: dict[str, Placed] = {placed.child: placed for placed in world.placements}
    for each in mail.taken:
        for child in {word.strip(".,:;()") for word in each.text.split()} & about.keys():
            own = {party.email for party in about[child].parties}
            compared.check(each.recipient in own, f"an email to {each.recipient} names {child}")
        placed = driver.alerts.get(each.alert or "")
        if placed is not None:
            compared.check(placed.child in each.text, f"an email about alert {each.alert} does not name its child")
            others = [child for child in about if child != placed.child and f" {child} " in each.text]
            compared.none(others, f"other children are named in an email about alert {each.alert}")
