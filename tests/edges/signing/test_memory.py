"""What a large mail costs in memory: its header, never its body."""

import subprocess
import sys

MAX_ADDED_KIB = 4 * 1024

SCRIPT = """
import resource
from trustlane import dkim
from trustlane.dns.zone import ZoneResolver

def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def arrived(chunks, line_ends, *forms):
    arrival = dkim.Arrival(now=1_800_000_000, line_ends=line_ends)
    arrival.feed(b"".join(SIGNATURE % form for form in forms) + b"From: ann@example.com\\r\\n\\r\\n")
    for _ in range(chunks):
        arrival.feed(CHUNK)
    arrival.finish()
    return [finding.reason for finding in arrival.findings(ZoneResolver.from_text(""))]

CHUNK = (b"Some text with  two blanks, a\\ttab, and an end \\r\\n" * 1400)[:65536]
SIGNATURE = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/%s; d=example.com; s=sel; h=From;\\r\\n"
    b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\\r\\n"
)
arrived(16, "fix-crlf", b"simple", b"relaxed")
before = peak_kib()
assert arrived(200 * 16, "as-is", b"simple") == ["dkim.no-key"]
assert arrived(20 * 16, "fix-crlf", b"simple", b"relaxed") == ["dkim.no-key"] * 2
print(peak_kib() - before)
"""


def test_a_mail_of_200_mb_adds_less_than_4_mb() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, timeout=120)
    assert int(run.stdout) < MAX_ADDED_KIB
