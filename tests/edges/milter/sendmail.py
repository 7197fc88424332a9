"""A real Sendmail on loopback, which asks a milter about each mail and passes it on to a sink."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.edges.milter.postfix import free_port, wait_for_port

UNPACKED = Path(__file__).parents[3] / ".sendmail"
PROGRAM = UNPACKED / "usr/libexec/sendmail/sendmail"
MACROS = UNPACKED / "usr/share/sendmail/cf"

needs_sendmail = pytest.mark.skipif(
    not PROGRAM.exists() or not shutil.which("m4") or os.geteuid() != 0,
    reason="Sendmail is not unpacked (tests/edges/milter/unpack-sendmail.sh), m4 is missing, or we are not root",
)

CONFIGURATION = """divert(0)dnl
OSTYPE(`linux')dnl
define(`QUEUE_DIR', `{top}/queue')dnl
define(`confPID_FILE', `{top}/pid')dnl
define(`STATUS_FILE', `{top}/status')dnl
define(`ALIAS_FILE', `')dnl
define(`confCW_FILE', `-o {top}/none')dnl
define(`confTO_IDENT', `0')dnl
define(`confSERVICE_SWITCH_FILE', `{top}/switch')dnl
define(`confDOMAIN_NAME', `mx.site.example')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confDELAY_LA', `1000')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`nocanonify')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port={port}, Addr=127.0.0.1')dnl
INPUT_MAIL_FILTER(`trustlane', `S=inet:{milter}@127.0.0.1, F=T, T=C:10s;S:10s;R:10s;E:20s')dnl
MAILER(`smtp')dnl
"""


class Sendmail:
    """Started in a folder of its own; all mail goes to the sink's port."""

    def __init__(self, top: Path, milter: int, sink: int) -> None:
        self.top = top
        self.port = free_port()
        (top / "queue").mkdir(mode=0o700)
        (top / "switch").write_text("hosts files\naliases files\n")
        source = CONFIGURATION.format(top=top, milter=milter, sink=sink, port=self.port)
        command = ["m4", f"-D_CF_DIR_={MACROS}/", MACROS / "m4/cf.m4", "-"]
        made = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
        (top / "sendmail.cf").write_text(made.stdout)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = f"{PROGRAM} -C {self.top}/sendmail.cf -bD -q2s -X {self.top}/traffic"
        # A host whose name has no dot makes it wait for a minute.
        named = ["unshare", "--uts", "sh", "-c", f"hostname mx.site.example; exec {program}"]
        self._process = subprocess.Popen(named)
        wait_for_port(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def held(self) -> list[str]:
        """Queue files of mails in quarantine."""
        return [file.name for file in (self.top / "queue").glob("hf*")]

    @property
    def traffic(self) -> str:
        return (self.top / "traffic").read_text(errors="replace")
