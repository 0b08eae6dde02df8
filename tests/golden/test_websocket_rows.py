# SPDX-License-Identifier: GPL-2.0-or-later
"""One real session's packet list, row by row.

websocket-session.rows.tsv holds 44 rows of a real capture's packet list, with
the labels that its reader gave them; it is an expectation, never regenerated.
samples/websocket-session.pcapng must show those rows exactly, and the plugin
must put those labels into the Analysis column and leave the others empty.
"""
import difflib
import filecmp
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "samples" / "websocket-session.pcapng"
GENERATOR = ROOT / "samples" / "generate" / "websocket_session.py"
ROWS = pathlib.Path(__file__).with_name("websocket-session.rows.tsv")

COLUMNS = [("No.", "%m"), ("Time", "%t"), ("Source", "%s"), ("Destination", "%d"),
           ("Protocol", "%p"), ("Length", "%L"), ("Info", "%i")]
ANALYSIS = ("Analysis", "%Cus:tcpstate.analysis:0:R")
PASSES = [pytest.param((), id="one pass"), pytest.param(("-2",), id="two passes")]


def expected_rows():
    header, *rows = [line.split("\t") for line in ROWS.read_text("utf-8").splitlines()]
    assert header == [title for title, _ in COLUMNS] + ["Analysis"] and len(rows) == 44
    return rows


def packet_list(tshark, columns, *options):
    """The packet list as {number: [cell, ...]}, of every frame of the capture.

    "-T tabs" prints the columns themselves, and unlike "-e _ws.col.Info" it has
    kept its name from 4.0 to 4.6. It pads addresses and sets an arrow between
    source and destination. Info's last blank ("GET / HTTP/1.1 ") is Wireshark's;
    nobody can see it in a list, and the expectation has been copied from one.
    """
    layout = ",".join(f'"{title}","{cell}"' for title, cell in columns)
    text = tshark("-n", "-r", str(CAPTURE), "-t", "r", "-T", "tabs",
                  "-o", "gui.column.format:" + layout, *options)
    frames = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if cells[3] in ("→", "->"):
            del cells[3]
        cells += [""] * (len(columns) - len(cells))
        assert len(cells) == len(columns), line
        frames[cells[0]] = cells
    return frames


def assert_same(expected, got):
    """Fails with the rows that differ, and nothing else."""
    diff = difflib.unified_diff(["\t".join(row) for row in expected], ["\t".join(row) for row in got],
                                "expected", "tshark", lineterm="", n=0)
    assert expected == got, "\n" + "\n".join(diff)


@pytest.mark.parametrize("passes", PASSES)
def test_the_44_rows_are_shown_exactly(tshark, passes):
    frames = packet_list(tshark, COLUMNS, *passes)
    assert list(frames) == [str(number) for number in range(1, 2922)]
    expected = [row[:-1] for row in expected_rows()]
    assert_same(expected, [frames[row[0]] for row in expected])


@pytest.mark.parametrize("passes", PASSES)
def test_the_analysis_column_holds_the_labels_and_is_empty_elsewhere(tshark, passes):
    # The rows were labelled by hand, partly with 分手; the standard word, the
    # plugin's own, is 挥手.
    expected = [[*row[:-1], row[-1].replace("分手", "挥手")] for row in expected_rows()]
    assert sum(row[-1] != "" for row in expected) == 8
    frames = packet_list(tshark, [*COLUMNS, ANALYSIS], "-o", "tcpstate.language:zh", *passes)
    assert_same(expected, [frames[row[0]] for row in expected])


def test_the_label_table_gives_the_file_its_own_words(tshark):
    # What its reader wrote, 分手 and all, by the preference's table of labels.
    own = {"fin-acked": "第二次分手", "passive-fin": "第三次分手", "last-ack": "第四次分手"}
    table = [argument for step, text in own.items()
             for argument in ("-o", f'uat:tcpstate_labels:"{step}","zh","{text}"')]
    expected = expected_rows()
    assert sum("分手" in row[-1] for row in expected) > 0
    frames = packet_list(tshark, [*COLUMNS, ANALYSIS], "-o", "tcpstate.language:zh", *table)
    assert_same(expected, [frames[row[0]] for row in expected])


def test_the_analysis_column_does_not_depend_on_the_rows_shown(tshark):
    # A display filter on a single pass must not change what a row says.
    every = packet_list(tshark, [*COLUMNS, ANALYSIS], "-o", "tcpstate.language:zh")
    some = packet_list(tshark, [*COLUMNS, ANALYSIS], "-o", "tcpstate.language:zh", "-Y", "tcp.port == 59117")
    assert len(some) == 57                          # the 44 rows and 13 between them
    assert_same([every[number] for number in some], list(some.values()))
    assert sum(row[-1] != "" for row in some.values()) >= 8


def test_wireshark_finds_nothing_wrong_with_the_capture(tshark):
    # Two refused connections are there on purpose; nothing else may draw a remark.
    checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    remarked = tshark("-n", "-r", str(CAPTURE), *checks, "-Y",
                      "tcp.analysis.flags || _ws.malformed || _ws.expert.severity >= 0x600000",
                      "-T", "fields", "-e", "tcp.dstport", "-e", "tcp.flags.reset")
    assert [line.split("\t")[1] for line in remarked.splitlines()] in (["1", "1"], ["True", "True"])
    good = tshark("-n", "-r", str(CAPTURE), *checks, "-Y",
                  "ip.checksum.status == 1 && (tcp.checksum.status == 1 || udp.checksum.status == 1)",
                  "-T", "fields", "-e", "frame.number")
    assert len(good.split()) == 2921


def test_the_generator_writes_the_same_capture_again(tmp_path):
    again = tmp_path / "again.pcapng"
    subprocess.run(["/usr/bin/python3", "-B", str(GENERATOR), str(again)], check=True)
    assert filecmp.cmp(CAPTURE, again, shallow=False)
