"""Runs ``trustlane`` as a person would: another process, in a folder of its own."""

import subprocess
import sys
from pathlib import Path


def trustlane(*words: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "trustlane", *words]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, cwd=cwd, check=False)


def said(*words: str, stdin: bytes = b"", cwd: Path | None = None) -> str:
    """Standard output of a call that must end well."""
    done = trustlane(*words, stdin=stdin, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()
