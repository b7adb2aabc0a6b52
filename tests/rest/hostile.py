"""Servers that fail, that are busy, and that mean harm: how it ends, and what is told."""
import gzip
import os
import queue
import re
import resource
import signal
import threading

from program import BUILD, expect, run
from server import Server, apply_to, outcomes


def busy(handler, number):
    if handler.command == "PATCH" and number % 3 == 0:
        handler.answer(429, b"{}", [("Retry-After", "0")])
        return True
    return False


def cut(handler, number):
    """Every fifth connection ends before or behind the write."""
    if handler.command != "PATCH" or number % 5:
        return False
    handler.close_connection = True
    handler.connection.shutdown(2)
    return True


def broken(handler, number):
    if handler.command == "PATCH" and number % 4 == 0:
        handler.answer(503, b"upstream is away")
        return True
    return False


def faults():
    for name, behave in (("a storm of 429", busy), ("connections that are cut", cut), ("503 now and then", broken)):
        server = Server(behave)
        result = apply_to(server, 60, "--no-preflight")
        got = outcomes(result)
        expect(f"{name}: all is written", sum(got.values()) == 60 and set(got) <= {"created"}
               and len(server.objects) == 60, f"{got} {len(server.objects)} {result.stderr}")
        expect(f"{name}: nothing is written twice in effect", set(server.writes.values()) == {1})
        server.stop()


def account():
    """A server that refuses the fifth write: what is said is what is there."""
    def refuse(handler, _):
        if handler.command == "PATCH" and "dryRun" not in handler.path and "/cm-5?" in handler.path:
            handler.answer(422, b'{"kind":"Status","reason":"Invalid","message":"no","details":'
                                b'{"causes":[{"field":"data.key","message":"never"}]}}')
            return True
        return False
    server = Server(refuse)
    result = apply_to(server, 200)
    got = outcomes(result)
    expect("a refused write is told at its place", "a.yaml:30:13: error: data.key: never" in result.stderr, result.stderr)
    expect("the account is exact", result.returncode == 1 and got.get("created", 0) == len(server.objects)
           and got.get("refused") == 1 and sum(got.values()) == 200, f"{got} {len(server.objects)}")
    expect("no more was written", got.get("not written", 0) > 0, str(got))
    server.behave = None
    got = outcomes(apply_to(server, 200))
    expect("a second run finishes the first", set(got) == {"created", "unchanged"} and sum(got.values()) == 200, str(got))
    server.stop()


def interruption():
    """Ctrl-C while a server is asked, and while it writes: no more is begun, and the account is exact."""
    for dry, number in ((True, signal.SIGINT), (False, signal.SIGINT), (False, signal.SIGTERM)):
        started = queue.Queue()
        once = threading.Lock()

        def press(handler, _, dry=dry, started=started, once=once, number=number):
            if handler.command == "PATCH" and ("dryRun" in handler.path) == dry and once.acquire(blocking=False):
                started.get().send_signal(number)
            return False
        server = Server(press)
        result = apply_to(server, 200, started=started)
        got = outcomes(result)
        when = "in the preflight" if dry else "in the writes"
        expect(f"Ctrl-C {when} ends with 130", result.returncode == 130, f"{result.returncode} {result.stderr}")
        expect(f"Ctrl-C {when}: the account is exact",
               got.get("created", 0) == len(server.objects) and got.get("not written", 0) > 0
               and sum(got.values()) == 200 and (not dry or not server.objects), f"{got} {len(server.objects)}")
        expect(f"Ctrl-C {when} is told", "no more was written after the interruption" in result.stderr, result.stderr)
        server.behave = None
        expect("and a second run finishes it", set(outcomes(apply_to(server, 200))) <= {"created", "unchanged"}
               and len(server.objects) == 200)
        server.stop()


def endless(handler, _):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        return True


def deep_json(handler, _):
    handler.answer(200, b"[" * 1000000)
    return True


def bad_json(handler, _):
    handler.answer(200, b'{"metadata": {"name": "x"')
    return True


def many_headers(handler, _):
    handler.send_response(200)
    try:
        for i in range(200000):
            handler.wfile.write(b"X-Flood-%d: %s\r\n" % (i, b"y" * 100))
    except OSError:
        pass
    return True


def bomb(handler, _):
    handler.answer(200, bomb.body, [("Content-Encoding", "gzip")])
    return True


def lying_length(handler, _):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True
    handler.connection.shutdown(2)
    return True


def stalled(handler, _):
    """The answer begins, and nothing more comes until the other side has had enough."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.wfile.flush()
    handler.close_connection = True
    try:
        while handler.connection.recv(4096):
            pass
    except OSError:
        pass
    return True


def hostile():
    bomb.body = gzip.compress(bytes(200 << 20), 9)
    for name, behave in (("an endless body", endless), ("deep JSON", deep_json), ("half of JSON", bad_json),
                         ("a flood of headers", many_headers), ("a compressed bomb", bomb),
                         ("a length that lies", lying_length), ("an answer that stalls", stalled)):
        server = Server(lambda handler, number, behave=behave: handler.path != "/version" and behave(handler, number))
        result = apply_to(server, 1, *(["--timeout", "1"] if behave in (lying_length, stalled) else []), token="hidden")
        expect(f"{name}: a clear end", result.returncode in (1, 2) and "error" in result.stderr
               and "Sanitizer" not in result.stderr and len(result.stderr) < 4000, result.stderr[:2000])
        if behave is stalled:
            expect(f"{name}: which request, and how long", re.search(
                r"a.yaml:4:18: error: PATCH http://127.0.0.1:[0-9]+/api/v1/namespaces/default/configmaps/cm-0: the answer began, "
                r"and did not end within [0-9.]+ s, when the time given by --timeout was over .no-answer", result.stderr),
                result.stderr)
        expect(f"{name}: no secret is told", "hidden" not in result.stderr + result.stdout)
        server.stop()
    if "release" in BUILD:
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        expect("memory is bounded", largest < 300, f"{largest} MiB")
    elsewhere = Server()
    server = Server(lambda handler, _: handler.answer(307, b"", [("Location", elsewhere.url + handler.path)]) or True)
    result = apply_to(server, 1, token="hidden")
    expect("a redirect is not followed", result.returncode == 2 and "redirect" in result.stderr, result.stderr)
    expect("nothing reaches the other host", not elsewhere.requests)
    server.stop()
    elsewhere.stop()


def credentials():
    server = Server()
    apply_to(server, 1, token="hidden")
    expect("no credential goes over plain http", server.requests and
           not any("Authorization" in headers for _, _, headers in server.requests))
    server.stop()
    server = Server()
    result = run("apply", "--no-config", "testdata/lab/after", "--server", "https://127.0.0.1:1", "--token", "a\r\nX-Odd: b")
    expect("a token is no place for headers", result.returncode == 2 and "no token has" in result.stderr and
           "X-Odd" not in result.stderr, result.stderr)
    os.environ["http_proxy"] = os.environ["HTTP_PROXY"] = "http://127.0.0.1:1"
    expect("proxies of the environment are not for this machine", outcomes(apply_to(server, 1)) == {"created": 1})
    del os.environ["http_proxy"], os.environ["HTTP_PROXY"]
    server.stop()
    server = Server(lambda handler, _: handler.answer(401, b"{}") or True)
    result = apply_to(server, 1)
    expect("401 is told once", result.returncode == 2 and result.stderr.count("401") == 1, result.stderr)
    server.stop()
