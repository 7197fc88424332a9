"""A thin server of the standard library around the service, for trials and for peers behind a TLS proxy."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from trustlane.assessment.repute.serve import ReputeService, Request, Response
from trustlane.message import Instant

IDLE_SECONDS = 10.0
"""How long a silent client is waited for."""


def repute_server(service: ReputeService, host: str, port: int, clock: Callable[[], Instant]) -> ThreadingHTTPServer:
    """A server that answers GET; ``serve_forever`` runs it, ``shutdown`` ends it.

    Raises:
        OSError: the address cannot be listened on.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_SECONDS
        server_version = "trustlane"
        sys_version = ""

        def do_GET(self) -> None:
            self._send(service.answer(Request(self.path, _token(self.headers.get("Authorization"))), clock()))

        def log_message(self, *_: object) -> None:
            """What is asked, and by whom, stays between the two."""

        def _send(self, response: Response) -> None:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body)

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


def _token(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
