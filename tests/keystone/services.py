"""Compute, image, volume, network and object services: no more of each than what its client asks for to list something.

They take the tokens that Keystone honours, and answer 401 to all others. The lists name one thing each, `NAMES`, so
that a test sees in a client's output that it has been served.
"""
import http.server
import json
import threading

NAMES = {"compute": "a-server", "image": "an-image", "volume": "a-volume", "network": "a-network", "object": "a-container"}
SOME_ID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def version(id_, url, **more):
    return {"id": id_, "status": "CURRENT", "links": [{"rel": "self", "href": url}], **more}


class Services:
    """Ends with `close`. `endpoint(kind, project_id)` is what a catalog says; `seen` lists (method, path, status)."""

    def __init__(self, describe):
        """`describe` is told a token, and returns something unless that is dead."""
        self.describe = describe
        self.seen = []
        services = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                services.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def endpoints(self):
        """As Keystone has them: type to URL, with the project's id to be filled in."""
        return {
            "compute": f"{self.url}/compute/v2.1",
            "image": f"{self.url}/image",
            "volumev3": f"{self.url}/volume/v3/$(project_id)s",
            "block-storage": f"{self.url}/volume/v3/$(project_id)s",
            "network": f"{self.url}/network",
            "object-store": f"{self.url}/object/v1/AUTH_$(project_id)s",
        }

    def answer(self, request):
        path, _, query = request.path.partition("?")
        service, *rest = path.removesuffix(".json").strip("/").split("/")
        discovery = self._discovery(service, rest)
        if discovery is None and not self._lives(request.headers.get("X-Auth-Token")):
            status, body, headers = 401, {"error": {"code": 401, "message": "not for you"}}, {}
        else:
            status, body, headers = discovery or self._content(service, rest, query)
        self.seen.append((request.command, request.path, status))
        text = json.dumps(body).encode()
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(text), **headers}.items():
            request.send_header(name, str(value))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(text)

    def _lives(self, token):
        return bool(token) and self.describe(token) is not None

    def _discovery(self, service, rest):
        """What needs no token: which versions there are."""
        url = f"{self.url}/{service}"
        versions = {
            "compute": version("v2.1", f"{url}/v2.1/", version="2.87", min_version="2.1"),
            "image": version("v2.9", f"{url}/v2/"),
            "volume": version("v3.0", f"{url}/v3/", version="3.59", min_version="3.0"),
            "network": version("v2.0", f"{url}/v2.0/"),
        }
        if service not in versions:
            return None
        if not rest:
            return (300 if service in ("image", "volume") else 200), {"versions": [versions[service]]}, {}
        if len(rest) == 1 and service != "network":
            one = {"version": versions[service]} if service == "compute" else {"versions": [versions[service]]}
            return 200, one, {}
        return None  # a resource, for which a token is needed

    def _content(self, service, rest, query):
        named = {"id": SOME_ID, "name": NAMES.get(service)}
        what = "/".join(rest[1:])
        lists = {
            ("compute", "servers/detail"): {"servers": [
                {**named, "status": "ACTIVE", "addresses": {}, "image": "", "flavor": {"id": SOME_ID}}]},
            ("compute", "flavors/detail"): {"flavors": []},
            ("image", "images"): {"images": [{**named, "status": "active"}], "schema": "/v2/schemas/images"},
            ("image", "schemas/image"): {
                "name": "image", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
            ("image", "schemas/images"): {"name": "images", "properties": {}},
            ("network", "networks"): {"networks": [{**named, "subnets": []}]},
            ("network", "subnets"): {"subnets": []},
        }
        if service == "object" and len(rest) == 2:
            headers = {"X-Account-Container-Count": 1, "X-Account-Object-Count": 0, "X-Account-Bytes-Used": 0}
            page = [] if "marker=" in query else [{"name": NAMES["object"], "count": 0, "bytes": 0}]
            return 200, page, headers
        if service == "volume" and rest[2:] == ["volumes", "detail"]:
            return 200, {"volumes": [{**named, "status": "available", "size": 1, "attachments": []}]}, {}
        found = lists.get((service, what))
        return (200, found, {}) if found else (404, {"itemNotFound": {"code": 404, "message": f"no {what}"}}, {})
