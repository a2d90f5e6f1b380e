"""Four gates for the manifests: kustomize, schemas, hardening, and our own; each must catch a seeded fault."""

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml  # type: ignore[import-untyped] # comes with uvicorn[standard], which has no types for it

from services.cli.main import app as command_line
from tests.manifest_faults import faults
from tests.manifests import K8S, Manifest, render, workloads

ROOT = K8S.parents[1]
KUBERNETES = "1.37.0"
OVERLAYS = ["dev", "prod"]
CUSTOM = {"ServiceMonitor"}  # their schemas come with operators
NOT_FOLLOWED = {
    "CKV_K8S_15": "a tag is never moved, and a cluster on a laptop has images that no registry has",
    "CKV_K8S_35": "settings come from the environment; a file would hold the same secret in the same pod",
    "CKV_K8S_43": "digests are the release's to write; here there is no image yet",
}


def made_elsewhere(overlay: str) -> list[Manifest]:
    """The secrets that an overlay expects to be there."""
    example = K8S / "overlays" / overlay / "secrets.example.yaml"
    return list(yaml.safe_load_all(example.read_text(encoding="utf-8"))) if example.exists() else []


@pytest.fixture(scope="module", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def rendered(overlay: str) -> list[Manifest]:
    return render(K8S / "overlays" / overlay)


def find(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    [found] = [one for one in manifests if one["kind"] == kind and one["metadata"]["name"].startswith(name)]
    return found


def test_an_overlay_builds_and_holds_what_is_promised(rendered: list[Manifest], overlay: str) -> None:
    kinds = {one["kind"] for one in rendered}
    assert kinds >= {
        *("Deployment", "Job", "CronJob", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"),
        *("NetworkPolicy", "ServiceAccount", "PersistentVolumeClaim", "ConfigMap", "Namespace"),
    }
    assert ("ServiceMonitor" in kinds, "Secret" in kinds) == ((True, False) if overlay == "prod" else (False, True))
    assert find(rendered, "Deployment", "indexer")["spec"]["strategy"] == {"type": "Recreate"}
    assert find(rendered, "Deployment", "indexer")["spec"]["replicas"] == 1


def test_a_kustomization_that_names_a_missing_file_does_not_build(tmp_path: Path) -> None:
    broken = Path(shutil.copytree(K8S, tmp_path / "k8s"))
    (broken / "base" / "indexer.yaml").unlink()
    with pytest.raises(AssertionError, match=r"indexer\.yaml"):
        render(broken / "overlays" / "dev")


def test_a_patch_of_something_that_is_not_there_does_not_build(tmp_path: Path) -> None:
    broken = Path(shutil.copytree(K8S, tmp_path / "k8s"))
    patch = broken / "overlays" / "prod" / "sizes.yaml"
    patch.write_text(patch.read_text(encoding="utf-8").replace("name: matcher", "name: mather"), encoding="utf-8")
    with pytest.raises(AssertionError, match="mather"):
        render(broken / "overlays" / "prod")


def check_schemas(manifests: list[Manifest]) -> None:
    for one in manifests:
        if one["kind"] not in CUSTOM:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_manifests_follow_the_schemas(rendered: list[Manifest]) -> None:
    check_schemas(rendered)


@pytest.mark.parametrize("field", ["replicaCount", "replicas"])
def test_schemas_catch_an_unknown_field_and_a_wrong_type(rendered: list[Manifest], field: str) -> None:
    seeded = copy.deepcopy(rendered)
    find(seeded, "Deployment", "catalog")["spec"][field] = "two"
    with pytest.raises(kubernetes_validate.ValidationError):
        check_schemas(seeded)


def test_our_own_gate_finds_nothing(rendered: list[Manifest], overlay: str) -> None:
    assert faults(rendered, made_elsewhere(overlay)) == []


def _at(kind: str, name: str, *path: str | int, value: Any) -> Callable[[list[Manifest]], None]:
    """Sets a field of one manifest; None removes it."""

    def seed(manifests: list[Manifest]) -> None:
        place: Any = find(manifests, kind, name)
        for step in path[:-1]:
            place = place[step]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return seed


POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
COMPONENT = "app.kubernetes.io/component"
SEEDED = {
    "a service selects nothing": (
        _at("Service", "catalog", "spec", "selector", COMPONENT, value="catalogue"),
        "takes no pod",
    ),
    "a deployment selects others": (
        _at("Deployment", "matcher", "spec", "selector", "matchLabels", COMPONENT, value="match"),
        "does not select",
    ),
    "a budget protects nothing": (
        _at("PodDisruptionBudget", "matcher", "spec", "selector", "matchLabels", COMPONENT, value="x"),
        "takes no pod",
    ),
    "a policy guards nothing": (
        _at("NetworkPolicy", "reach-the-matcher", "spec", "podSelector", "matchLabels", COMPONENT, value="x"),
        "takes no pod",
    ),
    "a scaler scales nothing": (
        _at("HorizontalPodAutoscaler", "catalog", "spec", "scaleTargetRef", "name", value="x"),
        "scales",
    ),
    "a service's port": (
        _at("Service", "matcher", "spec", "ports", 0, "targetPort", value="htp"),
        "port htp is not opened",
    ),
    "a policy's port": (
        _at("NetworkPolicy", "reach-the-catalog", "spec", "ingress", 0, "ports", 0, "port", value=8081),
        "port 8081 is not opened",
    ),
    "a probe's port": (
        _at("Deployment", "catalog", *CONTAINER, "livenessProbe", "httpGet", "port", value="web"),
        "asks port web",
    ),
    "a probe that asks the database": (
        _at("Deployment", "catalog", *CONTAINER, "livenessProbe", "httpGet", "path", value="/readyz"),
        "probes ask",
    ),
    "a request that is no quantity": (
        _at("Deployment", "catalog", *CONTAINER, "resources", "requests", "memory", value="256MB"),
        "no quantity",
    ),
    "a limit below the request": (
        _at("Deployment", "catalog", *CONTAINER, "resources", "limits", "memory", value="128Mi"),
        "more than the limit",
    ),
    "a claim's size": (
        _at("PersistentVolumeClaim", "backups", "spec", "resources", "requests", "storage", value="200 Gi"),
        "no quantity",
    ),
    "a setting that nobody reads": (
        _at("Deployment", "matcher", *CONTAINER, "env", 0, "name", value="LIAISON_MATCHER_ROLL"),
        "LIAISON_MATCHER_ROLL is no setting",
    ),
    "a setting of the other service": (
        _at("Deployment", "matcher", *CONTAINER, "env", 0, "name", value="LIAISON_CATALOG_PORT"),
        "another service's",
    ),
    "a value that is refused": (
        _at("Deployment", "matcher", *CONTAINER, "env", 0, "value", value="writer"),
        "LIAISON_MATCHER_role",
    ),
    "a config map's name": (
        _at("Deployment", "catalog", *CONTAINER, "envFrom", 0, "configMapRef", "name", value="catalog"),
        "names ConfigMap catalog",
    ),
    "a secret's name": (
        _at("Deployment", "catalog", *CONTAINER, "envFrom", 1, "secretRef", "name", value="catalog"),
        "names Secret catalog",
    ),
    "a mount without a volume": (
        _at("Deployment", "catalog", *CONTAINER, "volumeMounts", 0, "name", value="dat"),
        "volumes and mounts differ",
    ),
    "no pod security context": (_at("Deployment", "indexer", *POD, "securityContext", value=None), "may run as root"),
    "no container security context": (
        _at("Deployment", "indexer", *CONTAINER, "securityContext", value=None),
        "capabilities",
    ),
    "a root that can be written": (
        _at("Deployment", "indexer", *CONTAINER, "securityContext", "readOnlyRootFilesystem", value=False),
        "may write its root",
    ),
}


@pytest.mark.parametrize("seeded", SEEDED)
def test_our_own_gate_catches_a_seeded_fault(rendered: list[Manifest], overlay: str, seeded: str) -> None:
    manifests = copy.deepcopy(rendered)
    seed, told = SEEDED[seeded]
    seed(manifests)
    found = faults(manifests, made_elsewhere(overlay))
    assert [fault for fault in found if told in fault], found


def test_our_own_gate_catches_an_address_that_is_not_served(tmp_path: Path) -> None:
    """In the file that makes the config map, so that the name that kustomize hashes follows."""
    broken = Path(shutil.copytree(K8S, tmp_path / "k8s"))
    settings = broken / "base" / "matcher.env"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("http://catalog:8001", "http://catalog:8080"), encoding="utf-8")
    found = faults(render(broken / "overlays" / "dev"), [])
    assert [fault for fault in found if "asks catalog on port 8080" in fault]


def test_a_monitor_that_scrapes_nothing_is_caught() -> None:
    manifests = render(K8S / "overlays" / "prod")
    find(manifests, "ServiceMonitor", "liaison")["spec"]["endpoints"][0]["port"] = "metrics"
    assert [fault for fault in faults(manifests, made_elsewhere("prod")) if "ServiceMonitor" in fault]


def test_containers_run_commands_and_options_that_exist(rendered: list[Manifest]) -> None:
    for _, pod in workloads(rendered):
        for container in pod["containers"]:
            if container["image"].startswith("liaison-"):
                with pytest.raises(SystemExit) as ended:  # --help comes last: what stands before it was understood
                    command_line([*container["args"], "--help"])
                assert ended.value.code == 0, container["args"]


def test_a_container_with_an_unknown_option_is_caught() -> None:
    with pytest.raises(SystemExit) as ended:
        command_line(["serve", "catalog", "--secure-bind", "--help"])
    assert ended.value.code != 0


def hardening_findings(folder: Path) -> list[str]:
    """What checkov holds against manifests and container files, less what is not followed; skips without it."""
    scanner = shutil.which("checkov") or str(ROOT / ".tools" / "checkov" / "bin" / "checkov")
    if not Path(scanner).exists():
        pytest.skip("needs checkov: `make scanner` installs it beside the project")
    done = subprocess.run(
        [
            *(scanner, "--directory", str(folder), "--framework", "kubernetes", "dockerfile", "--skip-download"),
            *("--quiet", "--compact", "--output", "json", "--skip-check", ",".join(NOT_FOLLOWED)),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        check=False,
    )
    reports = json.loads(done.stdout)
    reports = reports if isinstance(reports, list) else [reports]
    assert sum(report["summary"]["passed"] for report in reports) > 100, done.stdout[:2000]
    return [f"{one['check_id']} {one['resource']}" for report in reports for one in report["results"]["failed_checks"]]


def test_the_scanner_finds_a_seeded_weakness_and_no_other(tmp_path: Path) -> None:
    for overlay in OVERLAYS:
        manifests = render(K8S / "overlays" / overlay)
        (tmp_path / f"{overlay}.yaml").write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
    for image in (ROOT / "deploy" / "docker").glob("*.Dockerfile"):
        shutil.copy(image, tmp_path)
    seeded = render(K8S / "overlays" / "dev")
    weak = find(seeded, "Deployment", "indexer")
    weak["metadata"]["name"] = "weak"
    del weak["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    (tmp_path / "seeded.yaml").write_text(yaml.safe_dump(weak), encoding="utf-8")
    found = hardening_findings(tmp_path)
    assert {"CKV_K8S_20", "CKV_K8S_22", "CKV_K8S_30"} <= {finding.split()[0] for finding in found}
    assert {finding.split()[1] for finding in found} == {"Deployment.liaison-dev.weak"}
