"""Listening sockets: bound with the right mode, or handed over."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trustlane.process.notify import notify
from trustlane.process.sockets import bound, name_of


def test_an_address_is_listened_on_and_named() -> None:
    (one,) = bound("127.0.0.1:0")
    with one, socket.create_connection(one.getsockname()):
        assert name_of(one) == f"127.0.0.1:{one.getsockname()[1]}"


def test_a_port_that_is_taken_is_said() -> None:
    (one,) = bound("127.0.0.1:0")
    with one, pytest.raises(OSError, match="in use"):
        bound(name_of(one))


def test_a_unix_socket_is_for_the_group_and_replaces_one_that_a_dead_process_left(tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    (one,) = bound(f"unix:{path}")
    with one:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert name_of(one) == f"unix:{path}"
        with pytest.raises(OSError, match="in use"):
            bound(f"unix:{path}")


def test_a_file_that_is_no_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        bound(f"unix:{path}")
    assert path.read_text() == "mine"


INHERITS = """
import os
from trustlane.process.sockets import inherited, name_of
sockets = {name: [*map(name_of, these)] for name, these in inherited(os.environ).items()}
print(sockets, "LISTEN_FDS" in os.environ)
"""


@pytest.mark.parametrize(("is_ours", "told"), [(True, "{{'relay': ['{name}']}} False"), (False, "{{}} False")])
def test_sockets_of_systemd_come_by_their_name(is_ours: bool, told: str) -> None:
    (one,) = bound("127.0.0.1:0")
    with one:
        pid = "$$" if is_ours else "1"
        python = f"exec {sys.executable} -c '{INHERITS}' 3<&{one.fileno()}"
        script = f"LISTEN_FDS=1 LISTEN_PID={pid} LISTEN_FDNAMES=relay {python}"
        ran = subprocess.run(
            ["bash", "-c", script], pass_fds=[one.fileno()], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == told.format(name=name_of(one))


def test_the_service_manager_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert notify("READY=1")
        assert manager.recv(100) == b"READY=1"
    os.unlink(tmp_path / "notify")
    assert not notify("READY=1")
