"""Every refusal of the product as RFC 9457 problem details; HTTP status numbers exist only here.

A service draws its own refusals as subclasses of `NotFound`, `Refused`, `Unprocessable`...
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple

import orjson

from chassis.headers import preferred

MEDIA_TYPE = "application/problem+json"


class Text(NamedTuple):
    """One sentence in the two languages of the API."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: exactly one of `pointer`, `parameter`, `header` is set."""

    code: str
    detail: Text
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None

    def rendered(self, language: str) -> dict[str, str]:
        """Return the JSON object that callers see."""
        place = {"pointer": self.pointer, "parameter": self.parameter, "header": self.header}
        named = {key: value for key, value in place.items() if value is not None}
        return named | {"code": self.code, "detail": getattr(self.detail, language)}


_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
"""What every problem says of itself (RFC 9457, and ours): no other member may be named so."""


class Problem(Exception):
    """A refusal the caller can act on. Anything else is a bug and becomes a 500."""

    status: ClassVar[int]
    title: ClassVar[Text]

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.detail = detail or _first_of(errors) or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        if taken := _MEMBERS & self.extra.keys():
            raise TypeError(f"{type(self).__name__}: every problem has {sorted(taken)} already")
        super().__init__(self.detail.en)

    @classmethod
    @cache
    def slug(cls) -> str:
        """`EnvelopeExhausted` -> `envelope-exhausted`, the stable public name."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


def _first_of(errors: Sequence[FieldError]) -> Text | None:
    """Return the first thing that is wrong as a sentence, and how many more there are."""
    if not errors:
        return None
    first, more = errors[0], len(errors) - 1
    place = first.pointer or first.parameter or first.header
    fr, en = (f"{place} : ", f"{place}: ") if place else ("", "")
    and_fr, and_en = (f" (erreurs en tout : {more + 1})", f" (errors in all: {more + 1})")
    return Text(
        fr + first.detail.fr + and_fr * bool(more), en + first.detail.en + and_en * bool(more)
    )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a problem happened: what rendering needs beside the problem itself."""

    instance: str
    request_id: str
    language: str
    public_url: str


def rendered(problem: Problem, at: Occurrence) -> bytes:
    """Return the body of the answer."""
    body = {
        "type": f"{at.public_url}/problems/{problem.slug()}",
        "title": getattr(problem.title, at.language),
        "status": problem.status,
        "detail": getattr(problem.detail, at.language),
        "instance": at.instance,
        "code": problem.slug(),
        "request_id": at.request_id,
        "errors": [error.rendered(at.language) for error in problem.errors],
    }
    return orjson.dumps(body | problem.extra)


def language_of(accept_language: str) -> str:
    """Return `en` if the caller prefers English, else `fr`."""
    known = (name[:2] for name in preferred(accept_language))
    return next((name for name in known if name in {"fr", "en"}), "fr")


def registry(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Walk every problem that has a title, parents first."""
    for child in root.__subclasses__():
        if "title" in vars(child):
            yield child
        yield from registry(child)


class BadRequest(Problem):
    """The request cannot be read."""

    status = 400
    title = Text("La requête ne peut pas être lue", "The request cannot be read")


class MalformedJson(BadRequest):
    """The body is not JSON."""

    title = Text("Le corps n'est pas du JSON valide", "The body is not valid JSON")


class UnknownParameter(BadRequest):
    """A query parameter that the operation does not declare."""

    title = Text("Paramètre de requête inconnu", "Unknown query parameter")


class InvalidCursor(BadRequest):
    """The cursor is foreign, altered or stale."""

    title = Text("Curseur de pagination invalide", "Invalid page cursor")


class Unauthenticated(Problem):
    """No valid token."""

    status = 401
    title = Text("Authentification requise", "Authentication required")


class Forbidden(Problem):
    """The caller lacks a right; the detail names it."""

    status = 403
    title = Text("Droit insuffisant", "Insufficient right")


class NotFound(Problem):
    """Nothing here that the caller may know of."""

    status = 404
    title = Text("Ressource introuvable", "Resource not found")


class MethodNotAllowed(Problem):
    """The resource exists, the method does not; `Allow` lists the ones that do."""

    status = 405
    title = Text("Méthode non autorisée", "Method not allowed")


class NotAcceptable(Problem):
    """No representation matches `Accept`."""

    status = 406
    title = Text("Aucun format demandé n'est disponible", "No requested format is available")


class Refused(Problem):
    """The state of the resource does not allow the change."""

    status = 409
    title = Text("L'état de la ressource ne le permet pas", "The state of the resource forbids it")


class TryAgain(Problem):
    """Another change is in progress: send the same request again after `Retry-After`."""

    status = 409
    title = Text("Une autre modification est en cours", "Another change is in progress")

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class Gone(Problem):
    """The resource existed; `successors` names what replaced it."""

    status = 410
    title = Text("La ressource n'existe plus", "The resource is gone")


class PreconditionFailed(Problem):
    """`If-Match` names another version than the current one."""

    status = 412
    title = Text("La ressource a changé entre-temps", "The resource has changed meanwhile")


class BodyTooLarge(Problem):
    """The body exceeds the documented limit."""

    status = 413
    title = Text("Corps de requête trop volumineux", "Request body too large")


class UriTooLong(Problem):
    """The path and query exceed the documented limit."""

    status = 414
    title = Text("Adresse trop longue", "Request target too long")


class UnsupportedMediaType(Problem):
    """The body's `Content-Type` is not one the operation reads."""

    status = 415
    title = Text("Type de contenu non pris en charge", "Unsupported content type")


class Unprocessable(Problem):
    """A value is readable but not acceptable; `errors` names each field."""

    status = 422
    title = Text("Valeur non acceptable", "Value not acceptable")


class InvalidValue(Unprocessable):
    """One or more fields break the contract."""

    title = Text("Une ou plusieurs valeurs sont invalides", "One or more values are invalid")


class PreconditionRequired(Problem):
    """A change needs `If-Match`."""

    status = 428
    title = Text("L'en-tête If-Match est requis", "The If-Match header is required")


class TooManyRequests(Problem):
    """The caller's quota is used up."""

    status = 429
    title = Text("Trop de requêtes", "Too many requests")


class RequestAbandoned(Problem):
    """The caller left before its request was whole; nobody reads this answer."""

    status = 499
    title = Text("L'appelant est parti", "The caller has left")


class InternalFault(Problem):
    """A bug of ours; the request id finds it in the logs."""

    status = 500
    title = Text("Erreur interne", "Internal error")


class UpstreamBroken(Problem):
    """A service answered something that is not HTTP."""

    status = 502
    title = Text("Réponse invalide d'un service", "Invalid answer from a service")


class ServiceUnavailable(Problem):
    """A service, or its database, cannot answer now."""

    status = 503
    title = Text("Service momentanément indisponible", "Service temporarily unavailable")


class UpstreamTimeout(Problem):
    """A service did not answer in time."""

    status = 504
    title = Text("Un service n'a pas répondu à temps", "A service did not answer in time")
