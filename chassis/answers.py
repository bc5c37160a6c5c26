"""Answers that are ready: their bytes and their headers go out as they are."""

from starlette.responses import Response

from chassis.keeping import Headers


class Bytes(Response):
    """A body that is ready, with headers that are ready."""

    def __init__(self, body: bytes, headers: Headers) -> None:
        self.status_code = 200
        self.body = body
        self.background = None
        self.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]


class Nothing(Response):
    """An answer without a body, and without the length of one: a 304, or HEAD of a stream."""

    def __init__(self, headers: Headers, *, status: int) -> None:
        self.status_code = status
        self.body = b""
        self.background = None
        self.raw_headers = headers
