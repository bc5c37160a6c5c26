"""What the commands of the product read from their environment; the servers have their own."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

Port = Annotated[int, Field(ge=0, le=65535)]


class RunSettings(BaseSettings):
    """How `make run` starts the product."""

    mode: Annotated[
        Literal["single", "distributed"],
        Field(description="One process for all, or one for the gateway and one for each service"),
    ] = "single"
    host: Annotated[
        str, Field(description="Where the gateway listens; services only ever on 127.0.0.1")
    ] = "127.0.0.1"
    port: Annotated[Port, Field(description="The port of the gateway; 0 takes a free one")] = 8000
    port_wait: Annotated[
        int, Field(ge=0, description="Seconds to wait for a port that is still taken")
    ] = 20
    workers: Annotated[
        int, Field(ge=1, le=64, description="Processes of each server; they share its port")
    ] = 1
    sandbox: Annotated[
        bool | None,
        Field(
            description="Make a sandbox partner of every kind; if unset, only where PostgreSQL is "
            "started from its wheel, and never beside a real partner"
        ),
    ] = None


class InstallationSettings(BaseSettings):
    """Where an installation keeps its data, read by `make run`, `make migrate` and `make seed`."""

    database_url: Annotated[
        SecretStr | None,
        Field(
            description="An administrator's address, `postgresql://user:password@host:5432/name`: "
            "the roles and schemas are made there. Without it, and without an address for each "
            "service, PostgreSQL is started from its wheel"
        ),
    ] = None
    adopt_roles: Annotated[
        bool,
        Field(
            description="Give new passwords to roles that another installation made on the server "
            "of `DATABASE_URL`; that installation is cut off"
        ),
    ] = False
    data_dir: Annotated[
        Path | None,
        Field(description="Folder of the embedded database and of kept secrets; `.data` if unset"),
    ] = None


class ProcessSettings(BaseSettings):
    """How one process is served (`python -m deploy.serve NAME`), beside the server's settings."""

    log_format: Annotated[
        Literal["auto", "json", "text"],
        Field(
            description="`json`: one object a line; `text`: for people, only answers from 400 up; "
            "`auto`: `text` on a terminal"
        ),
    ] = "auto"
    drain_seconds: Annotated[
        float,
        Field(
            ge=0,
            description="How long it still serves after SIGTERM, saying that it is not ready; "
            "`make run` sets 2 if `WORKERS` is more than 1, else 0",
        ),
    ] = 0
    prometheus_multiproc_dir: Annotated[
        Path | None,
        Field(description="Folder where processes of one port add up their figures; `make run`"),
    ] = None
    otel_exporter_otlp_endpoint: Annotated[
        str | None, Field(description="Where traces go (OTLP over HTTP); none are made if unset")
    ] = None
