"""Tokenward as it is installed in the machine, with an IAM stand-in beside it."""
import json
import pathlib
import re
import subprocess
import tempfile
import urllib.request

from cases import DEBS, LOAD, STANDIN
from packages import built, field, next_version

CONFIG = "/etc/tokenward/tokenward.yaml"
SOCKET = "/run/tokenward/tokenward.sock"
PASSWORD = "stand-in-password-of-ci-bot"
FROM_A_FILE = "LoadCredential=ci.password:/etc/tokenward/ci.password"
REFUSED = '{"error_msg":"The token must be updated.","error_code":"APIG.0307"}'

STANZA = """\
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


def bring(machine):
    """Copies the packages, the next version of them, and our tools into the machine."""
    with tempfile.TemporaryDirectory() as folder:
        debs, following, tools = (pathlib.Path(folder) / name for name in ("tmp/debs", "tmp/next", "opt"))
        for made in (debs, following, tools):
            made.mkdir(parents=True)
        for deb in built(DEBS):
            (debs / deb.name).write_bytes(deb.read_bytes())
            next_version(deb, following)
        for program in (STANDIN, LOAD):
            (tools / program.name).write_bytes(program.read_bytes())
            (tools / program.name).chmod(0o755)
        machine.put(folder)


class Installed:
    """What an operator and a caller do with it."""

    def __init__(self, machine):
        """Installs nothing yet."""
        self.machine = machine
        bring(machine)
        machine.do("systemd-run", "--quiet", "--unit=iam", f"/opt/{STANDIN.name}", "--port-file", "/run/iam.ports")
        machine.wait_for(lambda: machine.call("test", "-s", "/run/iam.ports").returncode == 0, "the stand-in")
        self.iam = re.search(r"ready (http://\S+)", machine.do("cat", "/run/iam.ports"))[1]
        self.packages = [field(deb, "Package") for deb in built(DEBS)]

    def dpkg(self, *arguments):
        return self.machine.do("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-unsafe-io", *arguments)

    def install(self):
        self.dpkg("--install", "--recursive", "/tmp/debs")

    def upgrade(self):
        """To the next version of all packages."""
        self.dpkg("--install", "--recursive", "/tmp/next")

    def version(self):
        return self.machine.do("dpkg-query", "--show", "--showformat=${Version}", "tokenward")

    def set_up(self):
        """Says who it is, and gives it the password; what runs does not learn of it yet."""
        self.machine.write("/etc/tokenward/ci.password", f"{PASSWORD}\n", "0600")
        self.credential(FROM_A_FILE)
        self.configure()

    def configure(self, allow="", name="tokenward", iam=None):
        self.configured = STANZA.format(iam=iam or self.iam, allow=allow)
        self.machine.write(f"/etc/tokenward/{name}.yaml", self.configured)

    def credential(self, line, unit="tokenward.service"):
        """Where the unit has its password from: a line as in systemd.exec(5)."""
        self.drop_in(unit, f"[Service]\n{line}\n", "credential")

    def drop_in(self, unit, text, name):
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

    def start(self):
        self.machine.do("systemctl", "start", "tokenward.service")

    def stop(self):
        self.machine.do("systemctl", "stop", "tokenward.service")

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
        command = self.tokenward.machine.command(f"/opt/{LOAD.name}", SOCKET, "ci", "eu-de", "200")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate("")
        print(f"load: {said.strip()}", flush=True)
        numbers = re.findall(r"(\w+)=([0-9.]+)\b", said.partition(" last_error")[0])
        self.result = {name: float(number) for name, number in numbers}
