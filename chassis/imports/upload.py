"""How a file is handed in: to disk before any transaction, at most once for each key."""

from codecs import BOM_UTF8
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO

from fastapi import Request
from starlette.responses import Response

from chassis.changes import Handler
from chassis.formats import Format
from chassis.idempotency import KeyUse
from chassis.imports.files import READABLE
from chassis.problems import Text, UnsupportedMediaType
from chassis.writes import WriteRoute

UNNAMED = "application/octet-stream"
"""A file whose first bytes tell its form: what clients made of the contract send."""

_SPREADSHEET, _OBJECT = b"PK\x03\x04", b"{"


@dataclass(frozen=True, slots=True)
class Upload:
    """A whole file; `digest` is what an `Idempotency-Key` stands for."""

    file: IO[bytes]
    form: Format
    digest: bytes


class UploadRoute(WriteRoute):
    """A change whose body is a file, found in `request.state.upload`; never whole in memory."""

    async def _key_use(self, request: Request) -> KeyUse | None:
        upload = request.state.upload = await _spooled(request)
        try:
            return await super()._key_use(request)
        except BaseException:
            upload.file.close()
            raise

    async def _body(self, request: Request) -> bytes:
        upload: Upload = request.state.upload
        return b" ".join((b"sha256", upload.digest, upload.form.value.encode()))

    async def _changed(self, request: Request, use: KeyUse | None, handler: Handler) -> Response:
        with request.state.upload.file:
            response = await super()._changed(request, use, handler)
        request.app.state.imports.wake()
        return response


async def _spooled(request: Request) -> Upload:
    """Write the body to disk; the edge has its eye on the size."""
    announced, digest = _form(request), sha256()
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        async for block in request.stream():
            digest.update(block)
            file.write(block)
        stack.pop_all()
    return Upload(file, announced or _recognised(file), digest.digest())


def _form(request: Request) -> Format | None:
    """Return what the caller says the file is; nothing if the file itself shall tell."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == UNNAMED:
        return None
    for form in READABLE:
        if form.value == media_type:
            return form
    known = ", ".join([*(form.value for form in READABLE), UNNAMED])
    raise UnsupportedMediaType(Text(f"Formats lus : {known}", f"Readable formats: {known}"))


def _recognised(file: IO[bytes]) -> Format:
    """Return what a file is: a table unless it begins as an archive or as JSON."""
    file.seek(0)
    begun = file.read(64).removeprefix(BOM_UTF8).lstrip()
    file.seek(0, SEEK_END)
    if begun.startswith(_SPREADSHEET):
        return Format.XLSX
    return Format.NDJSON if begun.startswith(_OBJECT) else Format.CSV
