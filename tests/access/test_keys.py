"""Credentials: what is minted reads back, what is altered does not, and only the digest tells."""

import re
from dataclasses import asdict

import pytest

from app.access.keys import CredentialKind, Environment, digest, matches, mint, parse

PEPPER = b"a pepper of at least thirty-two bytes"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("kind", CredentialKind)
@pytest.mark.parametrize("environment", Environment)
def test_a_minted_credential_reads_back(environment: Environment, kind: CredentialKind) -> None:
    minted = mint(environment, PEPPER, kind)
    parsed = parse(minted.plain)
    assert parsed is not None
    assert (parsed.kind, parsed.environment, parsed.public_id) == (kind, environment, minted.public_id)
    assert matches(parsed.secret, PEPPER, minted.digest)
    assert minted.plain.startswith(f"{kind.prefix}_{environment}_{minted.public_id}_")


def test_no_two_credentials_are_alike() -> None:
    minted = [mint(Environment.LIVE, PEPPER) for _ in range(200)]
    assert len({m.plain for m in minted}) == len({m.public_id for m in minted}) == 200


def test_no_change_of_one_character_passes_the_checksum() -> None:
    plain = mint(Environment.LIVE, PEPPER).plain
    for place in range(len("ap_live_"), len(plain)):
        for letter in ("0", "z", "Q"):
            changed = plain[:place] + letter + plain[place + 1 :]
            assert changed == plain or parse(changed) is None


GOOD = mint(Environment.TEST, PEPPER).plain


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty text"),
        pytest.param(GOOD + "\n", id="a line break after"),
        pytest.param(" " + GOOD, id="a space before"),
        pytest.param(GOOD[:-1], id="one character too few"),
        pytest.param(GOOD + "0", id="one character too many"),
        pytest.param(GOOD.replace("test", "live"), id="another environment"),
        pytest.param(GOOD.replace("ap_", "aps_"), id="another kind"),
        pytest.param(GOOD.upper(), id="capitals"),
        pytest.param(GOOD[:-1] + "é", id="a letter that is not ASCII"),
        pytest.param(GOOD[:-1] + "\x00", id="a NUL"),
        pytest.param("ap_live_" + "A" * 1_000_000, id="a megabyte"),
    ],
)
def test_a_credential_is_not_read_that_is(text: str) -> None:
    assert parse(text) is None


def test_a_secret_matches_only_its_own_digest() -> None:
    mine, other = mint(Environment.LIVE, PEPPER), mint(Environment.LIVE, PEPPER)
    secret = parse(mine.plain)
    assert secret is not None
    assert not matches(secret.secret, PEPPER, other.digest)
    assert not matches(secret.secret, b"another pepper of thirty-two bytes!!", mine.digest)
    assert not matches(secret.secret, PEPPER, None)
    assert not matches(secret.secret, PEPPER, bytes(32))
    assert not matches(secret.secret, PEPPER, b"")


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        digest("secret", b"thirty-one bytes are not enough")


def test_a_secret_never_shows_in_a_representation() -> None:
    minted = mint(Environment.LIVE, PEPPER)
    parsed = parse(minted.plain)
    assert parsed is not None
    for shown in (repr(minted), repr(parsed)):
        assert parsed.secret not in shown
    assert parsed.secret in asdict(parsed).values()


def test_a_scanner_can_check_a_key_without_asking_us() -> None:
    """The published rule: CRC-32 over all that stands before it, in base 62, six characters."""
    import zlib

    body, checksum = GOOD[:-6], GOOD[-6:]
    number = 0
    for letter in checksum:
        number = number * 62 + BASE62.index(letter)
    assert number == zlib.crc32(body.encode())
    assert re.fullmatch(r"ap_(live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}", GOOD)
