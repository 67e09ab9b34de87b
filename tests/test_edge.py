"""What holds for every request, whatever it asks."""

from httpx import AsyncClient

from tests.world import World


async def test_an_anonymous_caller_is_refused(http: AsyncClient) -> None:
    response = await http.get("/v1/me")
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/unauthenticated"


async def test_a_key_says_who_it_is(world: World) -> None:
    response = await world.provider.get("/v1/me")
    assert response.status_code == 200
    assert response.json()["organisation_id"] == str(world.provider.id)
    assert response.json()["today"] == "2026-11-24"


async def test_a_token_says_who_it_is(world: World, http: AsyncClient) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": str(world.school.client_id),
        "client_secret": world.school.client_secret,
        "scope": "placements:read",
    }
    token = await http.post("/v1/oauth/token", data=form)
    assert token.status_code == 200, token.text
    bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
    me = await http.get("/v1/me", headers=bearer)
    assert me.json()["scopes"] == ["placements:read"]
