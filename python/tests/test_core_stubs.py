"""The native extension is what its contract says: `stubtest` compares `_core.pyi` with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).parent.parent


def test_the_extension_matches_its_contract(tmp_path):
    if not list((PYTHON / "milliways").glob("_core*.so")) and not _is_installed():
        pytest.skip("the extension is not built: `cargo xtask setup` builds it")
    result = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "milliways._core"],
        # Outside of the sources: what is installed is held against its stubs, and mypy leaves the rest to pyright.
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def _is_installed() -> bool:
    from importlib import metadata

    try:
        metadata.distribution("milliways")
    except metadata.PackageNotFoundError:
        return False
    return True


def test_the_stand_in_has_what_the_contract_names():
    """Tests on the stand-in mean something only while it has the same names."""
    import ast

    import fake_core

    tree = ast.parse((PYTHON / "milliways" / "_core.pyi").read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            assert hasattr(fake_core, node.name), node.name
        if isinstance(node, ast.ClassDef):
            kind = getattr(fake_core, node.name)
            for method in node.body:
                is_method = isinstance(method, ast.FunctionDef) and not method.decorator_list
                if is_method and not method.name.startswith("__"):
                    assert hasattr(kind, method.name), f"{node.name}.{method.name}"
