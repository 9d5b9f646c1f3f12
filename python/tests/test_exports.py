"""What each public module offers: every name exists, is documented, and nothing else is public."""

from __future__ import annotations

import importlib
import types

import pytest

PUBLIC = [
    "milliways",
    "milliways.cache_policies",
    "milliways.context",
    "milliways.engine",
    "milliways.exceptions",
    "milliways.flows",
    "milliways.futures",
    "milliways.logging",
    "milliways.runs",
    "milliways.runtime",
    "milliways.runtime.deployment",
    "milliways.runtime.flow_run",
    "milliways.runtime.task_run",
    "milliways.states",
    "milliways.task_runners",
    "milliways.tasks",
    "milliways.testing",
    "milliways.utilities.annotations",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_exported_name_exists_and_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    assert sorted(module.__all__, key=str) == sorted(set(module.__all__), key=str)
    for exported in module.__all__:
        value = getattr(module, exported)
        if isinstance(value, type | types.FunctionType):
            assert value.__doc__, f"{name}.{exported} is not documented"


@pytest.mark.parametrize("name", [n for n in PUBLIC if "runtime" not in n and n != "milliways"])
def test_classes_and_functions_made_here_are_exported_or_private(name):
    module = importlib.import_module(name)
    inner = {"milliways.context": {"current", "current_tags", "in_async_run"}}
    for made, value in vars(module).items():
        if getattr(value, "__module__", None) == name and isinstance(value, type) and not made.startswith("_"):
            assert made in module.__all__ or made in inner.get(name, ()), f"{name}.{made}"


def test_the_package_lists_its_names():
    import milliways

    assert set(dir(milliways)) == set(milliways.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = milliways.nonsense


def test_every_module_is_public_or_private_by_its_name():
    from pathlib import Path

    root = Path(importlib.import_module("milliways").__file__).parent
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        name = ".".join(p for p in parts if p != "__init__")
        is_private = any(part.startswith("_") for part in name.split("."))
        assert is_private or name in PUBLIC or name == "milliways.utilities", name
        assert path.read_text().startswith('"""'), f"{name} does not say what it owns"
