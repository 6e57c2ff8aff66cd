#!/usr/bin/python3
"""The examples in the shell, Python, Go and Node.js, run as they stand, with the daemon and the stand-in's services."""
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import world

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "client" / "examples"


def need(program):
    """Leaves the class out where there is no such program; in CI, which installs it, that is a failure."""
    if shutil.which(program) is None:
        raise AssertionError(program) if os.environ.get("CI") == "true" else unittest.SkipTest(f"{program} is not installed")


class Example:
    """What every example must do; `command` is the one of each."""

    command = []

    @classmethod
    def setUpClass(cls):
        need(cls.command[0])

    def setUp(self):
        super().setUp()
        self.standin = self.stand_in()
        self.tokenward = self.daemon(self.standin)

    def call(self, service="compute/servers", scope="eu-de"):
        others = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        return subprocess.run(
            [*self.command, "ci", scope, f"{self.standin.url}/service/{service}"],
            env={**others, "no_proxy": "*", "TOKENWARD_SOCKET": self.tokenward.socket}, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4 * world.PATIENCE, check=False)  # fmt: skip

    def assert_service_saw(self, **requests):
        self.assertEqual(self.standin.control("state")["service"], {"accepted": 0, "refused": 0, **requests})

    def assert_is_served(self):
        done = self.call()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout), {"ok": True})

    def test_it_calls_a_service_and_gets_over_a_revocation(self):
        self.assert_is_served()
        self.standin.revoke()
        self.assert_is_served()
        self.assertEqual(self.standin.logins(), 2)
        self.assert_service_saw(accepted=2, refused=1)

    def test_it_calls_a_service_that_refuses_every_token_no_more_than_twice(self):
        done = self.call("wrong-region/servers")
        self.assertNotEqual(done.returncode, 0)
        self.assert_service_saw(refused=2)
        self.assertLessEqual(self.standin.logins(), 2)

    def test_an_unknown_project_ends_it_with_the_daemon_s_words(self):
        done = self.call(scope="project:nowhere")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("check the project or domain", done.stderr)
        self.assert_service_saw()

    def test_no_daemon_is_a_failure_and_no_call(self):
        self.tokenward.stop()
        self.assertNotEqual(self.call().returncode, 0)
        self.assert_service_saw()


class Curl(Example, world.Test):
    command = [str(EXAMPLES / "call.sh")]


@unittest.skipIf(importlib.util.find_spec("openstack") is None, "python3-openstacksdk is not installed")
class Sdk(Example, world.Test):
    command = ["/usr/bin/python3", str(EXAMPLES / "call.py")]


class Node(Example, world.Test):
    command = ["node", str(EXAMPLES / "call.mjs")]


class Go(Example, world.Test):
    """With the compiler's cache in the build folder, as $GOCACHE says, and nothing from the network."""

    command = ["go", "run", str(EXAMPLES / "call.go")]


class Shortest:
    """What a program of 20 lines must do."""

    command = []

    @classmethod
    def setUpClass(cls):
        need(cls.command[0])

    def run_for(self, daemon, scope):
        return subprocess.run(
            [*self.command, "ci", scope], env={**os.environ, "TOKENWARD_SOCKET": daemon.socket}, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4 * world.PATIENCE, check=False)  # fmt: skip

    def test_it_has_the_token_or_the_daemon_s_words(self):
        standin = self.stand_in()
        daemon = self.daemon(standin)
        done = self.run_for(daemon, "eu-de")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["scope"], "eu-de")
        self.assertTrue(json.loads(done.stdout)["token"])
        done = self.run_for(daemon, "project:nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn("check the project or domain", done.stdout)
        daemon.stop()
        done = self.run_for(daemon, "eu-de")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(daemon.socket, done.stderr)

    def test_it_is_as_short_as_it_says(self):
        self.assertLessEqual(len(pathlib.Path(self.command[-1]).read_text().splitlines()), 20)


class ShortestNode(Shortest, world.Test):
    command = ["node", str(EXAMPLES / "get.mjs")]


class ShortestGo(Shortest, world.Test):
    command = ["go", "run", str(EXAMPLES / "get.go")]


class Texts(unittest.TestCase):
    def test_the_readme_names_every_example_and_no_other(self):
        rows = [line for line in (EXAMPLES / "README.md").read_text().splitlines() if line.startswith("| [")]
        named = {row.split("](")[0].removeprefix("| [") for row in rows}
        present = {path.name for path in EXAMPLES.iterdir()} - {"README.md", "CMakeLists.txt"}
        self.assertEqual(named, present)

    @unittest.skipIf(importlib.util.find_spec("yaml") is None, "python3-yaml is not installed")
    def test_the_playbook_has_the_plugin_s_options(self):
        import yaml

        (play,) = yaml.safe_load((EXAMPLES / "playbook.yaml").read_text())
        self.assertEqual(play["vars"]["cloud"]["auth_type"], "tokenward")
        self.assertEqual(set(play["vars"]["cloud"]["auth"]), {"tokenward_identity", "tokenward_scope"})

    @unittest.skipIf(shutil.which("terraform") is None, "terraform is not installed")
    def test_terraform_reads_its_file(self):
        formatted = subprocess.run(
            ["terraform", "fmt", "-check", str(EXAMPLES / "main.tf")], capture_output=True, text=True, check=False)  # fmt: skip
        self.assertEqual(formatted.returncode, 0, formatted.stdout + formatted.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
