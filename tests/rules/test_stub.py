"""The stub of the core says exactly what the built module has."""

import ast
import inspect
from pathlib import Path

import pytest

from trustlane import _core

STUB = Path(__file__).parents[2] / "python" / "trustlane" / "_core.pyi"
TREE = ast.parse(STUB.read_text())
CLASSES = {node.name: node for node in TREE.body if isinstance(node, ast.ClassDef)}
FUNCTIONS = {node.name: node for node in TREE.body if isinstance(node, ast.FunctionDef)}


def public(names: list[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def members(kind: type) -> set[str]:
    """What the class has of its own; an exception inherits its ways from ``Exception``."""
    inherited = public(dir(Exception)) if issubclass(kind, Exception) else set()
    return public(dir(kind)) - inherited


def test_every_name_stands_in_both() -> None:
    assert public(dir(_core)) == set(CLASSES) | set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_member_of_a_class_stands_in_both(name: str) -> None:
    said = {node.name for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)}
    assert members(getattr(_core, name)) == public(list(said))


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_properties_are_properties_in_both(name: str) -> None:
    for node in CLASSES[name].body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            is_property = any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list)
            member = inspect.getattr_static(getattr(_core, name), node.name)
            assert inspect.isgetsetdescriptor(member) == is_property, f"{name}.{node.name}"


def signatures() -> list[tuple[str, ast.FunctionDef, object]]:
    found: list[tuple[str, ast.FunctionDef, object]] = [
        (name, node, getattr(_core, name)) for name, node in FUNCTIONS.items()
    ]
    for class_name, body in CLASSES.items():
        kind = getattr(_core, class_name)
        for node in body.body:
            if isinstance(node, ast.FunctionDef) and inspect.isroutine(getattr(kind, node.name, None)):
                is_ours = node.name == "__new__" or not node.name.startswith("_")
                if is_ours:
                    found.append(
                        (
                            f"{class_name}.{node.name}",
                            node,
                            kind if node.name == "__new__" else getattr(kind, node.name),
                        )
                    )
    return found


@pytest.mark.parametrize(
    ("name", "said", "built"), signatures(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_parameter_stands_in_both(name: str, said: ast.FunctionDef, built: object) -> None:
    arguments = [*said.args.posonlyargs, *said.args.args, *said.args.kwonlyargs]
    in_stub = [argument.arg for argument in arguments if argument.arg not in {"self", "cls"}]
    in_module = [parameter for parameter in inspect.signature(built).parameters if parameter != "self"]  # type: ignore[arg-type]
    assert in_module == in_stub, name
