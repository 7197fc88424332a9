"""A real Dovecot for tests, on loopback, with the recipe of contrib/dovecot in its folder."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECIPE = Path(__file__).parents[2] / "contrib" / "dovecot"
IS_INSTALLED = bool(shutil.which("dovecot")) and Path("/usr/lib/dovecot/modules/sieve").exists()

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = trustlane-test
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
{recipe}
"""


@contextmanager
def dovecot(trustlane_config: Path) -> Iterator[int]:
    """Runs it for the length of a block; gives its IMAP port. Its people are whoever logs in with ``secret``."""
    folder = Path(tempfile.mkdtemp(prefix="trustlane-dovecot-"))
    folder.chmod(0o755)
    process = None
    try:
        port = _free_port()
        config = _written(folder, port, trustlane_config)
        process = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stdout=subprocess.DEVNULL)
        _wait_for(port, folder)
        yield port
    finally:
        if process:
            process.terminate()
            process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _written(folder: Path, port: int, trustlane_config: Path) -> Path:
    people, internal, login = _users()
    for name in ("run", "state", "sieve", "mail", "lib"):
        (folder / name).mkdir()
    for name in ("mail", "sieve"):
        os.chown(folder / name, people.pw_uid, people.pw_gid)
    for script in RECIPE.glob("*.sieve"):
        shutil.copy(script, folder / "sieve")
    learn = folder / "lib" / "trustlane-learn"
    program = folder / "lib" / "trustlane"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trustlane "$@"\n')
    learn.write_text(
        (RECIPE / "trustlane-learn")
        .read_text()
        .replace("/usr/local/bin/trustlane", str(program))
        .replace("/etc/trustlane.toml", str(trustlane_config))
    )
    for file in (learn, program):
        file.chmod(0o755)
    recipe = (RECIPE / "90-trustlane.conf").read_text()
    for theirs, ours in (
        ("/etc/dovecot/sieve", str(folder / "sieve")),
        ("/usr/local/lib/trustlane", str(folder / "lib")),
        ("user = trustlane", f"user = {pwd.getpwuid(os.getuid()).pw_name}"),
        ("user = vmail", f"user = {people.pw_name}"),
    ):
        assert theirs in recipe
        recipe = recipe.replace(theirs, ours)
    values = {"folder": folder, "port": port, "internal": internal, "login": login, "recipe": recipe}
    group = "dovecot" if os.getuid() == 0 else str(os.getgid())
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(**values, uid=people.pw_uid, gid=people.pw_gid, group=group))
    return config


def _users() -> tuple[pwd.struct_passwd, str, str]:
    """Whose mail it is, and as whom its own processes run; root may not have mail."""
    me = pwd.getpwuid(os.getuid())
    if me.pw_uid == 0:
        return pwd.getpwnam("nobody"), "dovecot", "dovenull"
    return me, me.pw_name, me.pw_name


def _free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


def _wait_for(port: int, folder: Path) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            log = folder / "dovecot.log"
            assert time.monotonic() < ends, log.read_text() if log.exists() else "dovecot does not start"
            time.sleep(0.05)
        else:
            return
