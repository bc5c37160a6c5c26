"""The keys that sign: who may read them, which signs when, and several processes on one folder."""

import json
import multiprocessing
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chassis.jwks import public_keys
from chassis.jws import InvalidToken, Shape, verified
from chassis.testing import TEST_URL, client_of, lifespan
from deploy.kept import ROOT
from gateway.partners.rotation import ACTIVATION, EVERY, KEPT, is_due, published, signing
from gateway.partners.signing import KeyFolder, UnfitKeys
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests.partners.conftest import registry_app
from tests.partners.tokens.registered import Partner

RIPE, GONE = ACTIVATION.total_seconds(), (ACTIVATION + KEPT).total_seconds()


class Clock:
    """An instant that tests move."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("now", "signs", "known"),
    [
        (0, "a", ["a"]),
        (100, "a", ["a", "b"]),
        (100 + RIPE - 1, "a", ["a", "b"]),
        (100 + RIPE, "b", ["a", "b"]),
        (100 + GONE - 1, "b", ["a", "b"]),
        (100 + GONE, "b", ["b"]),
    ],
)
def test_a_key_is_published_before_it_signs_and_after_it_did(
    now: int, signs: str, known: list[str]
) -> None:
    created = {"a": 0.0} | ({"b": 100.0} if now >= 100 else {})
    assert signing(created, now=now) == signs
    assert published(created, now=now) == known


def test_of_keys_that_are_all_new_the_oldest_signs() -> None:
    assert signing({"b": 2.0, "a": 1.0}, now=2.0) == "a"


def test_a_key_is_due_when_none_is_there_or_a_month_has_passed() -> None:
    month = EVERY.total_seconds()
    due = [is_due(created, now=month) for created in ({}, {"a": 0.0}, {"a": 1.0})]
    assert due == [True, True, False]


def test_only_the_owner_may_read_what_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "keys"
    KeyFolder(folder).look()
    (file,) = folder.glob("*.json")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"created_at", "key"}


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o666])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    KeyFolder(tmp_path / "keys").look()
    (file,) = (tmp_path / "keys").glob("*.json")
    file.chmod(mode)
    with pytest.raises(UnfitKeys, match="chmod 600"):
        KeyFolder(tmp_path / "keys").look()


async def test_the_registry_does_not_start_on_a_folder_open_to_others(settings: Settings) -> None:
    settings.signing_keys.mkdir(mode=0o755)
    with pytest.raises(RuntimeError, match=r"others than its owner .* chmod 700"):
        async with lifespan(registry_app(settings)):
            pass


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"created_at": 1, "key": {"kty": "oct"}}'])
def test_a_file_that_is_no_key_is_named(tmp_path: Path, text: str) -> None:
    KeyFolder(tmp_path / "keys").look()
    file = tmp_path / "keys" / "other.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UnfitKeys, match=r"other\.json is not a signing key"):
        KeyFolder(tmp_path / "keys").look()


def test_a_key_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    KeyFolder(tmp_path / "keys").look()
    (file,) = (tmp_path / "keys").glob("*.json")
    file.rename(file.with_name("other.json"))
    with pytest.raises(UnfitKeys, match="is not a signing key"):
        KeyFolder(tmp_path / "keys").look()


def test_what_a_process_that_died_left_unfinished_is_no_key(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    folder.look()
    left = tmp_path / "keys" / "half.new"
    left.write_text('{"created')
    folder.look()
    folder.add()
    assert not left.exists()
    assert len(folder.jwks["keys"]) == 2


def started(folder: Path) -> str:
    """Look into a folder as a process that starts does; return who signs."""
    keys = KeyFolder(folder)
    keys.look()
    return keys.signer().kid


def test_processes_that_start_at_once_on_an_empty_folder_share_one_key(tmp_path: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(8, mp_context=spawned) as pool:
        signers = set(pool.map(started, [tmp_path / "keys"] * 32))
    assert len(signers) == 1
    assert [file.stem for file in (tmp_path / "keys").glob("*.json")] == [*signers]


def test_a_month_later_one_more_key_is_made_and_the_old_file_goes_when_it_is_done_with(
    tmp_path: Path,
) -> None:
    clock = Clock()
    one, twin = (KeyFolder(tmp_path / "keys", now=clock) for _ in range(2))
    one.look()
    twin.look()
    first = one.signer().kid
    clock.now += EVERY.total_seconds()
    for folder in (one, twin, one):
        folder.look()
    assert one.jwks == twin.jwks
    assert (len(one.jwks["keys"]), one.signer().kid) == (2, first)
    clock.now += RIPE
    second = one.signer().kid
    assert second != first
    clock.now += KEPT.total_seconds()
    for folder in (one, twin):
        folder.look()
        assert [key["kid"] for key in folder.jwks["keys"]] == [second]
    assert [file.stem for file in (tmp_path / "keys").glob("*.json")] == [second]


def test_what_is_published_holds_nothing_private(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    folder.look()
    (key,) = folder.jwks["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert public_keys(folder.jwks).keys() == folder.public.keys() == {folder.signer().kid}


def test_the_command_adds_a_key_that_running_processes_take(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    folder.look()
    first = folder.signer().kid
    said = subprocess.run(  # ours
        [sys.executable, "-m", "deploy.rotate_keys"],
        env={"GATEWAY_SIGNING_KEYS": str(tmp_path / "keys"), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    folder.look()
    (added,) = {key["kid"] for key in folder.jwks["keys"]} - {first}
    assert added in said.stderr
    assert folder.signer().kid == first


async def test_tokens_of_the_key_before_stay_good_through_a_rotation(
    settings: Settings, partner: Partner
) -> None:
    issuer = Issuer(settings, activation=timedelta())
    async with client_of(registry_app(settings, issuer)) as client:
        before = await _token(client, partner)
        for _ in range(3):
            KeyFolder(settings.signing_keys).add()
            issuer.keys.look()
        after = await _token(client, partner)
        keys = public_keys((await client.get("/.well-known/jwks.json")).json())
    assert len(keys) == 4
    shape = Shape(TEST_URL, f"{TEST_URL}/v1", frozenset({"at+jwt"}), frozenset({"sub"}), 300)
    kids = [verified(token, keys, shape=shape, now=issuer.now()).kid for token in (before, after)]
    assert kids[0] != kids[1]
    with pytest.raises(InvalidToken, match="unknown-key"):
        verified(before, {kids[1]: keys[kids[1]]}, shape=shape, now=issuer.now())


async def _token(client: httpx.AsyncClient, partner: Partner) -> bytes:
    answer = await client.post("/oauth/token", data=partner.form())
    text: str = answer.json()["access_token"]
    return text.encode()
