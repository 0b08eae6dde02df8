# test_harmless.py - with the plugin loaded, every other dissector's output is
# byte for byte what it was: our own part is taken out of the one and must
# leave the other.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Our own captures, quickly; any others: tests/harmless/run.
import pathlib
import subprocess

import pytest

from harmless import strip

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG = ROOT / "samples" / "websocket-session.pcapng"
CAPTURES = sorted((ROOT / "samples").glob("*.pcapng")) + sorted((ROOT / "tests/golden/cases").glob("*.pcap"))


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """All captures one behind the other: one run of tshark sees them all."""
    merged = tmp_path_factory.mktemp("harmless") / "everything.pcapng"
    session = merged.parent / "session.pcapng"
    # Of the long session one life will do; the rest is more of the same.
    subprocess.run(["editcap", "-r", LONG, session, "1-80"], check=True)
    parts = [session, *(capture for capture in CAPTURES if capture != LONG)]
    subprocess.run(["mergecap", "-a", "-w", merged, *parts], check=True)
    return merged


# What both passes build is one tree; printing it twice in every format would
# only take longer.
RUNS = [("columns", []), ("columns", ["-2"]), ("verbose", []), ("verbose", ["-2"]), ("json", []), ("pdml", [])]


@pytest.mark.parametrize("form, passes", RUNS, ids=[" ".join([form, *passes]) for form, passes in RUNS])
def test_the_rest_of_the_output_is_what_it_was(tshark, everything, form, passes):
    arguments = ["-n", "-r", everything, *strip.OPTIONS[form], *passes]
    without = tshark(*arguments, plugin=False).encode()
    with_it = tshark(*arguments).encode()
    assert len(without) > 1000
    difference, parts, wrong = strip.compare(form, with_it, without)
    assert not difference and not wrong
    # The comparison means something only if there is something to take out.
    assert form == "columns" or parts > 500
