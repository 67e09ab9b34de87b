"""A live service starts on nothing that belongs to the sandbox, and a setting's secret is not printed."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings

LIVE: dict[str, Any] = {
    "environment": "live",
    "key_pepper": "p" * 64,
    "cursor_secret": "c" * 64,
    "token_secrets": {"2026-11": "t" * 64},
    "token_signing_key_id": "2026-11",
    "webhook_keys": {"2026-11": "w" * 64},
    "webhook_sealing_key_id": "2026-11",
    "token_issuer": "https://waymark.example.org",
    "smtp_url": "smtps://alerts:hunter2@mail.example.org",
    "mail_from": "alerts@example.org",
}


def test_a_live_service_with_everything_of_its_own_starts() -> None:
    assert not Settings(**LIVE).is_sandbox


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("key_pepper", "KEY_PEPPER"),
        ("cursor_secret", "CURSOR_SECRET"),
        ("token_secrets", "TOKEN_SECRETS"),
        ("webhook_keys", "WEBHOOK_KEYS"),
        ("smtp_url", "SMTP_URL"),
        ("mail_from", "MAIL_FROM"),
        ("token_issuer", "TOKEN_ISSUER"),
    ],
)
def test_a_live_service_does_not_start_without(missing: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(**{name: value for name, value in LIVE.items() if name != missing})


def test_only_a_sandbox_sends_webhooks_to_private_addresses() -> None:
    assert not Settings(**LIVE).webhook_private_receivers
    assert Settings(webhook_private_receivers=True).webhook_private_receivers
    with pytest.raises(ValidationError, match="WEBHOOK_PRIVATE_RECEIVERS"):
        Settings(**LIVE, webhook_private_receivers=True)


@pytest.mark.parametrize("changes", [{"webhook_keys": {"2026-11": "short"}}, {"webhook_sealing_key_id": "2027-01"}])
def test_webhook_keys_that_cannot_seal_are_refused_at_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="WEBHOOK_"):
        Settings(**LIVE | changes)


def test_no_password_is_printed_with_the_settings() -> None:
    address = "postgresql+psycopg://waymark:hunter2@database/waymark"
    settings = Settings(**LIVE, database_url=address, database_worker_url=address, database_owner_url=address)
    assert "hunter2" not in repr(settings) + str(settings)


def test_who_composes_the_service_must_say_what_it_is() -> None:
    composed = (Path(__file__).parents[1] / "compose.yaml").read_text()
    assert composed.count("ENVIRONMENT: ${ENVIRONMENT:?") == 2
