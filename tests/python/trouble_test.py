"""The plugin and a daemon that is not there, hangs up, is silent, or answers with errors or nonsense."""
import hashlib
import http.client
import json
import os
import socket
import threading
from unittest import mock

import keystoneauth1.exceptions
import world
from keystoneauth_tokenward import daemon, errors
from keystoneauth_tokenward import Tokenward

TOKEN = "gAAAA-a-token-of-a-test"
FINGERPRINT = "sha256:" + hashlib.sha256(TOKEN.encode()).hexdigest()[:16]
DESCRIPTION = {"methods": [], "expires_at": "2000-01-01T00:00:00Z"}
DOCUMENT = {"token": TOKEN, "expires_in": 3600, "body": {"token": DESCRIPTION}}


def answer(document, status=200):
    """The bytes of an answer."""
    body = json.dumps(document).encode()
    return b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


class Impostor:
    """Listens where a daemon would, and answers each connection with the next of the given bytes; None: with nothing,
    until the client hangs up. `requests` is what it was told."""

    def __init__(self, path, answers):
        self.requests = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, args=(answers,), daemon=True)
        self._thread.start()

    def close(self):
        self._thread.join(world.PATIENCE)
        self._listener.close()

    def _serve(self, answers):
        for each in answers:
            connection, _ = self._listener.accept()
            with connection:
                self.requests.append(self._receive(connection))
                if each is None:
                    connection.recv(1)
                else:
                    connection.sendall(each)

    @staticmethod
    def _receive(connection):
        text = b""
        while b"\r\n\r\n" not in text:
            text += connection.recv(1 << 16)
        head, _, body = text.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        while lengths and len(body) < int(lengths[0]):
            body += connection.recv(1 << 16)
        return (head + b"\r\n\r\n" + body).decode()


class Trouble(world.Test):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.folder, "socket")

    def impostor(self, *answers):
        impostor = Impostor(self.path, answers)
        self.addCleanup(impostor.close)
        return impostor

    def plugin(self, timeout=world.PATIENCE):
        return Tokenward("eu-de", "ci", self.path, tokenward_timeout=timeout)

    def error(self, *answers, timeout=world.PATIENCE):
        self.impostor(*answers)
        with self.assertRaises(errors.TokenwardError) as caught:
            self.plugin(timeout).get_token(None)
        self.assertRegex(str(caught.exception), r"^tokenward: ci/eu-de: ")
        return caught.exception

    def test_a_daemon_that_is_starting_is_waited_for(self):
        waits = []

        def sleep(seconds):
            waits.append(seconds)
            if len(waits) == 3:
                self.impostor(answer(DOCUMENT))

        with mock.patch.object(daemon.time, "sleep", sleep):
            self.assertEqual(self.plugin().get_token(None), TOKEN)
        self.assertEqual(len(waits), 3)

    def test_a_daemon_that_never_comes_is_told_of_with_the_socket_and_what_to_do(self):
        with self.assertRaises(errors.NoDaemon) as caught:
            self.plugin(timeout=0.1).get_token(None)
        self.assertIsInstance(caught.exception, keystoneauth1.exceptions.ConnectFailure)
        self.assertRegex(str(caught.exception), rf"^tokenward: ci/eu-de: no daemon at {self.path}: start it ")

    def test_a_socket_that_keeps_this_user_out_is_said(self):
        with mock.patch.object(socket.socket, "connect", side_effect=PermissionError(13, "Permission denied")):
            with self.assertRaises(errors.SocketDenied) as caught:
                self.plugin().get_token(None)
        self.assertIn(f"no access to {self.path}", str(caught.exception))

    def test_a_connection_that_is_closed_is_opened_once_more(self):
        whole = answer(DOCUMENT)
        for cut in (b"", whole[:20], whole[:-5]):
            with self.subTest(cut):
                impostor = self.impostor(cut, whole)
                self.assertEqual(self.plugin().get_token(None), TOKEN)
                self.assertEqual(len(impostor.requests), 2)
                os.unlink(self.path)

    def test_an_answer_that_closes_itself_with_its_last_byte_is_whole(self):
        read1 = http.client.HTTPResponse.read1

        def as_in_python_3_13(response, n=-1):
            piece = read1(response, n)
            if response.length == 0:
                response.close()
            return piece

        with mock.patch.object(http.client.HTTPResponse, "read1", as_in_python_3_13):
            self.impostor(answer(DOCUMENT).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            self.assertEqual(self.plugin().get_token(None), TOKEN)

    def test_a_connection_that_is_closed_again_and_again_is_given_up(self):
        self.assertIsInstance(self.error(b"", b""), errors.ConnectionLost)

    def test_a_silent_daemon_is_given_up_after_the_timeout(self):
        error = self.error(None, timeout=0.2)
        self.assertIsInstance(error, errors.NoAnswer)
        self.assertIsInstance(error, keystoneauth1.exceptions.ConnectTimeout)
        self.assertIn("did not answer in 0.2 s", str(error))

    def test_a_short_timeout_leaves_the_daemon_time_to_fetch_all_the_same(self):
        impostor = self.impostor(answer(DOCUMENT))
        self.plugin(timeout=1).get_token(None)
        self.assertIn("max_wait=1 ", impostor.requests[0])

    def test_what_is_no_daemon_is_said(self):
        nonsense = (b"220 mail.example.com ESMTP\r\n", answer([]), b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhtml",
                    answer({**DOCUMENT, "body": None}), answer({"token": TOKEN}))  # fmt: skip
        for each in nonsense:
            with self.subTest(each):
                error = self.error(each)
                self.assertIsInstance(error, errors.BadAnswer)
                self.assertNotIn(TOKEN, str(error))
                os.unlink(self.path)

    def test_the_daemon_s_errors_are_those_of_keystoneauth_with_its_words(self):
        kinds = keystoneauth1.exceptions
        table = {
            (403, "denied"): kinds.Forbidden,
            (404, "unknown_scope"): kinds.NotFound,
            (404, "no_such_resource"): kinds.NotFound,
            (409, "passcode_required"): kinds.Conflict,
            (424, "credential_rejected"): kinds.Unauthorized,
            (429, "too_many_requests"): kinds.HttpError,
            (500, "internal"): kinds.HttpError,
            (502, "iam_protocol"): kinds.BadGateway,
            (503, "iam_unavailable"): kinds.ServiceUnavailable,
            (504, "timeout"): kinds.GatewayTimeout,
        }
        for (status, code), kind in table.items():
            with self.subTest(code):
                problem = {"type": f"urn:tokenward:{code}", "title": "t", "detail": "what happened", "retry_after": 7}
                error = self.error(answer(problem, status))
                self.assertIsInstance(error, kind)
                self.assertEqual((error.http_status, error.code, error.detail), (status, code, "what happened"))
                self.assertEqual(error.retry_after, 7)
                self.assertIn("what happened", str(error))
                os.unlink(self.path)

    def test_a_report_names_the_token_by_its_fingerprint_and_never_shows_it(self):
        impostor = self.impostor(answer(DOCUMENT), answer({"verdict": "invalidated", "fingerprint": None}))
        plugin = self.plugin()
        plugin.get_token(None)
        self.assertTrue(plugin.invalidate())
        self.assertIn("POST /v1/tokens/ci/eu-de/report ", impostor.requests[1])
        self.assertNotIn(TOKEN, impostor.requests[1])
        said = json.loads(impostor.requests[1].partition("\r\n\r\n")[2])
        self.assertEqual(said, {"fingerprint": FINGERPRINT, "status": 401})

    def test_a_refusal_that_can_t_be_reported_is_logged_and_leaves_the_service_s_answer_as_it_is(self):
        self.impostor(answer(DOCUMENT), b"", b"")
        plugin = self.plugin()
        plugin.get_token(None)
        with self.assertLogs("keystoneauth_tokenward", "WARNING") as logged:
            self.assertFalse(plugin.invalidate())
        self.assertIn("ci/eu-de", logged.output[0])
        self.assertNotIn(TOKEN, logged.output[0])

    def test_the_path_of_the_socket_is_found_in_the_order_of_all_clients(self):
        own = os.path.join(self.folder, "tokenward", "tokenward.sock")
        with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": self.folder}, clear=True):
            self.assertEqual(daemon.socket_path(), "/run/tokenward/tokenward.sock")
            os.mkdir(os.path.dirname(own))
            with open(own, "w", encoding="utf-8"):
                self.assertEqual(daemon.socket_path(), own)
            os.environ["TOKENWARD_SOCKET"] = "/named"
            self.assertEqual(daemon.socket_path(), "/named")
            self.assertEqual(daemon.socket_path("/given"), "/given")
