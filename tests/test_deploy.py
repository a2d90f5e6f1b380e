"""The Kubernetes manifests hang together: selectors, ports, probes, settings, users."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # comes with uvicorn[standard], which has no types for it

from services.catalog.settings import CatalogSettings
from services.matcher.settings import MatcherSettings
from shared.kit.settings import ServiceSettings

K8S = Path(__file__).parents[1] / "deploy" / "k8s"
Manifest = dict[str, Any]  # Any: YAML


def manifests(path: Path) -> list[Manifest]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def base_manifest(kind: str, name: str) -> Manifest:
    everything = [manifest for path in (K8S / "base").glob("*.yaml") for manifest in manifests(path)]
    [found] = [one for one in everything if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def pod_of(service: str) -> Manifest:
    template: Manifest = base_manifest("Deployment", service)["spec"]["template"]
    return template


@pytest.mark.parametrize("path", sorted(K8S.rglob("kustomization.yaml")), ids=lambda path: path.parent.name)
def test_every_file_that_a_kustomization_names_exists(path: Path) -> None:
    [kustomization] = manifests(path)
    named = [*kustomization["resources"], *(patch["path"] for patch in kustomization.get("patches", ()))]
    assert [name for name in named if not (path.parent / name).exists()] == []


@pytest.mark.parametrize("path", sorted((K8S / "overlays").rglob("*.yaml")), ids=lambda path: path.name)
def test_every_patch_names_something_of_the_base(path: Path) -> None:
    for manifest in manifests(path):
        if manifest["kind"] not in ("Kustomization", "Namespace"):
            assert base_manifest(manifest["kind"], manifest["metadata"]["name"])


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_services_and_deployments_select_the_pods_that_are_made(service: str) -> None:
    labels = pod_of(service)["metadata"]["labels"].items()
    assert base_manifest("Service", service)["spec"]["selector"].items() <= labels
    assert base_manifest("Deployment", service)["spec"]["selector"]["matchLabels"].items() <= labels


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_ports_agree_from_the_settings_to_the_probes(service: str) -> None:
    [container] = pod_of(service)["spec"]["containers"]
    [port] = container["ports"]
    [exposed] = base_manifest("Service", service)["spec"]["ports"]
    settings = base_manifest("ConfigMap", f"{service}-settings")["data"]
    assert exposed["targetPort"] == port["name"]
    assert settings[f"LIAISON_{service.upper()}_PORT"] == str(port["containerPort"]) == str(exposed["port"])
    probed = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: probe["path"] for name, probe in probed.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert {probe["port"] for probe in probed.values()} == {port["name"]}


@pytest.mark.parametrize(("service", "settings"), [("catalog", CatalogSettings), ("matcher", MatcherSettings)])
def test_settings_of_the_base_are_accepted(
    service: str, settings: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = base_manifest("ConfigMap", f"{service}-settings")["data"]
    for name, value in data.items():
        monkeypatch.setenv(name, value)
    built = settings()
    assert str(built.port) == data[f"LIAISON_{service.upper()}_PORT"]
    assert built.host == "0.0.0.0"


def test_the_matcher_asks_the_catalogs_service() -> None:
    [port] = base_manifest("Service", "catalog")["spec"]["ports"]
    settings = base_manifest("ConfigMap", "matcher-settings")["data"]
    assert settings["LIAISON_MATCHER_CATALOG_URL"] == f"http://catalog:{port['port']}"


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_pods_run_without_root_and_write_to_volumes_only(service: str) -> None:
    pod = pod_of(service)["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "emptyDir" not in volume]
    assert claims == [base_manifest("PersistentVolumeClaim", f"{service}-data")["metadata"]["name"]]
