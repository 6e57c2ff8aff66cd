#!/usr/bin/python3
"""axios and undici from npm: the daemon's API over its socket, as their users would have it."""
import shutil
import subprocess
import unittest

import ecosystem

FOLDER = ecosystem.FOLDER / "node"
NEEDS = {"axios": (14, 0), "undici": (20, 18)}  # versions of Node.js


def setUpModule():
    global missing
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in (ecosystem.HERE / "node").iterdir():
        shutil.copy(file, FOLDER)
    missing = None
    if shutil.which("node") is None:
        missing = "there is no node here"
    else:
        missing = ecosystem.install(
            "what package-lock.json names", ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], FOLDER)  # fmt: skip


class Node(ecosystem.Test):
    def assert_node_client(self, name):
        if missing:
            ecosystem.leave_out(name, missing)
            self.skipTest(missing)
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        if tuple(map(int, version.removeprefix("v").split(".")[:2])) < NEEDS[name]:
            ecosystem.leave_out(name, f"it needs Node.js {'.'.join(map(str, NEEDS[name]))}; this is {version}")
            self.skipTest(version)
        self.assert_is_at_home(name, self.start(["node", str(FOLDER / f"{name}.mjs")]))

    def test_axios(self):
        self.assert_node_client("axios")

    def test_undici(self):
        self.assert_node_client("undici")


if __name__ == "__main__":
    ecosystem.end(unittest.main(verbosity=2, exit=False))
