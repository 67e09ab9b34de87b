"""Peer reviews over HTTP: asked, consented to, refused, taken back, and between the two alone."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.attendance_days import owner
from tests.ledger import Ledger
from tests.overseen import become, rows_seen
from tests.test_qa_visits import NOWHERE
from tests.toolkit_assessing import PATH, about, address_all, begin, completed
from tests.world import Party, World

REVIEWS = "/v1/toolkit-peer-reviews"


def between(reviewed: Party, reviewer: Party) -> dict[str, str]:
    return {"reviewed_id": str(reviewed.id), "reviewer_id": str(reviewer.id), "purpose": "To learn from each other"}


async def proposed(by: Party, reviewed: Party, reviewer: Party) -> str:
    made = await by.post(REVIEWS, between(reviewed, reviewer))
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


@pytest.fixture
async def peers(world: World) -> World:
    """`other_provider` reviews `provider`; both are in the directory."""
    for each in (world.provider, world.other_provider):
        assert (await each.change("PATCH", f"/v1/providers/{each.id}", {"published": True})).status_code == 200
    return world


async def test_a_reviewer_asks_and_begins_once_the_other_consents(peers: World, ledger: Ledger) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    early = await reviewer.post(PATH, about(reviewed, "peer_review"))
    assert (early.status_code, early.json()["rule"]) == (409, "peer_review_not_agreed")
    review = await proposed(reviewer, reviewed, reviewer)
    assert (await reviewed.get(review)).json()["state"] == "asked"
    still = await reviewer.post(PATH, about(reviewed, "peer_review"))
    assert (still.status_code, still.json()["rule"]) == (409, "peer_review_not_agreed")
    alone = await reviewer.act(review, "consent")
    assert (alone.status_code, alone.json()["rule"]) == (409, "wrong_party")
    assert (await reviewed.act(review, "consent")).json()["state"] == "agreed"
    both = {reviewed.id, reviewer.id}
    assert await ledger.told("toolkit-peer-review.asked", review) == both
    assert await ledger.told("toolkit-peer-review.agreed", review) == both
    path = await completed(reviewer, reviewed, "peer_review")
    for party in (reviewed, reviewer):
        shown = (await party.get(review)).json()
        assert (shown["state"], shown["assessment_id"]) == ("complete", path.rsplit("/", 1)[1])
    assert await ledger.told("toolkit-assessment.completed", path) == both


async def test_one_who_invites_its_reviewer_has_consented_listed_or_not(world: World) -> None:
    reviewed, reviewer = world.provider, world.other_provider
    await reviewer.change("PATCH", f"/v1/providers/{reviewer.id}", {"published": True})
    review = await proposed(reviewed, reviewed, reviewer)
    assert (await reviewer.get(review)).json()["state"] == "agreed"
    path = await begin(reviewer, reviewed, "peer_review")
    assert (await reviewer.get(review)).json()["assessment_id"] == path.rsplit("/", 1)[1]
    assert (await reviewed.get(review)).json()["assessment_id"] is None


async def test_a_refusal_has_a_reason_and_another_question_may_follow(peers: World, ledger: Ledger) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    review = await proposed(reviewer, reviewed, reviewer)
    assert (await reviewed.act(review, "refusal", {})).status_code == 422
    refused = (await reviewed.act(review, "refusal", {"reason": "After Easter"})).json()
    assert (refused["state"], refused["refused_because"]) == ("refused", "After Easter")
    assert await ledger.told("toolkit-peer-review.refused", review) == {reviewed.id, reviewer.id}
    late = await reviewed.act(review, "consent")
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    again = await proposed(reviewer, reviewed, reviewer)
    second = await reviewer.post(REVIEWS, between(reviewed, reviewer))
    assert (second.status_code, second.json()["rule"]) == (409, "peer_review_stands")
    listed = (await reviewed.get(REVIEWS, state="asked")).json()["items"]
    assert [each["id"] for each in listed] == [again.rsplit("/", 1)[1]]


async def test_consent_taken_back_keeps_a_draft_from_being_complete(peers: World, ledger: Ledger) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    review = await proposed(reviewed, reviewed, reviewer)
    path = await begin(reviewer, reviewed, "peer_review")
    second = await reviewer.post(PATH, about(reviewed, "peer_review"))
    assert (second.status_code, second.json()["rule"]) == (409, "peer_review_begun")
    await address_all(reviewer, path)
    assert (await reviewed.act(review, "withdrawal")).json()["state"] == "withdrawn"
    assert await ledger.told("toolkit-peer-review.withdrawn", review) == {reviewed.id, reviewer.id}
    late = await reviewer.act(path, "completion")
    assert (late.status_code, late.json()["rule"]) == (409, "peer_review_not_agreed")
    assert (await reviewed.get(path)).status_code == 404


async def test_a_draft_of_before_there_was_consent_is_complete_with_it(peers: World, database: Addresses) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    review = await proposed(reviewed, reviewed, reviewer)
    path = await begin(reviewer, reviewed, "peer_review")
    with owner(database) as connection:
        connection.execute("update toolkit_assessments set peer_review_id = null where id = %s", [path[-36:]])
    await address_all(reviewer, path)
    assert (await reviewer.act(path, "completion")).status_code == 200
    assert (await reviewed.get(review)).json()["state"] == "complete"


async def test_a_peer_review_is_between_the_two(peers: World, settings: Settings) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    review = await proposed(reviewer, reviewed, reviewer)
    assert (await peers.council.get(review)).status_code == 403
    assert (await peers.school.get(review)).status_code == 403
    seen = await rows_seen(settings, peers, peers.council.id, None, ["toolkit_peer_reviews"])
    assert seen == {"toolkit_peer_reviews": 0}
    faulty = [
        (between(reviewed, reviewed), "/reviewer_id", "not_between_two"),
        (between(reviewed, reviewer) | {"reviewed_id": NOWHERE}, "/reviewed_id", "unknown_provider"),
        (between(peers.school, reviewer), "/reviewed_id", "unknown_provider"),
    ]
    for body, pointer, code in faulty:
        answer = await reviewer.post(REVIEWS, body)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    strange = await reviewed.post(REVIEWS, between(reviewer, peers.school))
    assert strange.status_code == 422


async def test_two_who_begin_at_once_begin_one(peers: World) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    await proposed(reviewed, reviewed, reviewer)
    answers = await asyncio.gather(*(reviewer.post(PATH, about(reviewed, "peer_review")) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]


async def test_two_who_propose_at_once_have_one(peers: World) -> None:
    reviewed, reviewer = peers.provider, peers.other_provider
    answers = await asyncio.gather(
        reviewed.post(REVIEWS, between(reviewed, reviewer)), reviewer.post(REVIEWS, between(reviewed, reviewer))
    )
    assert sorted(each.status_code for each in answers) == [201, 409]


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        pytest.param("other_provider", "update toolkit_peer_reviews set state = 'agreed'", id="a reviewer consents"),
        pytest.param("other_provider", "update toolkit_peer_reviews set state = 'complete'", id="with nothing written"),
        pytest.param("provider", "update toolkit_peer_reviews set refused_because = 'x'", id="a reason by itself"),
        pytest.param("provider", "update toolkit_peer_reviews set reviewer_id = reviewed_id", id="another reviewer"),
        pytest.param("provider", "delete from toolkit_peer_reviews", id="it goes"),
        pytest.param(
            "other_provider",
            "insert into toolkit_peer_reviews (id, created_at, changed_at, version, reviewed_id, reviewer_id,"
            " proposed_by_id, state, purpose) select gen_random_uuid(), now(), now(), 1, reviewed_id, reviewer_id,"
            " reviewer_id, 'agreed', 'x' from toolkit_peer_reviews",
            id="one agreed by the reviewer alone",
        ),
        pytest.param(
            "other_provider",
            "insert into toolkit_assessments (id, created_at, changed_at, version, provider_id, assessor_id, use,"
            " assessor_role, state, assessors, named_assessors) select gen_random_uuid(), now(), now(), 1,"
            " reviewed_id, reviewer_id, 'peer_review', 'peer_provider', 'draft', 'x', '[]' from toolkit_peer_reviews",
            id="a review without consent",
        ),
    ],
)
async def test_the_database_keeps_consent_with_the_one_reviewed(
    peers: World, settings: Settings, who: str, statement: str
) -> None:
    await proposed(peers.other_provider, peers.provider, peers.other_provider)
    engine = make_engine(settings.database_url or "", settings)
    async with make_sessions(engine)() as session:
        await become(session, peers, getattr(peers, who).id, None)
        with pytest.raises(DBAPIError, match=r"not moved so|permission denied|row-level security"):
            await session.execute(text(statement))
    await engine.dispose()
