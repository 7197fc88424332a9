"""A real Postfix on loopback, which asks a milter about each mail and keeps it in a Maildir."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

TRIES = 3
"""A port that was free may be taken when Postfix comes to it."""

DAEMONS = Path("/usr/lib/postfix/sbin")

needs_postfix = pytest.mark.skipif(
    not shutil.which("postfix") or os.geteuid() != 0, reason="Postfix is not installed, or we are not root"
)

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {top}/queue
data_directory = {top}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.site.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
virtual_mailbox_domains = site.example
virtual_mailbox_base = {top}/boxes
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_peername_lookup = no
local_header_rewrite_clients =
disable_dns_lookups = yes
smtpd_milters = {milter}
non_smtpd_milters =
milter_default_action = tempfail
milter_connect_timeout = 5s
milter_command_timeout = 10s
milter_content_timeout = 20s
maillog_file = {top}/log/mail.log
maillog_file_prefixes = {top}
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - 20 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Started in a folder of its own; its mail lies in ``boxes``.

    Args:
        milter: who is asked about mail, as ``inet:127.0.0.1:8891``; empty is nobody.
        more: further lines of main.cf, which override those that are the same for all.
    """

    def __init__(self, top: Path, milter: str, more: str = "") -> None:
        self.top = top
        self.port = free_port()
        self._milter = milter
        self._more = more
        self._conf = top / "conf"

    def start(self) -> None:
        user = pwd.getpwnam("postfix")
        for folder in ("", "conf", "queue", "data", "boxes", "log"):
            (self.top / folder).mkdir(mode=0o755)
        os.chown(self.top / "data", user.pw_uid, user.pw_gid)
        os.chown(self.top / "boxes", user.pw_uid, user.pw_gid)
        values = {
            "top": self.top,
            "daemons": DAEMONS,
            "uid": user.pw_uid,
            "gid": user.pw_gid,
            "milter": self._milter,
        }
        (self._conf / "main.cf").write_text(MAIN_CF.format(**values) + self._more)
        for _ in range(TRIES):
            (self._conf / "master.cf").write_text(MASTER_CF.format(**{**values, "port": self.port}))
            if not (why := self._failed("start")):
                break
            self.port = free_port()
        assert not why, f"{why}{self.log}"
        wait_for_port(self.port)

    def stop(self) -> None:
        """Once the master has said goodbye it may take a moment until its children have."""
        self._failed("stop")
        self._failed("abort")

    def command(self, word: str) -> None:
        """``reload``, ``abort``."""
        assert not (why := self._failed(word)), f"{why}{self.log}"

    def _failed(self, word: str) -> str:
        ran = subprocess.run(["postfix", "-c", self._conf, word], capture_output=True, text=True, timeout=60)
        return f"exit code {ran.returncode}: {ran.stdout}{ran.stderr}" if ran.returncode else ""

    @property
    def log(self) -> str:
        file = self.top / "log" / "mail.log"
        return file.read_text() if file.exists() else ""

    def mails(self, count: int, seconds: float = 20.0) -> list[bytes]:
        """Waits until so many mails have been delivered; gives all, in the order they came, with LF line ends."""
        ends = time.monotonic() + seconds
        while len(files := self._files()) < count and time.monotonic() < ends:
            time.sleep(0.05)
        assert len(files) >= count, f"{len(files)} of {count} mails came\n{self.log}"
        return [file.read_bytes() for file in files]

    def held(self) -> list[str]:
        """Names of the mails in the hold queue."""
        return sorted(file.name for file in (self.top / "queue" / "hold").rglob("*") if file.is_file())

    def _files(self) -> list[Path]:
        return sorted((self.top / "boxes" / "all" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")
