"""The public suffix list that the settings name, for the legacy way to organizational domains."""

from importlib.resources import files
from pathlib import Path

from trustlane._core import PublicSuffixes
from trustlane.errors import SettingsError
from trustlane.settings.tree import DmarcDiscovery, Settings


def suffixes_by(settings: Settings) -> PublicSuffixes | None:
    """The list in force; ``None`` with the tree walk. Nothing is ever fetched.

    Raises:
        SettingsError: the list is not there, cannot be read, or is none.
    """
    if settings.dmarc.discovery is DmarcDiscovery.TREEWALK:
        return None
    path = settings.dmarc.public_suffix_list
    text = _installed() if path is None else _file(path)
    try:
        return PublicSuffixes(text)
    except ValueError as error:
        raise SettingsError("dmarc.public_suffix_list", str(error), _EXAMPLE) from error


_EXAMPLE = 'public_suffix_list = "/usr/share/publicsuffix/public_suffix_list.dat"'


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError("dmarc.public_suffix_list", f"cannot be read: {error.strerror}", _EXAMPLE) from error


def _installed() -> bytes:
    """The list inside the package publicsuffixlist, which the extra ``psl`` installs."""
    try:
        return files("publicsuffixlist").joinpath("public_suffix_list.dat").read_bytes()
    except (ModuleNotFoundError, OSError) as error:
        why = "is not set, and the package publicsuffixlist is not installed (pip install trustlane[psl])"
        raise SettingsError("dmarc.public_suffix_list", why, _EXAMPLE) from error
