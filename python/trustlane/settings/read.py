"""A TOML file becomes the tree; anything wrong with it stops the start, with setting, reason and example."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, cast, get_type_hints

from trustlane.errors import SettingsError
from trustlane.settings.tree import Settings


def load(path: Path) -> Settings:
    """Settings from a TOML file. A relative path in it is as seen from the folder of the file.

    Raises:
        SettingsError: the file cannot be read, or a setting is wrong.
    """
    try:
        tree = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise SettingsError(str(path), f"cannot be read: {error.strerror}", "--config trustlane.toml") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(path), f"is no TOML: {error}", '[site] and below it mode = "observe"') from error
    return read(tree, path.parent)


def read(tree: Mapping[str, Any], folder: Path = Path()) -> Settings:
    """Settings from the tables of a TOML file.

    Args:
        tree: tables by name, each with its settings.
        folder: where relative paths start.

    Raises:
        SettingsError: a table or setting is not known, or has a wrong value.
    """
    tables = {table.name: table for table in fields(Settings)}
    for name in tree:
        if name not in tables:
            raise SettingsError(name, f"there is no such table{_nearest(name, tables)}", "[site]")
    settings = Settings(**{name: _table(name, tables[name], values, folder) for name, values in tree.items()})
    if settings.trust.lost_below > settings.trust.gained_at:
        raise SettingsError("trust.lost_below", "must not be above trust.gained_at", "lost_below = 0.94")
    if settings.ledger.cluster and settings.ledger.sentinel:
        raise SettingsError("ledger.cluster", "a cluster needs no Sentinels", 'sentinel = ""')
    return settings


def _table(name: str, table: Field[Any], values: Any, folder: Path) -> Any:
    kind = cast(Any, table.default_factory)
    if not isinstance(values, Mapping):
        raise SettingsError(name, "must be a table", f"[{name}]")
    known = {key.name: key for key in fields(kind)}
    for key in values:
        if key not in known:
            example = next(iter(known.values())).metadata["example"]
            raise SettingsError(f"{name}.{key}", f"there is no such setting{_nearest(key, known)}", example)
    hints = get_type_hints(kind)
    return kind(**{key: _value(f"{name}.{key}", known[key], hints[key], raw, folder) for key, raw in values.items()})


def _value(name: str, key: Field[Any], kind: Any, raw: Any, folder: Path) -> Any:
    try:
        value = _converted(kind, raw, folder)
    except TypeError as error:
        raise SettingsError(name, str(error), key.metadata["example"]) from error
    check = key.metadata["check"]
    if why := check and check(value):
        raise SettingsError(name, why, key.metadata["example"])
    return value


def _converted(kind: Any, raw: Any, folder: Path) -> Any:
    """The value as the tree holds it.

    Raises:
        TypeError: TOML has another type here than the setting.
    """
    if kind in (Path, Path | None) and isinstance(raw, str) and raw:
        return folder / raw
    if kind == tuple[str, ...] and isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if raw in [member.value for member in kind]:
            return kind(raw)
        raise TypeError(f"must be one of {', '.join(kind)}, is {raw!r}")
    if kind is float and type(raw) in (int, float):
        return float(raw)
    if kind in (int, str, bool) and type(raw) is kind:
        return raw
    raise TypeError(f"must be {_WORDS.get(kind, 'a path')}, is {raw!r}")


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
}


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
