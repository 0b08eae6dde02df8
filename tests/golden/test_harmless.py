# test_harmless.py - with the plugin loaded, every other dissector's output is
# byte for byte what it was: our own part is taken out of the one and must
# leave the other.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG = ROOT / "samples" / "websocket-session.pcapng"
CAPTURES = sorted((ROOT / "samples").glob("*.pcapng")) + sorted((ROOT / "tests/golden/cases").glob("*.pcap"))

# Our tree is the last of a frame: from its head to the blank line.
TREE = re.compile(r"^\[TCP Connection State.*?(?=^$|\Z)", re.M | re.S)
PDML = re.compile(r'  <proto name="tcpstate".*?^  </proto>\n', re.M | re.S)


def less_ours_text(text):
    return TREE.sub("", text)


def less_ours_pdml(text):
    return PDML.sub("", text)


def less_ours_json(text):
    # JSON repeats keys (Wireshark's own do), so pairs, not dictionaries.
    def pairs(items):
        return [(key, value) for key, value in items if key != "tcpstate"]
    return json.loads(text, object_pairs_hook=pairs)


FORMATS = {
    "columns": ([], lambda text: text),
    "verbose": (["-V"], less_ours_text),
    "json": (["-T", "json", "--no-duplicate-keys"], less_ours_json),
    "pdml": (["-T", "pdml"], less_ours_pdml),
}


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
    options, less_ours = FORMATS[form]
    arguments = ["-n", "-r", everything, *options, *passes]
    without = tshark(*arguments, plugin=False)
    with_it = tshark(*arguments)
    assert len(without) > 1000
    # The comparison means something only if there is something to take out.
    assert form == "columns" or with_it != without
    if form == "pdml":  # its head names the second it was written in
        without, with_it = (re.sub(r'time="[^"]*" capture_file', "", text, 1) for text in (without, with_it))
    if form == "json":
        without = json.loads(without, object_pairs_hook=list)
    assert less_ours(with_it) == without
