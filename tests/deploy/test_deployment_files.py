"""The files that operators run: each is read by the tool that knows its format."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.contracts.toolbox import ROOT, SCRIPTS, Toolbox, installed, run

COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
KUBERNETES = kubernetes_validate.latest_version()
SERVERS = {"towns", "trainings", "funding", "evaluation", "gateway"}


@pytest.fixture(scope="module")
def tools() -> Toolbox:
    """Return the tools of Node: `dclint` carries the schema of compose files."""
    return installed()


def _compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return read


def _documents(manifest: Path) -> list[dict[str, Any]]:
    return [part for part in yaml.safe_load_all(manifest.read_text(encoding="utf-8")) if part]


def test_the_dockerfile_passes_hadolint() -> None:
    linted = run([str(SCRIPTS / "hadolint"), "--failure-threshold=info", str(DOCKERFILE)])
    assert linted.content, linted.said


def test_hadolint_refuses_a_careless_dockerfile(tmp_path: Path) -> None:
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM debian:latest\nRUN cd /tmp && apt-get install -y curl\n")
    linted = run([str(SCRIPTS / "hadolint"), "--failure-threshold=info", str(careless)])
    assert not linted.content


def test_the_compose_file_keeps_to_its_specification(tools: Toolbox) -> None:
    modules = tools.folder / "node_modules"
    schema = json.loads((modules / "dclint/schemas/compose.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(_compose())] == []
    wrong = {"services": {"towns": {"image": "x", "comand": "typo"}}}
    assert list(validator.iter_errors(wrong))


def test_the_compose_file_runs_postgres_and_the_five_servers_of_one_image() -> None:
    services = _compose()["services"]
    assert services.keys() >= SERVERS | {"postgres"}
    images = {services[name].get("image") for name in SERVERS}
    assert len(images) == 1
    commands = {json.dumps(services[name]["command"]) for name in SERVERS}
    assert len(commands) == len(SERVERS)


def test_every_container_is_watched_read_only_and_without_rights() -> None:
    services = _compose()["services"]
    for name in SERVERS:
        assert "healthcheck" in services[name], name
        assert services[name].get("read_only") is True, name
        assert services[name].get("cap_drop") == ["ALL"], name
        assert "no-new-privileges:true" in services[name].get("security_opt", []), name


def test_only_the_gateway_is_reachable_from_outside() -> None:
    services = _compose()["services"]
    assert {name for name, service in services.items() if service.get("ports")} == {"gateway"}


def test_prometheus_reads_every_server_and_shows_its_token_to_the_one_in_public() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/observability/prometheus.yaml").read_text())
    read = {
        target.partition(":")[0]: "authorization" in job
        for job in jobs["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    }
    compose = _compose()
    assert read == {name: name == "gateway" for name in SERVERS}
    assert "METRICS_TOKEN" in compose["services"]["gateway"]["environment"]
    assert compose["secrets"]["metrics_token"] == {"environment": "METRICS_TOKEN"}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_every_manifest_is_valid_for_kubernetes(manifest: Path) -> None:
    documents = _documents(manifest)
    assert documents
    for document in documents:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_there_are_manifests_and_a_mistake_in_one_is_seen() -> None:
    assert MANIFESTS
    kinds = {document["kind"] for path in MANIFESTS for document in _documents(path)}
    assert {"Deployment", "Service"} <= kinds
    wrong = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": "two"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_every_pod_runs_without_rights_within_limits_and_with_probes() -> None:
    wrong: list[str] = []
    for pod, container in _containers():
        name = f"{pod}/{container['name']}"
        rights = container.get("securityContext", {})
        wrong += [f"{name}: may gain rights"] * (
            rights.get("allowPrivilegeEscalation") is not False
        )
        wrong += [f"{name}: writable root"] * (rights.get("readOnlyRootFilesystem") is not True)
        wrong += [f"{name}: no limits"] * ("limits" not in container.get("resources", {}))
        wrong += [f"{name}: latest"] * container["image"].endswith(":latest")
    assert wrong == []


def _containers() -> list[tuple[str, dict[str, Any]]]:
    return [
        (document["metadata"]["name"], container)
        for path in MANIFESTS
        for document in _documents(path)
        if document["kind"] in {"Deployment", "StatefulSet", "Job"}
        for container in document["spec"]["template"]["spec"]["containers"]
    ]
