"""An interpreter without the lock: the core is built for it, and its threads share keys."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = [f"python3.{minor}t" for minor in range(14, 20)] + ["python3"]

SCRIPT = """
import sys
from concurrent.futures import ThreadPoolExecutor
from trustlane import dkim
from trustlane._core import SigningKey, new_key, sign_often

mail = b"From: ann@example.com\\r\\n\\r\\nHello\\r\\n"
key = SigningKey(new_key("rsa2048"))
signed = sign_often(mail, [("example.com", "sel", key)], now=1_800_000_000) + mail
import base64
keys = {"sel._domainkey.example.com": b"p=" + base64.b64encode(key.public_octets)}
cache = dkim.KeyCache()
one = lambda _: dkim.verify_one(signed, keys, now=1_800_000_000, cache=cache)[0].reason
with ThreadPoolExecutor(8) as threads:
    assert set(threads.map(one, range(2_000))) == {"dkim.verified"}
assert (cache.reads, cache.hits) == (1, 1_999)
print(sys._is_gil_enabled())
"""


def free_threaded() -> str | None:
    """An interpreter on PATH that has no lock."""
    say = "import sysconfig; print(int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))"
    for program in filter(None, map(shutil.which, NAMES)):
        done = subprocess.run([program, "-c", say], capture_output=True, text=True, check=False)
        if done.stdout.strip() == "1":
            return program
    return None


def test_the_core_leaves_the_lock_off_and_threads_read_a_key_once(tmp_path: Path) -> None:
    program = free_threaded()
    if program is None:
        pytest.skip(f"no free-threaded interpreter on PATH, by any of these names: {', '.join(NAMES)}")
    maturin = Path(sys.executable).with_name("maturin")
    command = [maturin, "build", "--quiet", "--interpreter", program, "--out", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*t-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "package")
    dnspython = importlib.util.find_spec("dns")
    assert dnspython
    assert dnspython.origin
    path = os.pathsep.join([str(tmp_path / "package"), str(Path(dnspython.origin).parents[1])])
    done = subprocess.run(
        [program, "-c", SCRIPT], env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("False", "")
