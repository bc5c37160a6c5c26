"""Environment of the gateway: `GATEWAY_TOWNS_URL`, `GATEWAY_DATABASE_URL`, and so on."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import Duration, ServiceSettings, shared
from gateway.contracts import SERVICES, SHIPPED
from gateway.external.issuers import ExternalIssuer, distinct

_URL = r"^https?://[^/]+$"
Url = Annotated[
    str | None,
    Field(pattern=_URL, description="Where the service is; in the same process if unset"),
]
Seconds = Annotated[Duration, Field(gt=timedelta())]


class Settings(ServiceSettings):
    """What the gateway is told; a service without URL runs in the same process.

    Its database is that of the registry of partners.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    towns_url: Url = None
    trainings_url: Url = None
    funding_url: Url = None
    evaluation_url: Url = None

    signing_keys: Annotated[
        Path,
        Field(
            description="Folder of the private keys that sign tokens: for its owner alone, and the "
            "same for all processes of the gateway"
        ),
    ] = SHIPPED.parent / ".data" / "signing-keys"
    external_issuers: Annotated[
        tuple[ExternalIssuer, ...],
        AfterValidator(distinct),
        Field(
            description="Issuers of tokens of persons that are attached to partners, as a "
            "JSON list: `name`, `issuer`, `audience`, `algorithms`, one of `jwks`, `jwks_file` and "
            "`jwks_url`, and claims: `subject_claim` (`sub`), `organisation_claim`, `person_claim`"
        ),
    ] = ()
    contracts: Annotated[Path, Field(description="Folder with `<service>/openapi.json`")] = SHIPPED
    origins: Annotated[
        tuple[str, ...], Field(description="Web origins that may read answers; `*` for all")
    ] = ("*",)

    cache: Annotated[bool, Field(description="Keep public answers in memory")] = True
    cache_bytes: Annotated[int, Field(ge=0, description="Memory of the cache of each process")] = (
        64 * 1024 * 1024
    )
    cache_lifetime: Annotated[
        Duration, Field(description="Longest time without asking the service, even without news")
    ] = timedelta(minutes=1)
    feed_interval: Annotated[
        Seconds, Field(description="Pause between two looks at a change feed")
    ] = timedelta(seconds=1)

    connect_timeout: Annotated[Seconds, Field(description="Longest wait for a connection")] = (
        timedelta(milliseconds=250)
    )
    first_byte_timeout: Annotated[
        Seconds, Field(description="Longest wait for a read to begin to answer")
    ] = timedelta(seconds=1.5)
    total_timeout: Annotated[Seconds, Field(description="Longest time of a read")] = timedelta(
        seconds=2
    )
    export_first_byte_timeout: Annotated[
        Seconds, Field(description="The same for an export to begin")
    ] = timedelta(seconds=10)
    write_timeout: Annotated[
        Seconds, Field(description="Longest wait for the answer to a change, once its body is sent")
    ] = timedelta(seconds=10)

    concurrency: Annotated[int, Field(ge=1, description="Calls at a time, per service")] = 64
    concurrency_low: Annotated[
        int, Field(ge=1, description="Calls at a time that a slow service keeps")
    ] = 8
    concurrency_high: Annotated[
        int, Field(ge=1, description="Calls at a time that a quick service may reach")
    ] = 128
    export_concurrency: Annotated[
        int, Field(ge=1, description="Exports at a time, per service")
    ] = 8

    availability: Annotated[
        str, Field(description="Availability objective shown to catalogues, in percent")
    ] = "99.5"
    metrics_token: Annotated[
        SecretStr | None,
        Field(
            validation_alias=shared("metrics_token"),
            min_length=16,
            description="Who shows it may read `/metrics` from another machine than this one",
        ),
    ] = None
    access_requests_a_day: Annotated[
        int,
        Field(
            ge=0,
            description="Requests for access that one address, or one system, may make in 24 "
            "hours. Behind a proxy all callers have its address: raise it, and limit there",
        ),
    ] = 20
    access_request_url: Annotated[
        str | None,
        Field(description="Where partners ask for access; the reference if unset"),
    ] = None

    def url_of(self, service: str) -> str | None:
        """Return the base URL of a service, or `None` if it runs in this process."""
        urls = dict(zip(SERVICES, self._urls, strict=True))
        return urls[service]

    @property
    def _urls(self) -> tuple[str | None, ...]:
        return self.towns_url, self.trainings_url, self.funding_url, self.evaluation_url
