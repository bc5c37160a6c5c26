"""Debian's wrk and nginx: installed, or unpacked under `.cache/bench` without being root."""

import shutil
from functools import cache
from pathlib import Path

from tests.bench.machine import said
from tests.bench.settings import CACHE

_PLACES = ("usr/bin", "usr/sbin")


class ProgramMissingError(RuntimeError):
    """The machine has not the program and cannot get it."""


@cache
def program(name: str) -> Path:
    """Return where a program is; fetch its Debian package if need be.

    Raises:
        ProgramMissingError: neither installed nor to be had from Debian.
    """
    installed = shutil.which(name)
    if installed:
        return Path(installed)
    folder = CACHE / "debian" / name
    places = [folder / place / name for place in _PLACES]
    if not any(place.exists() for place in places):
        _unpack(name, folder)
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise ProgramMissingError(f"Debian's package {name} holds no program of this name")
    return found


def _unpack(name: str, folder: Path) -> None:
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
    if apt is None or dpkg is None:
        raise ProgramMissingError(f"install {name} first: it is not on PATH, nor is this a Debian")
    folder.mkdir(parents=True, exist_ok=True)
    fetching = f'cd "$0" && exec "{apt}" download -q "{name}"'
    said(["sh", "-c", fetching, folder])
    for package in folder.glob("*.deb"):
        said([dpkg, "-x", package, folder])
