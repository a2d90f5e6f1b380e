"""Kubernetes manifests as kustomize renders them, and what stands in them."""

import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # comes with uvicorn[standard], which has no types for it

K8S = Path(__file__).parents[1] / "deploy" / "k8s"
Manifest = dict[str, Any]  # Any: YAML
WORKLOADS = ("Deployment", "StatefulSet", "Job", "CronJob")


def render(folder: Path) -> list[Manifest]:
    """What `kubectl kustomize` makes of a folder; the test is skipped where there is no kubectl."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip(
            "needs kubectl 1.27 or newer with its kustomize, for example from the Kubernetes project's packages"
        )
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def name(manifest: Manifest) -> str:
    """Kind and name."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def template_of(manifest: Manifest) -> Manifest:
    """A workload's pod template."""
    spec = manifest["spec"]
    template: Manifest = (spec["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else spec)["template"]
    return template


def workloads(manifests: Iterable[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Each workload with its pod's specification."""
    return ((one, template_of(one)["spec"]) for one in manifests if one["kind"] in WORKLOADS)


def containers(pod: Manifest) -> list[Manifest]:
    """All of a pod."""
    return [*pod["containers"], *pod.get("initContainers", ())]


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether a label selector, with expressions of `In` alone, takes these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", ())
        if one["operator"] == "In"
    )


def selected(manifests: list[Manifest], selector: Manifest) -> list[Manifest]:
    """The pods' specifications that a selector takes."""
    chosen = [
        one for one, _ in workloads(manifests) if selects(selector, template_of(one)["metadata"].get("labels", {}))
    ]
    return [template_of(one)["spec"] for one in chosen]


def opened(pod: Manifest) -> set[object]:
    """Names and numbers of the ports that a pod's containers open."""
    ports = [port for container in containers(pod) for port in container.get("ports", ())]
    return {port["containerPort"] for port in ports} | {port["name"] for port in ports if "name" in port}


def environment(container: Manifest, manifests: list[Manifest]) -> dict[str, str]:
    """A container's variables by name, from config maps, secrets and itself."""
    values: dict[str, str] = {}
    stored = {
        (one["kind"], one["metadata"]["name"]): one for one in manifests if one["kind"] in ("ConfigMap", "Secret")
    }
    for source in container.get("envFrom", ()):
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            values |= _data(stored.get((kind, source.get(key, {}).get("name"))))
    for one in container.get("env", ()):
        if "value" in one:
            values[one["name"]] = one["value"]
        elif "secretKeyRef" in one.get("valueFrom", {}):
            ref = one["valueFrom"]["secretKeyRef"]
            values[one["name"]] = _data(stored.get(("Secret", ref["name"]))).get(ref["key"], "")
    return values


def _data(stored: Manifest | None) -> dict[str, str]:
    """Of a config map or a secret, as a container reads it."""
    if stored is None:
        return {}
    data: dict[str, str] = stored.get("data", {})
    if stored["kind"] == "Secret":
        data = {key: b64decode(value).decode() for key, value in data.items()}
    return {**data, **stored.get("stringData", {})}
