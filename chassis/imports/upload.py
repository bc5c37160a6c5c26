"""How a file is handed in: to disk before any transaction, at most once for each key."""

from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
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
    form, digest = _form(request), sha256()
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        async for block in request.stream():
            digest.update(block)
            file.write(block)
        stack.pop_all()
    return Upload(file, form, digest.digest())


def _form(request: Request) -> Format:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    for form in READABLE:
        if form.value == media_type:
            return form
    known = ", ".join(form.value for form in READABLE)
    raise UnsupportedMediaType(Text(f"Formats lus : {known}", f"Readable formats: {known}"))
