# test_captures.py - the captures that there is time for in every run of the tests:
# our own captures, those of Wireshark's source package, and what editcap and
# randpkt make.  `tests/harmless/run` takes any others, and more seeds.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import warnings

import pytest

import built

ROOT = built.ROOT
RUN = built.TESTS / "harmless" / "run"
KEEP = built.BUILD / "harmless-findings"
SAMPLES = [ROOT / "samples" / name for name in ("http-loopback.pcapng", "refused.pcapng")]


def harmless(state, *arguments, **options):
    return subprocess.run([sys.executable, "-B", RUN, "--state", state, "--keep", KEEP, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options)


def numbers(done):
    """{what: how many} of the last line."""
    assert done.returncode in (0, 1), done.stderr
    return {what: int(number) for number, what in re.findall(r"(\d+) (\w+)", done.stdout.splitlines()[-1])}


def assert_harmless(done, captures, frames):
    found = [line for line in done.stdout.splitlines() if not line.startswith("remark")]
    assert done.returncode == 0, "\n".join(found) + done.stderr
    # It means something only if the captures were there and had something of ours.
    count = numbers(done)
    assert count["captures"] >= captures and count["frames"] >= frames and count["parts"] > frames
    return count


def test_our_own_captures(tmp_path):
    done = harmless(tmp_path / "state", ROOT / "samples", built.TESTS / "golden/cases", built.TESTS / "kernel/captures")
    assert_harmless(done, 300, 5000)


def test_our_own_captures_mutated(tmp_path):
    done = harmless(tmp_path / "state", "--mutated-only", "--seed", 2, "--seed", 4, built.TESTS / "kernel/captures")
    assert_harmless(done, 70, 1000)


def test_random_packets(tmp_path):
    done = harmless(tmp_path / "state", "--randpkt", 100)
    assert done.returncode == 0, done.stdout
    assert numbers(done)["frames"] > 23 * 100 * 0.9


@pytest.fixture(scope="module")
def wireshark():
    done = subprocess.run([built.TESTS / "harmless/wireshark-source"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode == 3:
        warnings.warn("SKIPPED: Wireshark's own captures are NOT checked: " + done.stderr)
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return pathlib.Path(done.stdout.strip()) / "test" / "captures"


def test_wireshark_s_own_captures(tmp_path, wireshark):
    assert_harmless(harmless(tmp_path / "state", wireshark), 120, 5000)


# ---- The command itself ----

def test_it_resumes_where_it_was_interrupted(tmp_path):
    state = tmp_path / "state"
    command = [sys.executable, "-B", RUN, "--state", state, "--single", "--jobs", "1", *map(str, SAMPLES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                               start_new_session=True)
    deadline = time.monotonic() + 120
    while not state.exists() or not state.read_text().endswith("\n"):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "resumes" in err
    before = state.read_text()
    assert len(before.splitlines()) == 1
    with open(state, "a") as file:
        file.write('{"plugin": "cut sho') # as a machine that stopped leaves it
    done = harmless(state, "--single", *SAMPLES)
    assert done.returncode == 0 and "1 units were done before" in done.stderr
    after = state.read_text()
    assert after.startswith(before) and len(after.splitlines()) == 2
    assert {json.loads(line)["name"] for line in after.splitlines()} == {str(sample) for sample in SAMPLES}


def test_what_takes_too_long_is_told(tmp_path):
    done = harmless(tmp_path / "state", "--seconds", "0.05", SAMPLES[0])
    assert "took too long" in done.stdout
