"""Somebody else's client in a process of its own, and what must hold for each: a token, a revocation, a restart, a 401.

A client prints {"version": …}, then reads a URL from each line of its standard input, calls it with its token, and
prints {"status": …}, with "error" if its library raised one.
"""
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys

import world

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(os.environ.get("ECOSYSTEM_FOLDER", "/tmp/tokenward-ecosystem"))
COMMAND = os.environ.get("TOKENWARD_COMMAND", "tokenward")
PATIENCE = 300  # seconds for a registry, or a compiler

_left_out = []
_rows = []


def leave_out(client, why):
    """Said at once, and once more at the end, where it is read."""
    _left_out.append(f"left out: {client}: {why}")
    print(_left_out[-1], flush=True)


def install(what, command, folder, **options):
    """Runs the registry's own client; returns why it failed, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which(command[0]) is None:
        return f"there is no {command[0]} here"
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=PATIENCE, check=False, **options)  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{what} did not come in {PATIENCE} s"
    if done.returncode == 0:
        return None
    lines = done.stdout.strip().splitlines() or ["it said nothing"]
    said = next((line for line in lines if re.search("error|disabled|forbidden", line, re.IGNORECASE)), lines[-1])
    return f"{what} can't be had: `{pathlib.Path(command[0]).name} {command[1]}` failed: {said}"


def end(ran):
    """Prints the table, and ends the test program: 77, a skip, if not one client was there."""
    print("\n| client | token | revocation | restart | on 401 |\n|---|---|---|---|---|", *_rows, *_left_out, sep="\n")
    if not ran.result.wasSuccessful():
        sys.exit(1)
    sys.exit(0 if _rows else 77)


class Client:
    """A running one; ends with `close`."""

    def __init__(self, command, daemon, folder, **variables):
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTHONPATH"))}
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**inherited, "no_proxy": "*", "TOKENWARD_SOCKET": daemon.socket, **variables})  # fmt: skip
        self.version = self._read()["version"]

    def call(self, url):
        print(url, file=self._process.stdin, flush=True)
        return self._read()

    def _read(self):
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            raise AssertionError("the client does not answer")
        line = self._process.stdout.readline()
        assert line, f"the client ended with {self._process.wait(PATIENCE)}"
        return json.loads(line)

    def close(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()


class Test(world.Test):
    def setUp(self):
        super().setUp()
        self.standin = self.stand_in()
        self.tokenward = self.daemon(self.standin)
        self.url = f"{self.standin.url}/service/compute/servers"

    def start(self, command, **variables):
        client = Client(command, self.tokenward, self.folder, **variables)
        self.addCleanup(client.close)
        return client

    def service(self):
        """How many requests the services have accepted, and refused, since the last question."""
        counted = self.standin.control("state")["service"]
        now = (counted["accepted"], counted["refused"])
        before, self._seen = getattr(self, "_seen", (0, 0)), now
        return now[0] - before[0], now[1] - before[1]

    def assert_is_at_home(self, name, client):
        """A client that asks the daemon by itself, for as long as it runs."""
        self.assertEqual(client.call(self.url), {"status": 200})
        self.service()  # which the first call may have asked for its versions too
        self.assertEqual(client.call(self.url), {"status": 200})
        self.assertEqual((self.service(), self.standin.logins()), ((1, 0), 1), "two calls cost one login")
        self.standin.revoke()
        self.assertEqual(client.call(self.url), {"status": 200})
        self.assertEqual((self.service(), self.standin.logins()), ((1, 1), 2), "a refused call is repeated once")
        self.tokenward.stop()
        self.assertEqual(client.call(self.url), {"status": 200}, "without the daemon, with what it holds")
        self.tokenward.start()
        self.assertEqual(client.call(self.url), {"status": 200})
        self.standin.revoke()
        self.assertEqual(client.call(self.url), {"status": 200}, "a new daemon gives a new token")
        self.assertEqual(self.service(), (3, 1))
        refused = client.call(f"{self.standin.url}/service/wrong-region/servers")
        accepted, tries = self.service()
        self.assertEqual(accepted, 0)
        self.assertLessEqual(tries, 2, "it goes on and on")
        self.assertIn(401, (refused.get("status"), *[401 for word in ("401", "nauthorized") if word in refused.get("error", "")]))
        self.assertEqual(client.call(self.url), {"status": 200}, "it is none the worse for it")
        said = refused.get("error", "").split(": ")[0] or "the answer"
        _rows.append(f"| {name} {client.version} | yes | yes: 1 call repeated | yes | reported; {tries} calls, then {said} |")

    def row(self, *cells):
        _rows.append(f"| {' | '.join(cells)} |")
