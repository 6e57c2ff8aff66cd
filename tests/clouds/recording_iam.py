"""An IAM that grants every login and remembers what it was sent, by the path that the login went to."""
import http.server
import json
import threading

GRANTED = {"token": {"methods": ["password"], "issued_at": "2026-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z"}}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self, status, document, headers=()):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def do_GET(self):
        if self.path.split("?")[0].endswith("/auth/tokens"):
            return self._answer(200, GRANTED, [("X-Subject-Token", self.headers["X-Subject-Token"])])
        here = f"http://{self.headers['Host']}{self.path}"
        version = {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
                   "links": [{"rel": "self", "href": here}], "media-types": []}  # fmt: skip
        return self._answer(200, {"version": version})

    do_HEAD = do_GET

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.split("/")[1]
        with self.server.lock:
            self.server.logins.setdefault(name, []).append(body)
            self.server.lock.notify_all()
        self._answer(201, GRANTED, [("X-Subject-Token", f"token-of-{name}")])

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that ends cuts its connection."""


class RecordingIam:
    """Runs on loopback while the block lasts."""

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.logins, self._server.lock = {}, threading.Condition()
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, name):
        """The address that the logins of `name` go to."""
        return f"http://127.0.0.1:{self._server.server_port}/{name}/v3"

    def forget(self):
        with self._server.lock:
            self._server.logins.clear()

    def first_login(self, name, patience):
        """The first body that came for the name, waited for; None if none came."""
        with self._server.lock:
            self._server.lock.wait_for(lambda: name in self._server.logins, patience)
            return self._server.logins.get(name, [None])[0]
