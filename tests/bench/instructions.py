"""What a get costs the daemon in instructions: callgrind's count of two runs of different lengths, their difference by get.

usage: instructions.py DAEMON STANDIN [--gets N] [--top N]

Both runs start, log in and stop; one of them serves N gets, the other 2 N. So what is left is what gets cost, user space
alone: callgrind does not count what the kernel does. Unlike a time it hardly depends on the machine, or on what else runs.
"""
import argparse
import collections
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import world  # noqa: E402

REQUEST = b"GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: localhost\r\n\r\n"


def ask(connection):
    """One get, of which the whole answer is read."""
    connection.sendall(REQUEST)
    answer = bytearray()
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += receive(connection)
    head = bytes(answer[:end])
    length = re.search(rb"(?im)^Content-Length: *(\d+)", head)
    if not head.startswith(b"HTTP/1.1 200 ") or not length:
        sys.exit(f"no token is served: {head.decode(errors='replace')}")
    missing = end + 4 + int(length[1]) - len(answer)
    while missing > 0:
        missing -= len(receive(connection))


def receive(connection):
    received = connection.recv(1 << 16)
    if not received:
        sys.exit("the daemon has closed a connection")
    return received


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(world.PATIENCE)
    connection.connect(path)
    return connection


def kept(path, gets):
    with connect(path) as connection:
        for _ in range(gets):
            ask(connection)


def connecting(path, gets):
    for _ in range(gets):
        with connect(path) as connection:
            ask(connection)


def by_function(file):
    """Instructions by function, without what it calls, of a file that callgrind wrote (its manual: "Callgrind Format")."""
    names, spent = {}, collections.Counter()
    function, called = None, False
    for line in file.read_text(errors="replace").splitlines():
        if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?$", line):
            names.setdefault(match[1], match[2])
            if not line.startswith("c"):
                function = match[1]
        elif line.startswith("calls="):
            called = True  # the line after it has the cost of what is called
        elif match := re.match(r"[+\-*\d]\S* (\d+)$", line):
            if not called:
                spent[function] += int(match[1])
            called = False
    named = collections.Counter()
    for number, cost in spent.items():
        named[names[number]] += cost
    return named


def measure(daemon, load, gets):
    """Instructions by function of a daemon that starts, serves so many gets, and stops."""
    with tempfile.TemporaryDirectory(prefix="tokenward-instructions-") as folder:
        counted = pathlib.Path(folder) / "callgrind.out"
        runner = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={counted}"]
        standin = world.StandIn()
        try:
            server = world.Daemon(folder, standin, program=[*runner, daemon])
            try:
                server.token()  # the first is a login
                load(server.socket, gets)
            finally:
                server.stop()
        finally:
            standin.close()
        return by_function(counted)


def short(name):
    """A function's name without the arguments of its templates and its parameters, at the most 100 characters."""
    while (shorter := re.sub(r"<[^<>]*>|\([^()]*\)(?= const|$)", "", name)) != name:
        name = shorter
    return name if len(name) <= 100 else name[:97] + "..."


def report(title, daemon, load, gets, top):
    once, twice = (measure(daemon, load, each) for each in (gets, 2 * gets))
    each = collections.Counter({name: (cost - once[name]) / gets for name, cost in twice.items()})
    print(f"\n{sum(each.values()):10,.0f}  instructions a get, {title}")
    for name, cost in each.most_common(top):
        print(f"{cost:10,.0f}    {short(name)}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("daemon")
    parser.add_argument("standin")
    parser.add_argument("--gets", type=int, default=5000, help="of the shorter run")
    parser.add_argument("--top", type=int, default=10, help="functions to name")
    given = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed (./dev setup installs it)")
    world.STANDIN = os.path.abspath(given.standin)
    daemon = os.path.abspath(given.daemon)
    report("on a kept connection", daemon, kept, given.gets, given.top)
    report("on a new connection each", daemon, connecting, given.gets, given.top)


if __name__ == "__main__":
    main()
