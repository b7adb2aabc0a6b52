"""Kustomizations made up from a seed: two or three bases with Deployments, Services and
ConfigMaps, overlays over some of them, with what kustomize does to names, namespaces,
labels and generated objects, and now and then a mistake that it refuses."""
import json
import os
import random

NAMES = ["web", "api", "db", "cache"]


def write(folder, name, content):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)  # which is YAML, too


def deployment(name, namespace=None):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
            "spec": {"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels}, "spec": {"containers": [{
                    "name": name, "image": name + ":1",
                    "envFrom": [{"configMapRef": {"name": name + "-settings"}}]}]}}}}


def service(name):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}}


def config_map(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name + "-settings"},
            "data": {"mode": "fast"}}


def role(name):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": name}, "rules": []}


def what_it_does(dice, names):
    """Keys of a kustomization that change what it has."""
    keys = {}
    if dice.random() < 0.4:
        keys["namePrefix"] = dice.choice(["dev-", "a-"])
    if dice.random() < 0.3:
        keys["nameSuffix"] = dice.choice(["-v2", "-b"])
    if dice.random() < 0.4:
        keys["namespace"] = dice.choice(["one", "two"])
    if dice.random() < 0.3:
        keys["commonLabels"] = {"team": dice.choice(["red", "blue"])}
    if dice.random() < 0.3:
        keys["labels"] = [{"pairs": {"tier": "front"}, "includeSelectors": dice.random() < 0.5,
                           "includeTemplates": dice.random() < 0.5}]
    if dice.random() < 0.2:
        keys["images"] = [{"name": dice.choice(names), "newTag": "2"}]
    if dice.random() < 0.2:
        keys["commonAnnotations"] = {"note": "made up"}
    return keys


def generators(dice, keys, number):
    for kind in ("configMapGenerator", "secretGenerator"):
        if dice.random() < 0.3:
            made = {"name": f"made{number}", "literals": ["a=1", "b=2"]}
            if dice.random() < 0.3:
                made["options"] = {"disableNameSuffixHash": True, "labels": {"made": "up"}}
            if dice.random() < 0.2:
                made["namespace"] = "three"
            keys[kind] = [made]
    if dice.random() < 0.2:
        keys["generatorOptions"] = {"labels": {"all": "made"},
                                    "disableNameSuffixHash": dice.random() < 0.5}


def base(dice, folder, number):
    names = dice.sample(NAMES, dice.randint(1, 3))
    resources = []
    for name in names:
        for make in dice.sample([deployment, service, config_map, role], dice.randint(2, 4)):
            item = make(name)
            write(folder, f"{name}-{make.__name__}.json", item)
            resources.append(f"{name}-{make.__name__}.json")
    keys = {"resources": resources, **what_it_does(dice, names)}
    generators(dice, keys, number)
    write(folder, "kustomization.yaml", keys)
    return names


def overlay(dice, folder, bases):
    """One over some of the bases, with patches for objects that may be there or not."""
    chosen = dice.sample(sorted(bases), dice.randint(1, min(2, len(bases))))
    names = sorted({name for each in chosen for name in bases[each]})
    keys = {"resources": [f"../{each}" for each in chosen], **what_it_does(dice, names)}
    patches = []
    if dice.random() < 0.3:
        name = dice.choice(names) if dice.random() < 0.7 else "nobody"
        patches.append({"patch": json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
            "name": name + "-settings", "labels": {"patched": "yes"}}, "data": {"more": "1"}})})
    if dice.random() < 0.2:
        patches.append({"target": {"kind": "Service", "name": dice.choice(NAMES)},
                        "patch": json.dumps([{"op": "add", "path": "/metadata/labels/patched",
                                              "value": "yes"}])})
    if dice.random() < 0.2:
        patches.append({"patch": json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {
            "name": dice.choice(names)}, "$patch": "delete"})})
    if patches:
        keys["patches"] = patches
    if dice.random() < 0.3:
        extra = dice.choice(NAMES)
        write(folder, "extra.json", service(extra))
        keys["resources"].append("extra.json")
    if dice.random() < 0.2:
        keys["replicas"] = [{"name": names[0], "count": 3}]
    if dice.random() < 0.05:
        keys["resources"].append("missing.yaml")
    if dice.random() < 0.1 and "namePrefix" in keys:
        keys["nameprefix"] = keys.pop("namePrefix")
    generators(dice, keys, "-over")
    write(folder, "kustomization.yaml", keys)


def trees(folder, count, seed):
    """Writes so many under a folder; gives the path to build of each."""
    dice = random.Random(seed)
    for tree in range(count):
        root, bases = os.path.join(folder, f"tree{tree:02}"), {}
        for number in range(dice.randint(1, 3)):
            bases[f"base{number}"] = base(dice, os.path.join(root, f"base{number}"), number)
        overlay(dice, os.path.join(root, "overlay"), bases)
        yield os.path.join(root, "overlay")
