"""A wheel installs in an empty environment, without cargo, and works."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "001-rfc8463-two-passes"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that maturin builds of this checkout; with the profile of the tests, whose parts are built already."""
    folder = tmp_path_factory.mktemp("dist")
    maturin = Path(sys.executable).with_name("maturin")
    done = subprocess.run(
        [maturin, "build", "--quiet", "--out", folder], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_one_wheel_serves_every_python_from_3_11(wheel: Path) -> None:
    assert "-cp311-abi3-" in wheel.name


def test_the_wheel_has_its_types_its_stub_and_its_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("trustlane/py.typed", "trustlane/_core.pyi", "trustlane/flow.py"):
        assert part in names
    assert {name.rpartition("/")[2] for name in names if "LICENSE" in name} == {"LICENSE-APACHE", "LICENSE-MIT"}


def test_in_an_empty_environment_without_cargo_check_gives_two_passes(wheel: Path, tmp_path: Path) -> None:
    """The example of RFC 8463 Appendix A, with its zone."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    bare = {"PATH": f"{environment}/bin:/usr/bin:/bin"} | {k: v for k, v in os.environ.items() if k.startswith("PIP_")}
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", wheel], check=True, env=bare)
    words = ["check", str(GOLDEN / "mail.eml"), "--zone", str(GOLDEN / "zone.txt"), "--json"]
    done = subprocess.run(
        [environment / "bin" / "trustlane", *words], capture_output=True, text=True, cwd=tmp_path, env=bare, check=False
    )
    assert done.returncode == 1, done.stderr
    found = [(finding["method"], finding["result"]) for finding in json.loads(done.stdout)["findings"]]
    assert [result for method, result in found if method == "dkim"] == ["pass", "pass"]
    listed = subprocess.run(
        [environment / "bin" / "pip", "list", "--format=json"], capture_output=True, check=True, env=bare
    )
    assert {package["name"] for package in json.loads(listed.stdout)} - {"pip", "setuptools"} == {
        "trustlane",
        "dnspython",
    }
