"""Secrets of webhook endpoints: made, kept so that they can sign, and signing, as Standard Webhooks demands.

Unlike a key, a secret must be had again in full for every message, so it is not kept as a digest but encrypted, with
AES-256-GCM under a key of the settings, and bound to its own id: moved to another row it opens nothing.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks.webhooks import Webhook

from app.settings import Settings

PREFIX = "whsec_"
SECRET_BYTES = 32
_NONCE_BYTES = 12
_SHORTEST_KEY = 32
_PURPOSE = b"waymark webhook secrets"


class SecretNotOpened(Exception):
    """The key that a secret was sealed under is not in the settings, or is another."""


class SealingKeys:
    """The keys that secrets are sealed under, by key id. `current` seals, all of them open.

    Raises ValueError for a key under 32 bytes, or a current key that is not there.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        for key_id, key in keys.items():
            if not 1 <= len(key_id) <= 64:
                raise ValueError("the id of a webhook key has 1 to 64 characters")
            if len(key) < _SHORTEST_KEY:
                raise ValueError(f"the webhook key {key_id!r} needs at least {_SHORTEST_KEY} bytes")
        if current not in keys:
            raise ValueError(f"there is no webhook key named {current!r} to seal with")
        self.current = current
        self._ciphers = {key_id: AESGCM(HKDF(SHA256(), 32, None, _PURPOSE).derive(key)) for key_id, key in keys.items()}

    def seal(self, secret_id: UUID, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, plain, secret_id.bytes)

    def open(self, secret_id: UUID, key_id: str, sealed: bytes) -> bytes:
        """Raises SecretNotOpened."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretNotOpened
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], secret_id.bytes)
        except InvalidTag:
            raise SecretNotOpened from None


def sealing_keys(settings: Settings) -> SealingKeys:
    """Raises ValueError."""
    keys = {key_id: key.get_secret_value().encode() for key_id, key in settings.webhook_keys.items()}
    return SealingKeys(keys, settings.webhook_sealing_key_id)


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """As it is shown to its owner, once."""
    return PREFIX + b64encode(secret).decode()


def new_challenge() -> str:
    return secrets.token_urlsafe(24)


def signed_headers(signing: Iterable[bytes], message_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message: one signature for each secret, the newest first. `at` is the machine's time."""
    text = body.decode()
    signatures = [Webhook(each).sign(str(message_id), at, text) for each in signing]
    return {
        "Content-Type": "application/json",
        "webhook-id": str(message_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
