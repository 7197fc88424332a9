"""The ledger as the settings have it."""

from trustlane.errors import LedgerError, SettingsError
from trustlane.ledger import Ledger
from trustlane.ledger.absent import NO_LEDGER
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.port import DualLedger
from trustlane.ledger.sqlite import SqliteLedger
from trustlane.settings import Settings
from trustlane.settings.tree import LedgerSettings


def ledger_to_look_at(settings: Settings) -> Ledger:
    """The ledger in force, or none where no mail came yet: looking must not make one."""
    is_absent = settings.ledger.store == "sqlite" and not settings.ledger.path.exists()
    return NO_LEDGER if is_absent else ledger_to_write(settings)


def ledger_to_write(settings: Settings) -> DualLedger:
    """The ledger in force, made where it is not there.

    Raises:
        SettingsError: the folder of its file cannot be made, or the extra that it needs is not installed.
        LedgerError: the file is none of ours.
    """
    match settings.ledger.store:
        case "memory":
            return MemoryLedger()
        case "valkey":
            return _servers(settings.ledger)
        case _:
            return _file(settings.ledger)


def _file(settings: LedgerSettings) -> SqliteLedger:
    try:
        settings.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{settings.path.parent} cannot be made: {error.strerror}"
        raise SettingsError("ledger.path", why, 'path = "var/ledger.sqlite"') from error
    return SqliteLedger(settings.path)


def _servers(settings: LedgerSettings) -> DualLedger:
    try:
        from trustlane.ledger.valkey import ValkeyLedger, Where
    except LedgerError as error:
        raise SettingsError("ledger.store", str(error), 'store = "sqlite"') from error
    return ValkeyLedger(
        Where(
            urls=settings.urls,
            sentinel=settings.sentinel,
            is_cluster=settings.cluster,
            reads_replicas=settings.read_replicas,
            timeout_seconds=settings.timeout_seconds,
        )
    )
