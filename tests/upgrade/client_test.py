"""Programs that were built for an earlier version's client library, with the library of then and with the one of now."""
import http.server
import json
import os
import socketserver
import subprocess
import threading
import unittest

import stage
import world

WITH_THEIR_LIBRARY = os.environ["TOKENWARD_OLD_LIBRARY"]
WITH_OURS = os.environ["TOKENWARD_OLD_PROGRAM"]
BY_PASSWORD = """    auth:
      auth_url: http://iam.example/v3
      username: {user}
      user_domain_name: OTC00000000001000000000
      password: {{credential: {user}}}
"""
CONFIGURATION = (
    "identities:\n  ci:\n" + BY_PASSWORD.format(user="ci-bot")
    + "    scopes: {eu-de: {project_name: eu-de}, eu-nl: {project_name: eu-nl}, staging: {project_name: eu-de_staging},\n"
    "      global: {domain_name: OTC00000000001000000000}}\n"
    "  person:\n    auth_type: v3multifactor\n" + BY_PASSWORD.format(user="mfa-bot")
    + "    scopes: {eu-de: {project_name: eu-de}}\n")  # fmt: skip
FUTURE = {"of_the_future": {"deep": [{"deeper": [None, True, -1.5e300, "\u20ac"]}]}}
FINGERPRINT = "sha256:0123456789abcdef"


class LaterDaemon(http.server.BaseHTTPRequestHandler):
    """A daemon of a later version, of which no more is known than that it says more."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *what):
        pass

    def address_string(self):
        return ""

    def do_GET(self):
        if self.path.startswith("/v1/endpoints/"):
            return self.say(200, FUTURE | {"url": "http://127.0.0.1:1/", "urls": ["http://127.0.0.1:2/"]})
        if "refused" in self.path:
            return self.say(418, FUTURE | {"type": "urn:tokenward:of_the_future", "title": "a teapot", "status": 418,
                                           "detail": "what a later version says", "retry_after": 7})  # fmt: skip
        if self.headers["If-None-Match"]:
            self.server.asked_again.wait(world.PATIENCE)
        return self.say(200, FUTURE | {
            "token": "t" * 200, "fingerprint": FINGERPRINT, "identity": "ci", "scope": "eu-de", "expires_in": 3600,
            "issued_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T01:00:00Z", "state": "a new one",
            "project": {"id": "p", "name": "n", "parent": FUTURE}, "methods": ["password", "of_the_future"]})  # fmt: skip

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say(200, FUTURE | {"verdict": "of_the_future", "fingerprint": FINGERPRINT})

    def say(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in (("Content-Type", "application/json; of=the-future"), ("Content-Length", str(len(body))),
                            ("ETag", f'"{FINGERPRINT}"'), ("Of-The-Future", "x" * 3000), ("Retry-After", "7")):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, *who):
        """A client that hung up while it waited is none."""


class Client(stage.Test):
    def run_calls(self, program, *arguments):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=world.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def with_the_daemon(self, program):
        daemon = self.daemon(text=CONFIGURATION, credentials={
            "ci-bot": world.PASSWORD, "mfa-bot": "stand-in-password-of-mfa-bot"})  # fmt: skip
        for scope in ("eu-de", "eu-nl", "staging", "global"):
            daemon.token(scope=scope)
        self.run_calls(program, daemon.socket, self.standin.control("passcode?user=mfa-bot")["passcode"])

    def with_a_later_daemon(self, program):
        path = f"{self.folder}/later"
        server = Server(path, LaterDaemon)
        server.asked_again = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            self.run_calls(program, path)
        finally:
            server.asked_again.set()
            server.shutdown()
            server.server_close()

    def test_library_of_then_talks_to_the_daemon(self):
        self.with_the_daemon(WITH_THEIR_LIBRARY)

    def test_library_of_then_passes_over_what_it_does_not_know(self):
        self.with_a_later_daemon(WITH_THEIR_LIBRARY)

    def test_program_of_then_runs_with_the_library_of_now(self):
        self.with_the_daemon(WITH_OURS)
        self.with_a_later_daemon(WITH_OURS)


if __name__ == "__main__":
    unittest.main()
