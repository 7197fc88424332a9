"""What stands in contrib/ is right: systemd can read its units."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "contrib" / "systemd").iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_can_read_the_unit(unit: Path, tmp_path: Path) -> None:
    """The program itself need not be installed here."""
    for one in UNITS:
        (tmp_path / one.name).write_text(one.read_text().replace("/usr/bin/trustlane", "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name]
    said = subprocess.run(command, capture_output=True, text=True).stderr
    assert not [line for line in said.splitlines() if unit.name in line]
