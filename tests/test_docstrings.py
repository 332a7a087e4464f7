"""What the docstrings show is what happens."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import commscore

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(commscore.__path__, "commscore.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples_to_run() -> None:
    shown = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)

    assert shown > 0
