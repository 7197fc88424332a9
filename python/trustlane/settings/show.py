"""The tree as a TOML file with a sentence above each setting, and as a list for documents."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, cast

from trustlane.settings.tree import Settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as documents tell it. ``default`` is written as TOML, empty where there is none."""

    name: str
    default: str
    doc: str
    example: str


def catalogue() -> Iterator[Setting]:
    """Every setting there is, in the order of the tree."""
    for table in fields(Settings):
        for key in fields(cast(Any, table.default_factory)):
            yield Setting(f"{table.name}.{key.name}", toml(key.default), key.metadata["doc"], key.metadata["example"])


def as_toml(settings: Settings) -> str:
    """The settings in force as a TOML file that could be read again."""
    return "\n".join(_lines(settings)) + "\n"


def _lines(settings: Settings) -> Iterator[str]:
    for table in fields(Settings):
        values = getattr(settings, table.name)
        yield f"# {type(values).__doc__}"
        yield f"[{table.name}]"
        for key in fields(values):
            yield f"# {key.metadata['doc']}"
            value = getattr(values, key.name)
            yield f"# {key.name} is not set" if value is None else f"{key.name} = {toml(value)}"
        yield ""


def toml(value: Any) -> str:
    """One value as TOML writes it; ``None`` has no writing and gives nothing."""
    match value:
        case None:
            return ""
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return json.dumps(str(value), ensure_ascii=False)
