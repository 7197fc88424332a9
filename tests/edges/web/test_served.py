"""``trustlane serve`` serves HTTP as its settings say, and says what it needs."""

import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path

from tests.edges.cli.running import trustlane
from tests.edges.serving import LEDGER, start


def test_a_key_that_was_made_opens_the_service(tmp_path: Path) -> None:
    made = trustlane("keys", "api", "filter", cwd=tmp_path).stdout.decode().splitlines()
    token, line = made[0].split()[-1], made[1].strip()
    http_settings = f'\n[http]\nlisten = ["unix:{tmp_path}/http.sock", "127.0.0.1:0"]\n{line}\n'
    running = start(tmp_path, process="workers = 2", ledger=LEDGER + http_settings)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", running.ports["http"], timeout=20)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "message/rfc822"}
        connection.request("POST", "/v1/check?helo=x", b"From: a@sender.example\r\n\r\nHi\r\n", headers)
        reply = connection.getresponse()
        answer = json.loads(reply.read())
        connection.close()
        assert (reply.status, answer["decision"]["lane"]) == (200, "open")
        assert answer["edits"][1]["value"].startswith("mx.trustlane.example;")
        with socket.socket(socket.AF_UNIX) as local:
            local.settimeout(20)
            local.connect(str(tmp_path / "http.sock"))
            local.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert local.recv(100).startswith(b"HTTP/1.1 200 ")
    finally:
        assert running.stop() == 0


def test_what_is_not_installed_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "trustlane.toml").write_text('[http]\nlisten = ["127.0.0.1:0"]\n')
    code = (
        "import sys, importlib.util\nreal = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *_: None if name == 'starlette' else real(name)\n"
        "from trustlane.cli.main import main\nsys.exit(main(['serve']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert "http.listen: needs starlette: pip install 'trustlane[http]'" in done.stderr.decode()
