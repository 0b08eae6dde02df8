# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/why: the lines of the core that gave a frame its states, in their order.

The frame is the FIN's acknowledgment of RFC 9293 figure 12: who sends it is in CLOSE_WAIT, and who gets it goes
from FIN_WAIT_1 to FIN_WAIT_2, inferred as long as the segment may be lost on its way.
"""
import os
import re
import shutil
import subprocess

import pytest

from built import BUILD, ROOT, TESTS

CLOSE = TESTS / "golden" / "cases" / "close-by-client-4-segments.pcap"


def why(capture, frame):
    if not shutil.which("gdb"):
        pytest.skip("SKIPPED: no gdb here: tests/run --packages")
    return subprocess.run([TESTS / "why", capture, str(frame)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env={**os.environ, "TCPSTATE_BUILD_DIR": str(BUILD)})


def frame_of(step):
    """The frame of the figure in which a step is: its lines begin with a time."""
    lines = [line for line in CLOSE.with_suffix(".figure").read_text().splitlines() if re.match(r"\s+\d+\.\d+", line)]
    return next(number for number, line in enumerate(lines, 1) if f"| {step} " in line)


def test_lines_are_those_of_the_sources_and_end_where_the_rfc_does():
    done = why(CLOSE, frame_of("fin-acked"))
    assert done.returncode == 0, done.stderr
    *told, sender, receiver = done.stdout.splitlines()
    assert (sender, receiver) == ("The sender is in CLOSE_WAIT.", "The receiver is in FIN_WAIT_2?.")
    places = [re.fullmatch(r"(plugin/core/[\w-]+\.[ch]):(\d+): (\w+): (.*)", line) for line in told if not line.startswith(" ")]
    assert len(places) > 4 and all(places)
    for place in places:
        file, line, function, text = place.groups()
        source = (ROOT / file).read_text("utf-8").splitlines()
        assert source[int(line) - 1].strip() == text
    assert any(line.startswith("    ACKS_FIN: ") for line in told)
    rule = told[told.index("    the first rule that fits: this is the step") - 1]
    assert re.fullmatch(r"plugin/core/steps\.c:\d+: transfer: RULE\(FIN_ACKED,.*", rule)
    assert any(line.startswith("    the segment brings the receiver: ") and "GETS_ACK_OF_FIN" in line for line in told)
    assert any(line.startswith("    receiver: ") and line.endswith(" FIN_WAIT_1 FIN_WAIT_2") for line in told)


def test_nothing_is_told_once_the_step_has_its_name():
    """What counts for Zeek moves nobody, although it may use the place in memory where the judgement was."""
    done = why(CLOSE, 1)
    assert done.returncode == 0, done.stderr
    files = set(re.findall(r"^plugin/core/([\w-]+)\.[ch]:", done.stdout, re.MULTILINE))
    assert "steps" in files and not any(name.startswith(("zeek", "account", "pack")) for name in files)


def test_a_frame_without_a_segment():
    done = why(CLOSE, 1000)
    assert done.returncode == 1 and "frame 1000 holds no segment" in done.stderr


def test_no_such_file():
    done = why(CLOSE.with_suffix(".nothing"), 1)
    assert done.returncode == 1 and done.stderr.startswith("Usage:")
