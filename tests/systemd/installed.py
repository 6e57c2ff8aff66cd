"""Tokenward as it is installed in the machine, with an IAM stand-in beside it."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import urllib.request

BUILD = pathlib.Path(os.environ.get("TOKENWARD_BUILD", "build/dev"))
DEBS = os.environ.get("TOKENWARD_DEBS")
PROGRAMS = [os.environ.get(name) for name in ("TOKENWARD_DAEMON", "TOKENWARD_STANDIN", "TOKENWARD_LOAD")]
SOCKET = "/run/tokenward/tokenward.sock"
REFUSED = '{"error_msg":"The token must be updated.","error_code":"APIG.0307"}'

CONFIG = """\
identities:
  ci:
    auth:
      auth_url: {iam}/v3
      username: ci-bot
      user_domain_name: OTC00000000001000000000
      password: {{credential: ci.password}}
    scopes:
      eu-de: {{project_name: eu-de}}
      eu-nl: {{project_name: eu-nl}}
    allow:
      - {{unit: let-in.service}}
{allow}"""


def install(machine):
    """The programs, the units and the user, as packages or as the build installs them."""
    with tempfile.TemporaryDirectory() as folder:
        if DEBS:
            where = pathlib.Path(folder) / "tmp/debs"
            where.mkdir(parents=True)
            for deb in pathlib.Path(DEBS).glob("*.deb"):
                (where / deb.name).write_bytes(deb.read_bytes())
        else:
            environment = {**os.environ, "DESTDIR": folder}
            subprocess.run(["cmake", "--install", str(BUILD)], env=environment, check=True, stdout=subprocess.DEVNULL)
        tools = pathlib.Path(folder) / "opt"
        tools.mkdir(exist_ok=True)
        for program in PROGRAMS[1:]:
            (tools / pathlib.Path(program).name).write_bytes(pathlib.Path(program).read_bytes())
            (tools / pathlib.Path(program).name).chmod(0o755)
        machine.put(folder)
    if DEBS:
        machine.do("sh", "-c", "dpkg --install /tmp/debs/*.deb")
    else:
        machine.do("systemd-sysusers")
        machine.do("systemctl", "daemon-reload")


class Installed:
    """What an operator and a caller do with it."""

    def __init__(self, machine):
        self.machine = machine
        install(machine)
        unit = machine.do("systemctl", "cat", "tokenward.service")
        self.config = re.search(r"ExecStart=\S+ --config (\S+)", unit)[1]
        machine.do("systemd-run", "--quiet", "--unit=iam", "/opt/tokenward-iam-standin", "--port-file", "/run/iam.ports")
        machine.wait_for(lambda: machine.call("test", "-s", "/run/iam.ports").returncode == 0, "the stand-in")
        self.iam = re.search(r"ready (http://\S+)", machine.do("cat", "/run/iam.ports"))[1]
        machine.write("/etc/tokenward-test/password", "stand-in-password-of-ci-bot\n", "0600")
        self.drop_in("tokenward.service", "[Service]\nLoadCredential=ci.password:/etc/tokenward-test/password\n")
        self.configure()

    def configure(self, allow="", name=None):
        path = self.config if name is None else f"{os.path.dirname(self.config)}/{name}.yaml"
        self.machine.write(path, CONFIG.format(iam=self.iam, allow=allow))

    def drop_in(self, unit, text, name="test"):
        self.machine.write(f"/etc/systemd/system/{unit}.d/{name}.conf", text)
        self.machine.do("systemctl", "daemon-reload")

    def control(self, what, body=None, method=None):
        """The stand-in's control interface: the machine shares our network. Without a body it is a GET, unless said."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.iam}/control/{what}", data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def logins(self):
        return self.control("state")["logins"]["attempted"]

    def show(self, what, unit="tokenward.service"):
        return self.machine.do("systemctl", "show", "--value", f"--property={what}", unit).strip()

    def user(self, unit="tokenward.service"):
        """The number of the user that it runs as."""
        status = self.machine.do("cat", f"/proc/{self.show('MainPID', unit)}/status")
        return re.search(r"^Uid:\s+(\d+)", status, re.M)[1]

    def command(self, *arguments):
        return self.machine.call("tokenward", *arguments)

    def document(self, scope="ci/eu-de", socket=SOCKET):
        return json.loads(self.machine.do("tokenward", "--socket", socket, "get", "-o", "json", scope))

    def wait_main_pid(self, other_than):
        """The pid of the daemon, once it is another one and serves."""

        def new():
            pid = self.show("MainPID")
            return pid if pid not in ("0", other_than) and self.show("ActiveState") == "active" else None

        return self.machine.wait_for(new, "a new daemon")

    def restart(self):
        self.machine.do("systemctl", "restart", "tokenward.service")

    def kill(self):
        pid = self.show("MainPID")
        self.machine.do("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "tokenward.service")
        return self.wait_main_pid(pid)

    def journal(self):
        return self.machine.do("journalctl", "--no-pager", "--output=cat", "--unit=tokenward.service")


class Load:
    """200 gets a second through the stub while the block runs; `result` afterwards."""

    def __init__(self, tokenward):
        self.tokenward = tokenward
        self.result = {}

    def __enter__(self):
        load = "/opt/" + pathlib.Path(PROGRAMS[2]).name
        command = self.tokenward.machine.command(load, SOCKET, "ci", "eu-de", "200")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate("")
        print(f"load: {said.strip()}", flush=True)
        found = re.match(r"gets=(\d+) failed=(\d+) slowest_ms=(\d+) tokens=(\d+)", said)
        self.result = dict(zip(("gets", "failed", "slowest_ms", "tokens"), map(int, found.groups())))
