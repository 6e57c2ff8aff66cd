#!/usr/bin/python3
"""keystoneauth, openstacksdk and python-otcextensions from PyPI, with the plugin and with `tokenward run`."""
import os
import subprocess
import unittest

import ecosystem

PYTHON = None  # the interpreter that has the clients


def setUpModule():
    global PYTHON
    folder = ecosystem.FOLDER / "python"
    venv, lock = folder / "venv", ecosystem.HERE / "python" / "requirements.txt"
    done = folder / "installed.txt"
    if not (done.exists() and done.read_text() == lock.read_text()):
        pip = [venv / "bin" / "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "-r", lock]
        failure = ecosystem.install("a virtual environment", ["/usr/bin/python3", "-m", "venv", "--clear", venv], folder) or \
            ecosystem.install("what requirements.txt names", pip, folder)  # fmt: skip
        if failure:
            PYTHON = "/usr/bin/python3"
            ecosystem.leave_out("the releases of PyPI", f"{failure}; Debian's are tried in their place")
            return
        done.write_text(lock.read_text())
    PYTHON = str(venv / "bin" / "python3")


class Python(ecosystem.Test):
    PLUGIN = {"OS_AUTH_TYPE": "tokenward", "OS_TOKENWARD_IDENTITY": "ci", "OS_TOKENWARD_SCOPE": "eu-de"}

    def command(self, script, module):
        known = subprocess.run(
            [PYTHON, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)"], check=False)  # fmt: skip
        if known.returncode:
            ecosystem.leave_out(module, "not installed, and not to be had")
            self.skipTest(f"no {module}")
        return [PYTHON, str(ecosystem.HERE / "python" / script)]

    def start_python(self, *command, **variables):
        path = {"PYTHONPATH": os.environ["TOKENWARD_PLUGIN"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": self.folder}
        return self.start(command, **path, **variables)

    def test_keystoneauth_with_the_plugin(self):
        client = self.start_python(*self.command("keystoneauth_client.py", "keystoneauth1"))
        self.assert_is_at_home("keystoneauth1", client)

    def test_openstacksdk_with_the_plugin(self):
        client = self.start_python(*self.command("sdk_client.py", "openstack"), **self.PLUGIN)
        self.assert_is_at_home("openstacksdk", client)

    def test_otcextensions_with_the_plugin(self):
        client = self.start_python(*self.command("otc_client.py", "otcextensions"), **self.PLUGIN,
                                   OS_DNS_ENDPOINT_OVERRIDE=f"{self.standin.url}/service/compute")  # fmt: skip
        self.assert_is_at_home("python-otcextensions", client)

    def test_openstacksdk_with_the_variables_of_tokenward_run(self):
        """It exchanges the token for one of its own, of which the daemon knows nothing."""
        command = [ecosystem.COMMAND, "run", "ci/eu-de", "--", *self.command("sdk_client.py", "openstack")]
        client = self.start_python(*command)
        self.assertEqual(client.call(self.url), {"status": 200})
        self.tokenward.stop()
        self.assertEqual(client.call(self.url), {"status": 200})
        self.tokenward.start()
        held = self.tokenward.token()
        self.standin.revoke()
        refused = client.call(self.url)
        self.assertRegex(refused["error"], "^(Unauthorized|NotFound): ")
        fingerprint = self.tokenward.ask("GET", "/v1/tokens/ci/eu-de").json["fingerprint"]
        report = [ecosystem.COMMAND, "report", "--fingerprint", fingerprint, "--status", "401", "ci/eu-de"]
        subprocess.run(
            report, env={**os.environ, "TOKENWARD_SOCKET": self.tokenward.socket}, stdout=subprocess.DEVNULL, check=True)  # fmt: skip
        self.assertNotEqual(self.tokenward.token(), held)
        again = self.start_python(*command)
        self.assertEqual(again.call(self.url), {"status": 200})
        self.row(f"openstacksdk {client.version}, `tokenward run`", "yes, exchanged for one of its own", "no: `tokenward report`, and start it again",
                 "yes: it asks the daemon nothing", f"not reported; {refused['error'].split(':')[0]}, of the exchange")  # fmt: skip

    def test_the_openstack_command_both_ways(self):
        self.command("sdk_client.py", "openstackclient")
        openstack = [PYTHON, "-m", "openstackclient.shell", "token", "issue", "-f", "value", "-c", "project_id"]
        environment = {**{key: value for key, value in os.environ.items() if not key.startswith("OS_")}, "HOME": self.folder,
                       "PYTHONPATH": os.environ["TOKENWARD_PLUGIN"], "TOKENWARD_SOCKET": self.tokenward.socket, "no_proxy": "*"}  # fmt: skip
        issued = set()
        for command, variables in ((openstack, self.PLUGIN), ([ecosystem.COMMAND, "run", "ci/eu-de", "--", *openstack], {})):
            done = subprocess.run(
                command, env={**environment, **variables}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=ecosystem.PATIENCE, check=False)  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            issued.add(done.stdout.strip())
        self.assertEqual(issued, {self.tokenward.ask("GET", "/v1/tokens/ci/eu-de").json["project"]["id"]})


if __name__ == "__main__":
    ecosystem.end(unittest.main(verbosity=2, exit=False))
