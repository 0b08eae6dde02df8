# SPDX-License-Identifier: GPL-2.0-or-later
"""Proof by the running kernel, from its records: runs
anywhere, without root and without a kernel lab.

captures/ holds, for each scenario, what tcpdump saw and what the kernel's
sockets did meanwhile (record.py made both); compare.py says what the plugin
must show, and the few excuses. steps.tsv says what each frame is: one row per
scenario. It was read by eye against the scenario's story and RFC 9293; a new
recording needs a new reading.
"""
import pathlib

import pytest

import compare
import lab
import record

STEPS = pathlib.Path(__file__).with_name("steps.tsv")
NAMES = sorted(path.name.removesuffix(".kernel.tsv")
               for path in record.CAPTURES.glob("*.kernel.tsv"))


@pytest.fixture(scope="module")
def one_pass(read_folder):
    return read_folder(record.CAPTURES, NAMES)


@pytest.fixture(scope="module")
def two_passes(read_folder):
    return read_folder(record.CAPTURES, NAMES, ("-2",))


def test_every_scenario_is_recorded():
    assert NAMES == sorted(lab.SCENARIOS)
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_states_are_the_kernels(one_pass, name):
    problems = compare.sequence_differences(
        one_pass[name], compare.read_kernel(record.CAPTURES / name),
        lab.SCENARIOS[name])
    assert not problems, "\n" + lab.SCENARIOS[name].story + "\n".join(problems)


@pytest.mark.parametrize("name", NAMES)
def test_states_are_the_kernels_at_each_frame(one_pass, name):
    problems = compare.frame_differences(
        one_pass[name], compare.read_kernel(record.CAPTURES / name),
        lab.SCENARIOS[name])
    assert not problems, "\n" + lab.SCENARIOS[name].story + "\n".join(problems)


def expected_steps():
    rows = (line.split("\t") for line in STEPS.read_text("ascii").splitlines()
            if line and not line.startswith("#"))
    return {name: steps.split() for name, steps in rows}


def fits(step, expected):
    if expected.startswith("!"):
        return step != expected[1:]
    return step == expected


@pytest.mark.parametrize("name", NAMES)
def test_steps(one_pass, name):
    steps = [frame.step or "-" for frame in one_pass[name]]
    expected = expected_steps()[name]
    assert len(steps) == len(expected)
    wrong = [f"frame {number}: {step}, expected {wanted}" for
             number, (step, wanted) in enumerate(zip(steps, expected), 1)
             if not fits(step, wanted)]
    assert not wrong, "\n".join([lab.SCENARIOS[name].story, *wrong])


def test_two_passes_say_the_same(one_pass, two_passes):
    for name in NAMES:
        assert one_pass[name] == two_passes[name], name


def test_records_are_small(one_pass):
    assert max(map(len, one_pass.values())) < 60
    assert sum(path.stat().st_size for path in record.CAPTURES.iterdir()) < 1e6
