# SPDX-License-Identifier: GPL-2.0-or-later
"""Proof by the running kernel, live: plays every scenario
anew on this machine's kernel and compares as test_recorded.py does.

Takes about a minute, most of it TIME_WAIT. Where the machine does not allow
it (no root, no tracefs), all of it is skipped; a scenario that needs what the
kernel lacks (MPTCP, nftables) is skipped alone. pytest's -ra says which.
"""
import os

import pytest

import compare
import lab
import record

REASON = lab.why_not()
pytestmark = pytest.mark.skipif(
    REASON is not None, reason=f"KERNEL LAB NOT RUN: {REASON}")


def differences(name, folder, frames):
    """Where plugin and kernel disagree on a scenario that was played."""
    kernel = compare.read_kernel(folder / name)
    return (compare.sequence_differences(frames[name], kernel, lab.SCENARIOS[name])
            + compare.frame_differences(frames[name], kernel, lab.SCENARIOS[name]))


def play(names, folder, read_folder, jobs):
    """What went wrong with each scenario: why it was not played, or where the
    plugin and the kernel disagree; empty if nothing did."""
    # Someone else may run this test on this machine at the same time.
    problems = dict(record.record_all(names, folder, jobs=jobs, salt=os.urandom(2)))
    played = [name for name, problem in problems.items() if problem is None]
    frames = read_folder(folder, played)
    return {name: problem or "\n".join(differences(name, folder, frames))
            for name, problem in problems.items()}


@pytest.fixture(scope="module")
def live(read_folder, tmp_path_factory):
    """What went wrong, by scenario.

    A busy machine can be late with a timer or a segment, and then plays
    another story than the one told: what went wrong side by side is played
    once more, alone. A real difference comes back."""
    wrong = play(lab.SCENARIOS, tmp_path_factory.mktemp("live"), read_folder, jobs=3)
    again = [name for name, problem in wrong.items() if problem and not problem.startswith("impossible")]
    if again:
        wrong.update(play(again, tmp_path_factory.mktemp("again"), read_folder, jobs=1))
    return wrong


@pytest.mark.parametrize("name", list(lab.SCENARIOS))
def test_states_are_the_kernels(live, name):
    problem = live[name]
    if problem.startswith("impossible"):
        pytest.skip(f"SCENARIO NOT PLAYED: {problem}")
    assert not problem, problem
