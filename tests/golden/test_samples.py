# test_samples.py - the real captures of samples/, frame by frame.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# samples/NAME.tsv beside this file says for every frame of ../../samples/NAME.pcapng
# its label, step, sender and both states ('?': inferred).  Each was read by eye
# against RFC 9293's figures 6 and 12 before it was committed; none is made anew
# by a program.
import pathlib
import subprocess

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


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The samples one behind the other: one run of tshark reads them all.
    Returns the capture and, for each sample, the number of its frames."""
    merged = tmp_path_factory.mktemp("samples") / "together.pcapng"
    subprocess.run(["mergecap", "-a", "-w", merged, *(SAMPLES / f"{name}.pcapng" for name in NAMES)], check=True)
    return merged, [len(golden(name)) for name in NAMES]


def apart(rows, lengths):
    """Rows of the merged capture as {sample: its rows}, numbered from 1 again."""
    assert len(rows) == sum(lengths)
    samples, rest = {}, iter(rows)
    for name, length in zip(NAMES, lengths):
        samples[name] = [[str(number), *next(rest)[1:]] for number in range(1, length + 1)]
    return samples


PASSES = pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])


def test_there_are_samples():
    assert len(NAMES) >= 4


@PASSES
def test_every_frame_is_as_it_was_read(fields, together, passes):
    merged, lengths = together
    mark = {"1": "?", "True": "?"}
    rows = [[number, label, step, sender, client + mark.get(guess, ""), server + mark.get(doubt, "")]
            for number, label, step, sender, client, guess, server, doubt
            in fields(merged, *FIELDS, options=(*ENGLISH, *passes))]
    shown = apart(rows, lengths)
    for name in NAMES:
        assert shown[name] == golden(name), name


@PASSES
def test_the_columns_say_the_same(tshark, together, passes):
    # Without -Y and -T fields the tree is invisible: the columns' own way.
    merged, lengths = together
    columns = ",".join(f'"{title}","{cell}"' for title, cell in (
        ("No.", "%m"), ("A", "%Cus:tcpstate.analysis:0:R"), ("C", "%Cus:tcpstate.client.state:0:R"),
        ("S", "%Cus:tcpstate.server.state:0:R")))
    out = tshark(*ENGLISH, "-r", merged, "-T", "tabs", "-o", "gui.column.format:" + columns, *passes)
    shown = apart([[cell.strip() for cell in line.split("\t")] for line in out.splitlines()], lengths)
    for name in NAMES:
        assert shown[name] == [[number, label, client.rstrip("?"), server.rstrip("?")]
                               for number, label, _, _, client, server in golden(name)], name


def test_every_sample_is_listed_in_the_table_of_contents():
    contents = (SAMPLES / "README.md").read_text("utf-8")
    missing = [path.stem for path in SAMPLES.glob("*.pcapng") if f"`{path.stem}`" not in contents]
    assert not missing
