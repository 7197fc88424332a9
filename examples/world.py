"""The bundled world on disk, and the settings that serve it."""

import errno
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from trustlane.settings import Settings, load
from trustlane.settings.show import as_toml

EXAMPLES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class World:
    """Where everything lies.

    Attributes:
        settings: in force for this play.
        config: the file that holds them.
        log: what ``trustlane serve`` writes to standard error.
    """

    settings: Settings
    config: Path
    log: Path


def world(var: Path | None, port: int | None) -> World:
    """The world of ``trustlane.toml``; where folder or port differ from it, a copy of the file in the folder says so.

    Args:
        var: folder for ledger, mail and log instead of that of the file.
        port: to listen on instead of that of the file; 0 takes a free one, and so does a port that is taken.

    Raises:
        OSError: the folder cannot be made or written.
        SettingsError: the file is wrong.
    """
    config = EXAMPLES / "trustlane.toml"
    declared = load(config)
    settings = _in_folder(_on_port(declared, port), var)
    folder = settings.ledger.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    if settings != declared:
        config = folder / "trustlane.toml"
        config.write_text(as_toml(settings))
    return World(settings, config, folder / "trustlane.log")


def _in_folder(settings: Settings, var: Path | None) -> Settings:
    if var is None:
        return settings
    folder = var.absolute()
    return replace(
        settings,
        site=replace(settings.site, key=folder / "site.keys"),
        relay=replace(settings.relay, maildir=folder / "Maildir"),
        ledger=replace(settings.ledger, path=folder / "ledger.sqlite"),
        log=replace(settings.log, replay=folder / "replay"),
    )


def _on_port(settings: Settings, port: int | None) -> Settings:
    host, _, declared = settings.relay.listen.rpartition(":")
    wanted = int(declared) if port is None else port
    listen = f"{host}:{0 if _is_taken(host, wanted) else wanted}"
    return replace(settings, relay=replace(settings.relay, listen=listen))


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
