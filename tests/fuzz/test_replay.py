# test_replay.py - the fuzzers' seeds once more, and a little fuzzing.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An hour of it is tests/fuzz/run TARGET --minutes 60.  Without clang's libFuzzer
# the tests are skipped, and say so; where it is there, nothing is.
import re
import subprocess

import pytest

import built

RUN = built.TESTS / "fuzz" / "run"
TARGETS = ("core", "capture", "program")
SECONDS = 20


def fuzz(*arguments):
    """(how many executions, how many findings) as the last line has it."""
    done = subprocess.run([RUN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**built.environment(), "TCPSTATE_BUILD_DIR": str(built.BUILD)})
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    told = re.fullmatch(r"\w+: (\d+) executions in \d+ seconds, (\d+) findings", last)
    assert told and done.returncode == (0 if told[2] == "0" else 1), done.stdout
    assert told[2] == "0", done.stdout
    return int(told[1])


@pytest.fixture(scope="module", autouse=True)
def fuzzer():
    if subprocess.run([RUN, "core", "--has-fuzzer"], check=False).returncode == 77:
        pytest.skip("NOT FUZZED: no clang with libFuzzer here (Debian: clang, libclang-rt-dev, llvm)")


def seeds(target):
    """Their names: the fuzzer's own, and of captures also those that other tests and samples/ have."""
    return subprocess.run([RUN, target, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


def test_the_fuzzer_keeps_no_copy_of_another_folders_capture():
    contents = {}
    for name in seeds("capture"):
        contents.setdefault((built.ROOT / name).read_bytes(), set()).add(name)
    assert [names for names in contents.values() if any("fuzz/seeds" in name for name in names) and len(names) > 1] == []


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_passes(target):
    known = len(seeds(target))
    assert known > 100
    assert fuzz(target, "--replay") == known


@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_briefly_finds_nothing(target):
    assert fuzz(target, "--seconds", str(SECONDS)) > len(seeds(target))


def test_what_is_found_is_told(tmp_path):
    """Also the shortest way to it: an input that the target cannot even read."""
    missing = tmp_path / "missing"
    done = subprocess.run([RUN, "core", missing], stdout=subprocess.PIPE, text=True, check=False,
                          env={**built.environment(), "TCPSTATE_BUILD_DIR": str(built.BUILD)})
    assert done.returncode == 1 and done.stdout.splitlines()[-1].endswith("1 findings")
