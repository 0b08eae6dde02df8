# SPDX-License-Identifier: GPL-2.0-or-later
"""Room: tests/kernel. Proof by the running kernel, live: plays every scenario
anew on this machine's kernel and compares as test_recorded.py does.

Takes about a minute, most of it TIME_WAIT. Where the machine does not allow
it (no root, no tracefs), all of it is skipped; a scenario that needs what the
kernel lacks (MPTCP, nftables) is skipped alone. pytest's -ra says which.
"""
import pytest

import compare
import lab
import record

REASON = lab.why_not()
pytestmark = pytest.mark.skipif(
    REASON is not None, reason=f"KERNEL LAB NOT RUN: {REASON}")


@pytest.fixture(scope="module")
def live(read_folder, tmp_path_factory):
    """What went wrong, and the frames of what went well, by scenario."""
    folder = tmp_path_factory.mktemp("live")
    problems = dict(record.record_all(lab.SCENARIOS, folder, jobs=3))
    played = [name for name, problem in problems.items() if problem is None]
    return folder, problems, read_folder(folder, played)


@pytest.mark.parametrize("name", list(lab.SCENARIOS))
def test_states_are_the_kernels(live, name):
    folder, problems, frames = live
    problem = problems[name]
    if problem and problem.startswith("impossible"):
        pytest.skip(f"SCENARIO NOT PLAYED: {problem}")
    assert problem is None, problem
    kernel = compare.read_kernel(folder / name)
    differences = (
        compare.sequence_differences(frames[name], kernel, lab.SCENARIOS[name])
        + compare.frame_differences(frames[name], kernel, lab.SCENARIOS[name]))
    assert not differences, "\n".join(differences)
