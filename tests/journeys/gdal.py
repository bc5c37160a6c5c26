"""GDAL as a program of its own: it holds Python still while it waits for an answer."""

import struct
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pyogrio


@dataclass(frozen=True, slots=True)
class Layer:
    """What GDAL found: fields and their types, the system of coordinates, where each town is."""

    fields: dict[str, str]
    crs: str
    places: dict[str, tuple[float, float]]


class Gdal:
    """Reads the layer `towns` of an OGC API, with GDAL's own driver."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def read(self, landing: str, **asked: Any) -> Layer:
        """Read all the pages of what is asked."""
        return self._pool.submit(_read, landing, asked).result(timeout=60)


@contextmanager
def gdal() -> Iterator[Gdal]:
    """Start the process, stop it at the end."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield Gdal(pool)


def _read(landing: str, asked: dict[str, Any]) -> Layer:
    found, _, shapes, columns = pyogrio.raw.read(f"OAPIF:{landing}", layer="towns", **asked)
    fields = dict(zip(map(str, found["fields"]), found["ogr_types"], strict=True))
    codes = [str(code) for code in columns[list(fields).index("acv_id")]]
    points = [struct.unpack("<BIdd", shape)[2:] for shape in shapes]
    assert len(codes) == len(set(codes)), "a town came twice"
    return Layer(fields, found["crs"], dict(zip(codes, points, strict=True)))
