# test_samples.py - the real captures of samples/, frame by frame.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# samples/NAME.tsv beside this file says for every frame of ../../samples/NAME.pcapng
# its label, step, sender and both states ('?': inferred).  Each was read by eye
# against RFC 9293's figures 6 and 12 before it was committed; none is made anew
# by a program.
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
NAMES = sorted(path.stem for path in (HERE / "samples").glob("*.tsv"))
FIELDS = ("frame.number", "tcpstate.analysis", "tcpstate.step", "tcpstate.sender", "tcpstate.client.state",
          "tcpstate.client.inferred", "tcpstate.server.state", "tcpstate.server.inferred")
ENGLISH = ("-n", "-o", "tcpstate.language:en")


def golden(name):
    header, *rows = (HERE / "samples" / f"{name}.tsv").read_text("utf-8").splitlines()
    assert header.split("\t") == ["frame", "analysis", "step", "sender", "client", "server"]
    return [row.split("\t") for row in rows]


def shown(fields, name, *options):
    rows = []
    for number, label, step, sender, client, guess, server, doubt in fields(
            SAMPLES / f"{name}.pcapng", *FIELDS, options=(*ENGLISH, *options)):
        mark = {"1": "?", "True": "?"}
        rows.append([number, label, step, sender, client + mark.get(guess, ""), server + mark.get(doubt, "")])
    return rows


def test_there_are_samples():
    assert len(NAMES) >= 4


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_as_it_was_read(fields, name, passes):
    assert shown(fields, name, *passes) == golden(name)


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
@pytest.mark.parametrize("name", NAMES)
def test_the_columns_say_the_same(tshark, name, passes):
    # Without -Y and -T fields the tree is invisible: the columns' own way.
    columns = ",".join(f'"{title}","{cell}"' for title, cell in (
        ("No.", "%m"), ("A", "%Cus:tcpstate.analysis:0:R"), ("C", "%Cus:tcpstate.client.state:0:R"),
        ("S", "%Cus:tcpstate.server.state:0:R")))
    out = tshark(*ENGLISH, "-r", SAMPLES / f"{name}.pcapng", "-T", "tabs", "-o", "gui.column.format:" + columns, *passes)
    rows = [[cell.strip() for cell in line.split("\t")] for line in out.splitlines()]
    assert rows == [[number, label, client.rstrip("?"), server.rstrip("?")]
                    for number, label, _, _, client, server in golden(name)]


def test_every_sample_is_listed_in_the_table_of_contents():
    contents = (SAMPLES / "README.md").read_text("utf-8")
    missing = [path.stem for path in SAMPLES.glob("*.pcapng") if f"`{path.stem}`" not in contents]
    assert not missing
