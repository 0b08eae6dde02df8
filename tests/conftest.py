# conftest.py - the fixtures of every Python test.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from built import BUILD, run


@pytest.fixture(scope="session")
def tshark():
    """tshark(*args, plugin=True) -> what it printed."""
    if not (BUILD / "tcpstate.so").exists():
        raise RuntimeError(f"{BUILD}/tcpstate.so is not built")

    def tshark(*args, **options):
        return run("tshark", *args, **options).stdout

    return tshark


@pytest.fixture(scope="session")
def fields(tshark):
    """fields(capture, "a.b", "c.d", *tshark_options) -> one list of strings per frame."""

    def fields(capture, *names, options=()):
        selected = [argument for name in names for argument in ("-e", name)]
        out = tshark("-r", capture, "-T", "fields", *selected, *options)
        return [line.split("\t") for line in out.splitlines()]

    return fields
