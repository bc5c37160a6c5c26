"""Debian's wrk and nginx: installed, or unpacked under `.cache/bench` without being root."""

import re
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
    started = folder / f"{name}.sh"
    if not started.exists():
        _unpack(name, folder)
        _make_start(started, folder, name=name)
    return started


def _make_start(started: Path, folder: Path, *, name: str) -> None:
    """Write the script that starts an unpacked program with the libraries unpacked beside it."""
    found = next(filter(Path.exists, (folder / place / name for place in _PLACES)), None)
    if found is None:
        raise ProgramMissingError(f"Debian's package {name} holds no program of this name")
    libraries = ":".join(map(str, folder.glob("usr/lib/*-linux-*")))
    start = f'LD_LIBRARY_PATH="{libraries}" exec "{found}" "$@"'
    started.write_text(f"#!/bin/sh\n{start}\n")
    started.chmod(0o755)


def _unpack(name: str, folder: Path) -> None:
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
    if apt is None or dpkg is None:
        raise ProgramMissingError(f"install {name} first: it is not on PATH, nor is this a Debian")
    folder.mkdir(parents=True, exist_ok=True)
    planned = said([apt, "-s", "-q", "install", "--no-install-recommends", name])
    missing = re.findall(r"^Inst (\S+) ", planned, re.MULTILINE)  # with what it depends on
    fetching = f'cd "$0" && exec "{apt}" download -q "$@"'
    said(["sh", "-c", fetching, folder, *missing])
    for package in folder.glob("*.deb"):
        said([dpkg, "-x", package, folder])
