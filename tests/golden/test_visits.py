# test_visits.py - however a frame is visited, it says the same.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tshark in one pass sees each frame once, before what follows; with -2, in the
# window and in sharkd, frames are dissected again, in any order, and mostly
# into a tree that nobody looks at.  Labels and states must be the same every
# time.  What a connection comes to in the end is left out here: one pass
# cannot know it before the end (tcpstate.outcome and its like, links ahead).
#
# All captures are read as one file, to save the time of starting tshark; the
# kernel's share addresses and ports then, and make a fine mess to agree on.
import json
import pathlib
import random
import re
import subprocess

import pytest

import figures
from harmless import visits
from harmless.visits import NAMES

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (figures.CASES, ROOT / "tests" / "kernel" / "captures", ROOT / "samples")
CAPTURES = [capture for folder in FOLDERS for capture in sorted(folder.glob("*.pcap*"))]
EVERYTHING = ("-o", "tcpstate.label_all:TRUE")


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    assert all(any(folder == capture.parent for capture in CAPTURES) for folder in FOLDERS)
    together = tmp_path_factory.mktemp("visits") / "together.pcapng"
    subprocess.run(["mergecap", "-a", "-w", together, *CAPTURES], check=True)
    return together


def place(number):
    """Where a frame of the whole comes from: "refused.pcapng, frame 2"."""
    table = subprocess.run(["capinfos", "-M", "-T", "-r", "-c", *CAPTURES], check=True, encoding="utf-8",
                           stdout=subprocess.PIPE).stdout
    for line in table.splitlines():
        name, count = line.split("\t")
        if number <= int(count):
            return f"{pathlib.Path(name).name}, frame {number}"
        number -= int(count)
    return f"frame {number}"


def read(tshark, capture, *options, names=NAMES):
    """{frame number: (value, ...)} as -T fields prints it."""
    return visits.rows(tshark("-r", capture, *visits.arguments(names), *options))


def column(rows, name):
    return {number: values[NAMES.index(name)] for number, values in rows.items()}


@pytest.fixture(scope="module")
def once(tshark, capture):
    """What one pass says: the base that all else is held against."""
    rows = read(tshark, capture)
    assert sum(step != "" for step in column(rows, "step").values()) > 1000
    return rows


def assert_same(once, other):
    wrong = visits.differences({number: once[number] for number in other}, other)
    if wrong:
        lines = [f"{place(number)}: {text}" for number, text in wrong[:10]]
        pytest.fail("\n".join([*lines, f"{len(wrong)} in all"]), pytrace=False)


def test_two_passes(tshark, capture, once):
    twice = read(tshark, capture, "-2")
    assert twice.keys() == once.keys()
    assert_same(once, twice)


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
def test_a_display_filter_for_what_the_plugin_adds(tshark, capture, once, passes):
    some = read(tshark, capture, *passes, "-Y", "tcpstate.step")
    assert list(some) == [number for number, step in column(once, "step").items() if step]
    assert_same(once, some)


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
def test_a_display_filter_for_something_else(tshark, capture, once, passes):
    some = read(tshark, capture, *passes, "-Y", "tcp && frame.number % 3 == 1")
    assert 0 < len(some) < len(once)
    assert_same(once, some)


def test_a_display_filter_for_a_state(tshark, capture, once):
    # The filter alone asks for the field; nothing that is printed does.
    numbers = tshark("-r", capture, "-2", "-Y", 'tcpstate.client.state == "TIME_WAIT"', "-T", "fields",
                     "-e", "frame.number").split()
    assert [int(number) for number in numbers] == \
        [number for number, state in column(once, "client.state").items() if "TIME_WAIT" in state.split(",")]


@pytest.mark.parametrize("name, passes", [("analysis", ()), ("step", ("-2",)), ("server.state", ("-2",))])
def test_one_field_that_is_asked_for_alone(tshark, capture, once, name, passes):
    alone = read(tshark, capture, *passes, names=[name])
    assert {number: values[0] for number, values in alone.items()} == column(once, name)


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
def test_columns(tshark, capture, once, passes):
    names = ("analysis", "step", "client.state", "server.state", "server.state.previous")
    layout = '"No.","%m",' + ",".join(f'"{name}","%Cus:tcpstate.{name}:0:R"' for name in names)
    text = tshark("-r", capture, "-T", "tabs", "-o", "gui.column.format:" + layout, *passes)
    seen = 0
    for line in text.splitlines():
        number, *cells = (cell.strip() for cell in line.split("\t"))
        cells += [""] * (len(names) - len(cells))
        for name, cell in zip(names, cells):
            expected = column_of(once, int(number), name)
            assert cell == expected, f"frame {number}: column {name}"
        seen += 1
    assert seen == len(once)


def column_of(once, number, name):
    return once[number][NAMES.index(name)]


def test_json(tshark, capture, once):
    fields = read_json(tshark("-r", capture, "-2", "-T", "json", "-J", "frame tcpstate", "--no-duplicate-keys"))
    assert fields.keys() == once.keys()
    for name in ("analysis", "step", "sender", "client.state", "server.state"):
        assert {number: values.get("tcpstate." + name, "") for number, values in fields.items()} == column(once, name)


def read_json(text):
    """{frame number: {field: its values, joined as -T fields joins them}}"""
    rows = {}
    for packet in json.loads(text):
        layers = packet["_source"]["layers"]
        trees = layers.get("tcpstate", [])
        found = {}
        for tree in trees if isinstance(trees, list) else [trees]:
            for key, value in leaves(tree):
                found.setdefault(key, []).append(value)
        rows[int(layers["frame"]["frame.number"])] = {key: ",".join(values) for key, values in found.items()}
    return rows


def leaves(tree):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield from ((key, one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def test_the_printed_tree(tshark, capture, once):
    """A step's line names its sender; where there is no step a line of its own does."""
    steps, senders, number = {}, {}, 0

    def note(where, what):
        where[number] = ",".join(filter(None, (where.get(number), what)))

    for line in tshark("-r", capture, "-V", "-O", "tcpstate").splitlines():
        if match := re.match(r"Frame (\d+):", line):
            number = int(match[1])
        elif match := re.fullmatch(r"\s+\[Step: ([a-z0-9-]+)(?:, sent by the (client|server))?\]", line):
            note(steps, match[1])
            note(senders, match[2])
        elif match := re.fullmatch(r"\s+\[Sender: (\w+)\]", line):
            note(senders, match[1])
    assert steps == {number: step for number, step in column(once, "step").items() if step}
    assert senders == {number: sender for number, sender in column(once, "sender").items() if sender}


# ---- As the window does it: any frame, at any time ----

@pytest.fixture(scope="module")
def window(capture):
    sharkd = visits.Sharkd(capture)
    yield sharkd
    sharkd.close()


@pytest.mark.parametrize("name", ["step", "analysis", "client.state", "server.state"])
@pytest.mark.parametrize("order", ["backwards", "shuffled"])
def test_frames_visited_in_another_order(window, once, order, name):
    interesting = [number for number, values in once.items() if any(values)]
    numbers = random.Random(order).sample(interesting, min(400, len(interesting)))
    if order == "backwards":
        numbers.sort(reverse=True)
    assert {number: window.frame(number, name) for number in numbers} == \
        {number: column_of(once, number, name) for number in numbers}


# ---- With plain segments labelled, too ----

def test_two_passes_with_every_segment_labelled(tshark, capture):
    once = read(tshark, capture, *EVERYTHING)
    assert_same(once, read(tshark, capture, "-2", *EVERYTHING))


def test_labelling_every_segment_changes_no_state(tshark, capture, once):
    every = read(tshark, capture, *EVERYTHING)
    for name in ("sender", "client.state", "server.state", "client.state.previous", "server.state.previous",
                 "client.inferred", "server.inferred", "frame.answers"):
        assert column(every, name) == column(once, name)
    named = column(once, "step")
    for number, step in column(every, "step").items():
        assert set(named[number].split(",")) <= {"", *step.split(",")}, f"frame {number}"
