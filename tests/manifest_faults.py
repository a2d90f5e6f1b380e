"""Faults in manifests that no schema knows of: what selects nothing, is not opened, not read, not there, not safe."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from services.catalog.settings import CatalogSettings
from services.matcher.settings import MatcherSettings
from shared.kit.settings import ServiceSettings
from tests.manifests import (
    WORKLOADS,
    Manifest,
    containers,
    environment,
    name,
    opened,
    selected,
    selects,
    template_of,
    workloads,
)

SETTINGS: Mapping[str, type[ServiceSettings]] = {"catalog": CatalogSettings, "matcher": MatcherSettings}
_QUANTITY = re.compile(r"^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")
_FACTORS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGT", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGT", start=1)},
}
Faults = Iterator[tuple[Manifest, str]]


def faults(manifests: list[Manifest], secrets: list[Manifest]) -> list[str]:
    """One line a fault; `secrets` are those that are made elsewhere."""
    checks = (selector_faults, port_faults, reference_faults, quantity_faults, hardening_faults, probe_faults)
    found = [f"{name(one)}: {fault}" for check in checks for one, fault in check([*manifests, *secrets])]
    return found + [f"{name(one)}: {fault}" for one, fault in setting_faults([*manifests, *secrets])]


def pod_selectors(one: Manifest) -> Iterator[Manifest]:
    """Every selector of a manifest that must take pods of ours."""
    spec = one.get("spec", {})
    match one["kind"]:
        case "Service":
            yield {"matchLabels": spec["selector"]}
        case "PodDisruptionBudget":
            yield spec["selector"]
        case "NetworkPolicy":
            yield spec["podSelector"]
            for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
                peers = (*rule.get("from", ()), *rule.get("to", ()))
                yield from (
                    peer["podSelector"] for peer in peers if "podSelector" in peer and "namespaceSelector" not in peer
                )
    for constraint in template_of(one)["spec"].get("topologySpreadConstraints", ()) if one["kind"] in WORKLOADS else ():
        yield constraint["labelSelector"]


def selector_faults(manifests: list[Manifest]) -> Faults:
    """Selectors that take nothing, and workloads that would not own their own pods."""
    for one in manifests:
        for selector in pod_selectors(one):
            if not selected(manifests, selector):
                yield one, f"selector {selector} takes no pod"
        if one["kind"] in ("Deployment", "StatefulSet") and not selects(
            one["spec"]["selector"], template_of(one)["metadata"]["labels"]
        ):
            yield one, "does not select the pods of its own template"
        if one["kind"] == "ServiceMonitor":
            services = [other for other in manifests if other["kind"] == "Service"]
            taken = [
                other for other in services if selects(one["spec"]["selector"], other["metadata"].get("labels", {}))
            ]
            ports = {port["name"] for other in taken for port in other["spec"]["ports"]}
            if not taken or not {endpoint["port"] for endpoint in one["spec"]["endpoints"]} <= ports:
                yield one, "takes no service, or a port that the services lack"
        if one["kind"] == "HorizontalPodAutoscaler":
            target = one["spec"]["scaleTargetRef"]
            scaled = [x for x in manifests if (x["kind"], x["metadata"]["name"]) == (target["kind"], target["name"])]
            if not scaled or "replicas" in scaled[0]["spec"]:
                yield one, "scales nothing, or what states its replicas itself"


def port_faults(manifests: list[Manifest]) -> Faults:
    """Ports that nobody opens: of services, of policies, and of addresses in settings."""
    for one in manifests:
        if one["kind"] == "Service":
            pods = selected(manifests, {"matchLabels": one["spec"]["selector"]})
            wanted = [port.get("targetPort", port["port"]) for port in one["spec"]["ports"]]
            yield from (
                (one, f"port {port} is not opened") for port in wanted for pod in pods if port not in opened(pod)
            )
        if one["kind"] == "NetworkPolicy":
            pods = selected(manifests, one["spec"]["podSelector"])
            wanted = [port["port"] for rule in one["spec"].get("ingress", ()) for port in rule.get("ports", ())]
            yield from (
                (one, f"port {port} is not opened") for port in wanted for pod in pods if port not in opened(pod)
            )
    services = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Service"}
    for one, pod in workloads(manifests):
        for values in (environment(container, manifests) for container in containers(pod)):
            for setting, value in values.items():
                host, port = urlsplit(value).hostname, urlsplit(value).port if "://" in value else None
                if host in services and port not in [known["port"] for known in services[host]["spec"]["ports"]]:
                    yield one, f"{setting} asks {host} on port {port}, which it does not serve"


def reference_faults(manifests: list[Manifest]) -> Faults:
    """Names of objects that are not there, and mounts without a volume."""
    known = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    for one, pod in workloads(manifests):
        wanted = [("ServiceAccount", pod.get("serviceAccountName", "default"))]
        for volume in pod.get("volumes", ()):
            wanted += [
                ("PersistentVolumeClaim", volume[key]["claimName"]) for key in volume if key == "persistentVolumeClaim"
            ]
            wanted += [("ConfigMap", volume[key]["name"]) for key in volume if key == "configMap"]
        for container in containers(pod):
            for source in container.get("envFrom", ()):
                wanted += [("ConfigMap", ref["name"]) for key, ref in source.items() if key == "configMapRef"]
                wanted += [("Secret", ref["name"]) for key, ref in source.items() if key == "secretRef"]
            wanted += [("Secret", ref["name"]) for ref in secret_keys(container)]
        yield from (
            (one, f"names {kind} {missing}, which is not there")
            for kind, missing in wanted
            if (kind, missing) not in known
        )
        volumes = {volume["name"] for volume in pod.get("volumes", ())}
        volumes |= {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", ())}
        mounts = {mount["name"] for container in containers(pod) for mount in container.get("volumeMounts", ())}
        if mounts != volumes:
            yield one, f"volumes and mounts differ: {sorted(mounts ^ volumes)}"


def secret_keys(container: Manifest) -> list[Manifest]:
    """What single variables are read from."""
    return [one["valueFrom"]["secretKeyRef"] for one in container.get("env", ()) if "valueFrom" in one]


def quantity_faults(manifests: list[Manifest]) -> Faults:
    """Quantities that Kubernetes cannot read, limits below requests, and pods without either."""
    for one, pod in workloads(manifests):
        for container in containers(pod):
            requests, limits = (container.get("resources", {}).get(key, {}) for key in ("requests", "limits"))
            if not {"cpu", "memory", "ephemeral-storage"} <= requests.keys() & limits.keys():
                yield one, f"container {container['name']} does not say what it takes"
            read = {key: (_quantity(requests[key]), _quantity(limits[key])) for key in requests.keys() & limits.keys()}
            for key, (request, limit) in read.items():
                if request is None or limit is None or request > limit:
                    yield one, f"{key}: {requests[key]} of {limits[key]} is no quantity, or more than the limit"
        for volume in pod.get("volumes", ()):
            if "emptyDir" in volume and _quantity(volume["emptyDir"].get("sizeLimit")) is None:
                yield one, f"volume {volume['name']} has no readable limit"
    for one in manifests:
        claims = (
            [one] if one["kind"] == "PersistentVolumeClaim" else one.get("spec", {}).get("volumeClaimTemplates", ())
        )
        for claim in claims:
            if _quantity(claim["spec"]["resources"]["requests"]["storage"]) is None:
                yield one, "its size is no quantity"


def _quantity(text: object) -> Decimal | None:
    found = _QUANTITY.match(str(text))
    return Decimal(found[1]) * _FACTORS[found[2] or ""] if found else None


def hardening_faults(manifests: list[Manifest]) -> Faults:
    """Pods that the "restricted" standard refuses, or that write outside their volumes."""
    for one, pod in workloads(manifests):
        context = pod.get("securityContext", {})
        if context.get("runAsNonRoot") is not True or context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield one, "the pod may run as root, or any system call"
        if pod.get("automountServiceAccountToken") is not False:
            yield one, "the pod gets a token of the cluster"
        for container in containers(pod):
            own = container.get("securityContext", {})
            if (own.get("readOnlyRootFilesystem"), own.get("allowPrivilegeEscalation")) != (True, False):
                yield one, f"container {container['name']} may write its root, or gain privileges"
            if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("privileged"):
                yield one, f"container {container['name']} has capabilities"


def probe_faults(manifests: list[Manifest]) -> Faults:
    """Services' probes that are missing, ask a port that is not open, or would restart for a fault elsewhere."""
    for one, pod in workloads(manifests):
        for container in containers(pod):
            probes = {key: container[key] for key in container if key.endswith("Probe")}
            for key, probe in probes.items():
                asked = probe.get("httpGet", probe.get("tcpSocket", {})).get("port")
                if asked is not None and asked not in opened(pod):
                    yield one, f"{key} asks port {asked}, which is not opened"
            if container.get("args", [""])[0] == "serve":
                paths = {key: probe.get("httpGet", {}).get("path") for key, probe in probes.items()}
                if paths != {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}:
                    yield one, f"probes ask {paths}"


def setting_faults(manifests: list[Manifest]) -> Faults:
    """Variables that no setting reads, values that a setting refuses, and keys of secrets that are not there."""
    known = {
        f"{settings.model_config['env_prefix']}{field}".upper()
        for settings in SETTINGS.values()
        for field in settings.model_fields
    }
    for one, pod in workloads(manifests):
        for container in containers(pod):
            values = environment(container, manifests)
            ours = {key: value for key, value in values.items() if key.startswith("LIAISON_")}
            yield from ((one, f"{key} is no setting") for key in ours if key not in known)
            yield from ((one, f"{key} is empty") for key, value in ours.items() if not value)
            service = (container.get("args") or ["", ""])[1:2]
            if service and service[0] in SETTINGS:
                yield from ((one, fault) for fault in refused(SETTINGS[service[0]], ours, opened(pod)))


def refused(settings: type[ServiceSettings], values: Mapping[str, str], ports: set[object]) -> Iterator[str]:
    """What a service would say of its environment."""
    prefix = str(settings.model_config["env_prefix"])
    yield from (f"{key} is another service's setting" for key in values if not key.startswith(prefix))
    given: dict[str, Any] = {key.removeprefix(prefix).lower(): value for key, value in values.items()}
    try:
        built = settings.model_validate(
            {key: value for key, value in given.items() if not value.startswith(("[", "{"))}
        )
    except ValidationError as error:
        yield from (f"{prefix}{''.join(map(str, found['loc'][:1]))}: {found['msg']}" for found in error.errors())
        return
    if ports and built.port not in ports:
        yield f"{prefix}PORT is not the port that is opened"
