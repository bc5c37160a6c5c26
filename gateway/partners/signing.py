"""The private keys that sign access tokens: a folder of files that only their owner may read.

Each file is one key, named by its `kid`. Files appear by renaming, under the folder's lock: all
processes that share the folder see whole keys, and the same ones.
"""

import fcntl
import json
import os
import stat
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from chassis.jws import PublicKey
from gateway.partners import rotation

ALGORITHM = "ES256"
_CURVE = "P-256"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SUFFIX, _UNFINISHED, _LOCK = ".json", ".new", ".lock"


class UnfitKeys(RuntimeError):
    """The folder of keys cannot be used; the message says what to do, and nothing of a key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the header of the tokens that it signs."""

    kid: str
    created_at: float
    key: ECKey
    header: bytes

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return an access token (RFC 9068)."""
        told = self.header + b"." + _encoded(orjson.dumps(claims))
        signature = JWSRegistry.algorithms[ALGORITHM].sign(told, self.key)
        return (told + b"." + _encoded(signature)).decode()

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as a member of a JWK set."""
        marks = {"use": "sig", "alg": ALGORITHM, "kid": self.kid}
        return dict(self.key.as_dict(private=False)) | marks


class KeyFolder:
    """The keys of one folder as they were at the last look; looking reads files, so: in a thread.

    `now` gives seconds of the Unix epoch.
    """

    def __init__(
        self,
        folder: Path,
        *,
        activation: timedelta = rotation.ACTIVATION,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._activation = activation
        self._now = now
        self._keys: dict[str, SigningKey] = {}

    def look(self) -> None:
        """Read what is new; make a key if none is there or the newest is old, drop old files.

        Raises:
            UnfitKeys: others may read the keys, or a file is not one.
        """
        self._open()
        self._read()
        created = self._created()
        kept = rotation.published(created, now=self._now(), activation=self._activation)
        if len(kept) < len(created) or rotation.is_due(created, now=self._now()):
            with self._locked():
                self._tidy()

    def add(self) -> str:
        """Make one more key; return its `kid`. It signs once it has been published long enough.

        Raises:
            UnfitKeys: others may read the folder.
        """
        self._open()
        with self._locked():
            return self._make()

    def signer(self) -> SigningKey:
        """Return the key that signs now."""
        kid = rotation.signing(self._created(), now=self._now(), activation=self._activation)
        return self._keys[kid]

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys, as `/.well-known/jwks.json` gives them."""
        return {"keys": [self._keys[kid].public for kid in self._published()]}

    @property
    def public(self) -> dict[str, PublicKey]:
        """The public keys, to verify what we signed."""
        return {kid: PublicKey(ALGORITHM, self._keys[kid].key) for kid in self._published()}

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_open(self._folder, self._folder.stat(), "700")

    def _created(self) -> dict[str, float]:
        return {kid: key.created_at for kid, key in self._keys.items()}

    def _published(self) -> list[str]:
        return rotation.published(self._created(), now=self._now(), activation=self._activation)

    def _read(self) -> None:
        found = {path.stem: path for path in self._folder.glob(f"*{_SUFFIX}")}
        read = {kid: self._keys.get(kid) or _key_in(path) for kid, path in found.items()}
        self._keys = {kid: key for kid, key in read.items() if key is not None}

    def _tidy(self) -> None:
        """Do what is due, unless another process did it while we waited for the lock."""
        self._read()
        if rotation.is_due(self._created(), now=self._now()):
            self._make()
        kept = self._published()
        for kid in self._keys.keys() - set(kept):
            (self._folder / f"{kid}{_SUFFIX}").unlink(missing_ok=True)
        self._keys = {kid: self._keys[kid] for kid in kept}

    def _make(self) -> str:
        """Write a new key whole, then show it."""
        for left in self._folder.glob(f"*{_UNFINISHED}"):  # of a process that died here
            left.unlink()
        key = ECKey.generate_key(_CURVE)
        kid, created_at = key.thumbprint(), round(self._now(), 3)
        text = json.dumps({"created_at": created_at, "key": key.as_dict(private=True)})
        unfinished = self._folder / f"{kid}{_UNFINISHED}"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.rename(self._folder / f"{kid}{_SUFFIX}")
        _synced(self._folder)
        self._read()
        return kid

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _key_in(path: Path) -> SigningKey | None:
    """Read a file; `None` if another process has just removed it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as stream:
        _refuse_open(path, os.fstat(stream.fileno()), "600")
        text = stream.read()
    try:
        held = orjson.loads(text)
        created_at, key = float(held["created_at"]), ECKey.import_key(held["key"])
    except (ValueError, KeyError, TypeError, JoseError):
        raise _misfit(path) from None
    kid = key.thumbprint()
    if kid != path.stem or not key.is_private or key.curve_name != _CURVE:
        raise _misfit(path)
    header = _encoded(orjson.dumps({"alg": ALGORITHM, "typ": "at+jwt", "kid": kid}))
    return SigningKey(kid, created_at, key, header)


def _misfit(path: Path) -> UnfitKeys:
    return UnfitKeys(f"{path} is not a signing key: remove it, or restore the file")


def _refuse_open(path: Path, state: os.stat_result, mode: str) -> None:
    if state.st_mode & _OTHERS:
        raise UnfitKeys(f"{path}: others than its owner may use the signing keys: chmod {mode}")


def _synced(folder: Path) -> None:
    """Make sure that the names in a folder outlast a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _encoded(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
