# test_cost.py - what the plugin may cost, in instructions per packet.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ratios of instruction counts only, which the machine's mood does not change;
# time and memory are measured by tests/bench/run and pass or fail nothing.
# Each count is the difference between two captures, so that startup is out.
import os
import pathlib
import runpy
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH))
import measure  # noqa: E402

SMALL, LARGE = 400, 2800
RUNS = "default", "installed", "disabled", "three-strings", "in-use"


# What columns in use may cost, of as many strings of Wireshark's own.
BARS = {"short": 1.05, "bulk": 1.05, "real": 1.04}


@pytest.fixture(scope="module", params=BARS)
def shape(request):
    return request.param


@pytest.fixture(scope="module")
def bar(shape):
    return BARS[shape]


@pytest.fixture(scope="module")
def counts(shape, tmp_path_factory):
    """{run: instructions per packet} of one shape"""
    store = measure.Captures(tmp_path_factory.mktemp("captures"))
    count = runpy.run_path(str(BENCH / "instructions"))["count"]
    return count(store, shape, RUNS, SMALL, LARGE, jobs=os.cpu_count())


def test_counting_sees_tshark_at_work(counts):
    """The instrument itself: columns cost something, and no packet is dissected in a thousand instructions."""
    assert counts["default"] > 10000
    assert counts["three-strings"] > counts["default"] * 1.02


def test_in_use_costs_what_built_in_columns_of_strings_cost(counts, bar):
    assert counts["in-use"] / counts["three-strings"] <= bar


def test_installed_but_not_shown_is_hardly_felt(counts):
    assert counts["installed"] / counts["default"] <= 1.15


def test_disabled_costs_nothing(counts):
    """1.00, to two digits: that Wireshark asks of each post-dissector whether it is enabled is 0.002 of it."""
    assert counts["disabled"] / counts["default"] == pytest.approx(1, abs=0.005)
