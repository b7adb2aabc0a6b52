"""What is written before what, and what a refusal that comes too early is worth."""
import json

from program import expect
from server import Server, document, outcomes, pod, send, widgets


def order():
    web = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}
    text = "\n---\n".join([
        document("ValidatingWebhookConfiguration", "hook"),
        document("Widget", "widget", spec={}),
        document("Deployment", "web", spec={"selector": {"matchLabels": {"app": "web"}}, "template": web}),
        document("Service", "service", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}),
        document("RoleBinding", "binding", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "role"}),
        document("Role", "role", rules=[]),
        document("PersistentVolumeClaim", "claim", spec={
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
        document("ConfigMap", "conf"),
        widgets("v1"),
        document("Namespace", "space"),
    ]) + "\n"
    server = Server()
    result = send(server, text)
    expect("what others need is written first", server.patched(False) == [
        "space", "widgets.example.org", "conf", "claim", "role", "binding", "service", "web", "widget", "hook"],
           f"{server.patched(False)} {result.stdout}{result.stderr}")
    server.stop()


def early_refusals():
    """A refusal for want of what this run writes counts only once that is written."""
    said = ["no PriorityClass with name important was found"]

    def admission(handler, _):
        there = "/apis/scheduling.k8s.io/v1/priorityclasses/important" in server.objects
        if handler.command == "PATCH" and "/pods/" in handler.path and not there:
            handler.answer(403, json.dumps({"kind": "Status", "reason": "Forbidden", "message":
                                            f'pods "important" is forbidden: {said[0]}'}).encode())
            return True
        return False
    text = "\n---\n".join([pod("important", priorityClassName="important"),
                           document("PriorityClass", "important", value=7)]) + "\n"
    server = Server(admission)
    result = send(server, text)
    expect("a Pod and its class at once", outcomes(result) == {"created": 2}, result.stdout + result.stderr)
    expect("the Pod was asked about again, before it was written",
           server.patched(True).count("important") == 3 and server.patched(False) == ["important"] * 2, str(server.requests))
    server.stop()

    lags = []

    def caches(handler, _):
        """As long as something is in lags, the class is written and not yet known."""
        if admission(handler, _):
            return True
        if handler.command != "PATCH" or "/pods/" not in handler.path or not lags:
            return False
        handler.answer(403, json.dumps({"kind": "Status", "reason": "Forbidden", "message":
                                        f'pods "important" is forbidden: {lags.pop()}'}).encode())
        return True
    server, lags[:] = Server(caches), said * 2
    result = send(server, text)
    expect("a server whose caches lag behind its store is asked again", outcomes(result) == {"created": 2} and
           server.patched(True).count("important") == 5 and server.patched(False) == ["important"] * 2,
           result.stdout + result.stderr + str(server.requests))
    server.stop()
    server, lags[:] = Server(caches), said * 2
    result = send(server, text, "--no-preflight")
    expect("and written to again, without a preflight", outcomes(result) == {"created": 2} and
           server.patched(False) == ["important"] * 4, result.stdout + result.stderr + str(server.requests))
    server.stop()
    server, lags[:] = Server(caches), ["exceeded quota: small"]
    result = send(server, text, "--no-preflight")
    expect("what is refused for another reason is written once", outcomes(result) == {"created": 1, "refused": 1} and
           len(server.patched(False)) == 2, result.stdout + result.stderr)
    server.stop()
    server, lags[:] = Server(caches), ["exceeded quota: small"]
    result = send(server, text)
    expect("what is refused for another reason then is refused at once", outcomes(result) == {"created": 1, "refused": 1} and
           server.patched(True).count("important") == 3, result.stdout + result.stderr)
    server.stop()
    server, said[0] = Server(admission), "exceeded quota: small"
    result = send(server, text)
    expect("a refusal of something else counts at once", result.returncode == 1 and not server.objects and
           outcomes(result) == {"refused": 1, "not written": 1}, result.stdout + result.stderr)
    server.stop()

    def late(handler, _):
        if handler.command != "PATCH" or "/pods/bad" not in handler.path:
            return False
        handler.answer(500, b'{"kind":"Status","message":"failed to create typed patch object (/bad; v1, Kind=Pod): errors:\\n'
                       b'  .spec.hostNetwork: expected boolean, got string\\n  .spec.containers[name=\\"c\\"].odd: field not '
                       b'declared in schema","code":500}')
        return True
    server = Server(late)
    text = "\n---\n".join([document("Namespace", "space")] + [pod(name, hostNetwork=True).replace(
        f'"name": "{name}"', f'"name": "{name}", "namespace": "space"') for name in ("good", "bad")]) + "\n"
    result = send(server, text)
    expect("what is refused once its Namespace is there, keeps its step from being written", result.returncode == 1 and
           server.patched(False) == ["space"] and outcomes(result) == {"created": 1, "refused": 1, "not written": 1},
           result.stdout + result.stderr)
    expect("a type that does not fit is a refusal, asked about once", server.patched(True).count("bad") == 1 and
           "a.yaml:5:1" in result.stderr and "spec.hostNetwork: expected boolean, got string [server-refused]" in result.stderr
           and 'spec.containers[name="c"].odd: field not declared in schema' in result.stderr, result.stderr)
    server.stop()


def definitions_that_change():
    """Objects of a version that a definition is about to get are asked about behind it."""
    server = Server()
    server.behave = lambda handler, _: handler.command == "PATCH" and "/widgets/" in handler.path and \
        not server.defines(handler.path.replace("namespaces/default/", "").split("/w?")[0]) and (handler.answer(404, b'{"kind":"Status","reason":"NotFound","message":'
                                              b'"the server could not find the requested resource"}') or True)
    send(server, widgets("v1"))
    result = send(server, "\n---\n".join([document("Widget", "w").replace("org/v1", "org/v2"), widgets("v1", "v2")]) + "\n")
    expect("an object of a definition's new version", result.returncode == 0 and server.patched(False)[1:] == [
        "widgets.example.org", "w"], result.stdout + result.stderr)
    server.requests.clear()
    result = send(server, "\n---\n".join([document("Widget", "w").replace("org/v1", "org/v3"), widgets("v1", "v2")]) + "\n",
                  "--skip-check")
    expect("a definition that stays as it is helps nobody", result.returncode == 1 and not server.patched(False),
           result.stdout + result.stderr)
    server.stop()
