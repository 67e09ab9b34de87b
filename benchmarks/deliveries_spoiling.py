"""Canaries: each spoils what was received in one way, which the comparison must notice."""

from dataclasses import replace
from uuid import uuid4

from benchmarks.deliveries_endpoints import Endpoint

LOSE, DOUBLE, LEAK = "lose", "double", "leak"
CANARIES = (LOSE, DOUBLE, LEAK)


def spoil(canary: str | None, endpoints: list[Endpoint]) -> None:
    receipts = next(each for each in endpoints if each.name == "north setting").receiver.receipts
    came_once = [each for each in receipts if sum(other.webhook_id == each.webhook_id for other in receipts) == 1]
    if canary == LOSE:
        receipts.remove(came_once[len(came_once) // 2])
    elif canary == DOUBLE:
        receipts.append(came_once[0])  # of the calm, when nothing was broken off
    elif canary == LEAK:
        strange = next(each for each in endpoints if each.name == "south school").receiver.receipts
        strange.append(replace(came_once[len(came_once) // 2], webhook_id=came_once[-1].webhook_id or str(uuid4())))
