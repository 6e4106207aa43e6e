"""What the server is installed with may be used and passed on."""

import re
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from typing import cast

from tests.contract.test_packages import ROOT

ALLOWED = {
    "3-Clause BSD License",
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)",
    "ISC License (ISCL)",
    "LGPL-3.0-only",
    "MIT",
    "MIT License",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)",
}
"""As the packages name them. Those of the LGPL and the MPL are used unaltered, as libraries."""


def runtime() -> list[str]:
    return re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements-server.lock").read_text(), re.MULTILINE)


def licenses_of(package: str) -> Iterator[str]:
    """One that is installed elsewhere alone, on Windows, tells none here."""
    try:
        found = cast("Message", metadata(package))
    except PackageNotFoundError:
        return
    if "License-Expression" in found:
        yield from re.split(r" (?:AND|OR) ", re.sub(r"[()]", "", found["License-Expression"]))
        return
    told = [line for line in found.get_all("Classifier") or [] if line.startswith("License ::")]
    yield from [line.rpartition("::")[2].strip() for line in told] or found.get_all("License") or ["none"]


def test_every_license_is_one_of_those_allowed() -> None:
    told = {name: set(licenses_of(name)) for name in runtime()}
    assert {name: licenses - ALLOWED for name, licenses in told.items() if licenses - ALLOWED} == {}


def test_almost_all_packages_tell_theirs() -> None:
    assert [name for name in runtime() if not set(licenses_of(name))] == ["colorama"]
