"""A Keystone for one run of the tests, and an administrator's hand in it: users, projects, revocation."""
import atexit
import base64
import functools
import hmac
import http.client
import itertools
import json
import pathlib
import secrets
import shutil
import ssl
import subprocess
import tempfile
import time
import types
from dataclasses import dataclass

import servers

PATIENCE = 600  # seconds that a slow machine may take for anything; reached only when a test fails
DOMAIN = "domain A"
PROJECT = "eu-de"


@dataclass
class User:
    name: str
    id: str
    password: str
    totp_secret: str = ""  # base32

    def passcode(self):
        """What the user's MFA device shows right now (RFC 6238)."""
        digest = hmac.digest(base64.b32decode(self.totp_secret), int(time.time() // 30).to_bytes(8, "big"), "sha1")
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


@functools.cache
def running_keystone():
    """The one of this run, which all tests share and which ends with it: starting one is slow."""
    keystone = Keystone()
    atexit.register(keystone.close)
    return keystone


class Keystone:
    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tokenward-keystone-"))
        self._process = self._start()
        try:
            self._prepare(json.loads(self._process.stdout.readline()))
        except BaseException:
            self._show_log()
            self.close()
            raise

    def _start(self):
        with open(self.home / "servers.log", "wb") as log:
            # A session of its own: a Ctrl-C is for the tests, and the servers see it as the end of their input.
            return subprocess.Popen(
                ["/usr/bin/python3", servers.__file__, str(self.home)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)  # fmt: skip

    def _show_log(self):
        for log in ("servers.log", *(f"{name}-error.log" for name in servers.SERVERS)):
            if (self.home / log).exists():
                print(f"--- {log}", (self.home / log).read_text()[-3000:], sep="\n")

    def _prepare(self, report):
        self._ports, self.ca, self.other_ca = report["ports"], report["ca"], report["other_ca"]
        self._numbers = itertools.count(1)
        self._services = []  # what publish() has added
        answer = self._log_in("admin", {"id": "default"}, servers.ADMIN_PASSWORD, {"project": {
            "name": "admin", "domain": {"id": "default"}}})  # fmt: skip
        self._admin = answer.headers["X-Subject-Token"]
        self._role = self._admin_call("GET", "/roles?name=member").json["roles"][0]["id"]
        self.domain_id = self._admin_call("POST", "/domains", {"domain": {"name": DOMAIN}}).json["domain"]["id"]
        self.project_id = self.create_project(PROJECT)

    def close(self):
        """The servers end and remove the folder."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, server="plain", host=None):
        scheme = "https" if servers.SERVERS[server].get("tls") else "http"
        return f"{scheme}://{host or ('localhost' if scheme == 'https' else '127.0.0.1')}:{self._ports[server]}/v3"

    def create_project(self, name):
        """Its id."""
        project = {"name": name, "domain_id": self.domain_id}
        return self._admin_call("POST", "/projects", {"project": project}).json["project"]["id"]

    def create_user(self):
        """A new user, with a role in the domain and in all its projects."""
        name, password = f"user {next(self._numbers)}", secrets.token_urlsafe()
        user = {"name": name, "domain_id": self.domain_id, "password": password}
        id_ = self._admin_call("POST", "/users", {"user": user}).json["user"]["id"]
        roles = f"/domains/{self.domain_id}/users/{id_}/roles/{self._role}"
        self._admin_call("PUT", roles)
        self._admin_call("PUT", f"/OS-INHERIT{roles}/inherited_to_projects")
        return User(name, id_, password)

    def create_mfa_user(self):
        """The same, who can log in with password and passcode alone."""
        user = self.create_user()
        user.totp_secret = base64.b32encode(secrets.token_bytes(20)).decode()
        credential = {"type": "totp", "user_id": user.id, "blob": user.totp_secret}
        self._admin_call("POST", "/credentials", {"credential": credential})
        options = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
        self._admin_call("PATCH", f"/users/{user.id}", {"user": {"options": options}})
        return user

    def create_application_credential(self, user, project_id):
        """For the project: its id, name and secret."""
        token = self.log_in(user, {"project": {"id": project_id}})
        wanted = {"name": f"for {user.name}", "secret": secrets.token_urlsafe()}
        path = f"/users/{user.id}/application_credentials"
        answer = self._call("plain", "POST", path, {"application_credential": wanted}, {"X-Auth-Token": token})
        assert answer.status == 201, f"{answer.status} {answer.json}"
        return types.SimpleNamespace(id=answer.json["application_credential"]["id"], **wanted)

    def publish(self, endpoints):
        """Puts services into the catalog, by type, with $(project_id)s in their URLs."""
        for type_, url in endpoints.items():
            service = self._admin_call("POST", "/services", {"service": {"type": type_, "name": f"a {type_}"}}).json["service"]
            self._services.append(service["id"])
            endpoint = {"service_id": service["id"], "interface": "public", "region_id": "RegionOne", "url": url}
            self._admin_call("POST", "/endpoints", {"endpoint": endpoint})

    def unpublish(self):
        """Takes them out again."""
        while self._services:
            self._admin_call("DELETE", f"/services/{self._services.pop()}")

    def change_password(self, user):
        user.password = secrets.token_urlsafe()
        self._admin_call("PATCH", f"/users/{user.id}", {"user": {"password": user.password}})

    def accepts(self, user):
        """Whether the user can log in right now; a user who is locked out can not, even with the right password."""
        return self._log_in(user.name, {"name": DOMAIN}, user.password).status == 201

    def log_in(self, user, scope="unscoped", server="plain"):
        """A token that the user gets without Tokenward."""
        answer = self._log_in(user.name, {"name": DOMAIN}, user.password, scope, server)
        assert answer.status == 201, f"{answer.status} {answer.json}"
        return answer.headers["X-Subject-Token"]

    def describe(self, token, server="plain"):
        """What Keystone says of a token; None if it is dead."""
        answer = self._admin_call("GET", "/auth/tokens", server=server, subject=token, ok=(200, 404))
        return answer.json["token"] if answer.status == 200 else None

    def revoke(self, token):
        self._admin_call("DELETE", "/auth/tokens", subject=token)

    def requests(self, server):
        """How many requests the server has answered, all callers together."""
        return len((self.home / f"{server}-access.log").read_text().splitlines())

    def logins(self, server="plain"):
        """The requests for tokens that daemons have sent, refused or not: lines of the log, the oldest first."""
        # A server writes a request's line after its answer, in its only thread: whatever was answered before this
        # question has its line when this one is answered.
        self._call(server, "GET", "", None, {})
        lines = (self.home / f"{server}-access.log").read_text().splitlines()
        return [line for line in lines if "POST /v3/auth/tokens" in line and '"tokenward/' in line]

    def _log_in(self, name, domain, password, scope="unscoped", server="plain"):
        user = {"name": name, "domain": domain, "password": password}
        identity = {"methods": ["password"], "password": {"user": user}}
        return self._call(server, "POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, {})

    def _admin_call(self, method, path, body=None, server="plain", subject=None, ok=(200, 201, 204)):
        headers = {"X-Auth-Token": self._admin, **({"X-Subject-Token": subject} if subject else {})}
        answer = self._call(server, method, path, body, headers)
        assert answer.status in ok, f"{method} {path}: {answer.status} {answer.json}"
        return answer

    def _call(self, server, method, path, body, headers):
        if servers.SERVERS[server].get("tls"):
            context = ssl.create_default_context(cafile=self.ca)
            connection = http.client.HTTPSConnection("localhost", self._ports[server], timeout=PATIENCE, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self._ports[server], timeout=PATIENCE)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/v3{path}", text, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            content = answer.read()
            return types.SimpleNamespace(
                status=answer.status, headers=answer.headers, json=json.loads(content) if content else None)  # fmt: skip
        finally:
            connection.close()
