# test_info_label.py - the preference "info_label": the label at the end of the
# Info column, for tools that show nothing else.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
CAPTURE = SAMPLES / "http-client-closes.pcapng"
ON = ("-o", "tcpstate.info_label:TRUE")
PASSES = pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])

# Closed by the client in three segments (samples/README.md).
ENGLISH = {1: "Handshake 1/3", 2: "Handshake 2/3", 3: "Handshake 3/3", 4: "Connected: client sends HTTP request",
           6: "First HTTP response from server", 15: "Close 1/4", 16: "Close 2+3/4", 17: "Close 4/4"}
CHINESE = {1: "第一次握手", 2: "第二次握手", 3: "第三次握手", 4: "建立连接后，客户端发送http请求",
           6: "服务器首次返回http响应", 15: "第一次挥手", 16: "第二、三次挥手（合并）", 17: "第四次挥手"}


def info(tshark, capture, *options, **more):
    """The column Info of every frame, as tshark's list prints it: tabs between columns, nothing cut off."""
    layout = 'gui.column.format:"Info","%i"'
    return tshark("-r", capture, "-T", "tabs", "-o", layout, *options, **more).splitlines()


@PASSES
@pytest.mark.parametrize("language, head, labels", [("en", " > Analysis: ", ENGLISH), ("zh", " > 分析: ", CHINESE)])
def test_the_label_stands_behind_what_was_there(tshark, passes, language, head, labels):
    before = info(tshark, CAPTURE, *passes, plugin=False)
    after = info(tshark, CAPTURE, *ON, "-o", f"tcpstate.language:{language}", *passes)
    assert after == [line + (head + labels[number] if number in labels else "")
                     for number, line in enumerate(before, 1)]


@PASSES
def test_it_is_off_unless_it_is_turned_on(tshark, passes):
    assert info(tshark, CAPTURE, *passes) == info(tshark, CAPTURE, *passes, plugin=False)


def test_the_column_as_a_field(tshark, fields):
    # Since 4.2 Wireshark copies the columns into the tree before it calls any post-dissector.
    version = re.search(r"(\d+)\.(\d+)", tshark("-v"))
    if (int(version[1]), int(version[2])) >= (4, 2):
        pytest.skip("_ws.col.info is filled before post-dissectors are called")
    rows = fields(CAPTURE, "_ws.col.Info", options=["-2", *ON])
    assert [number for number, (text,) in enumerate(rows, 1) if " > Analysis: " in text] == list(ENGLISH)


def test_a_display_filter_on_something_else_changes_nothing(tshark):
    everything = info(tshark, CAPTURE, *ON)
    for passes in ((), ("-2",)):
        assert info(tshark, CAPTURE, *ON, *passes, "-Y", "frame.number >= 14") == everything[13:]


@PASSES
def test_an_error_message_that_quotes_a_segment(tshark, passes):
    # ICMP shuts the columns while TCP looks at the quoted header.
    lines = info(tshark, SAMPLES / "icmp-unreachable.pcapng", *ON, *passes)
    before = info(tshark, SAMPLES / "icmp-unreachable.pcapng", *passes, plugin=False)
    assert lines[1] == before[1] + " > Analysis: Unreachable (ICMP: port unreachable)"


def test_a_label_of_ones_own(tshark):
    own = ("-o", 'uat:tcpstate_labels:"syn","en","knock knock"')
    assert info(tshark, CAPTURE, *ON, *own)[0].endswith(" > Analysis: knock knock")


@PASSES
def test_plain_segments_have_one_if_every_segment_is_labelled(tshark, passes):
    lines = info(tshark, CAPTURE, *ON, "-o", "tcpstate.label_all:TRUE", *passes)
    assert lines[4].endswith(" > Analysis: ACK")
    assert all(line.count(" > Analysis: ") == 1 for line in lines)
