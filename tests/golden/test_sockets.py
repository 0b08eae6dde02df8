# SPDX-License-Identifier: GPL-2.0-or-later
"""The sockets of each host, as ss would list them."""
import pytest
from scapy.all import IP, TCP

from built import ROOT
from dialogue import CLIENT, OPEN, SERVER, capture


def test_the_sockets_of_each_host(tshark, tmp_path):
    """What ss -tan would show: the client's FIN is acknowledged, and the server has not sent its own for 95 s."""
    path = capture(tmp_path / "sockets.pcap", OPEN + ">P.:10 <P.:10 >. >F. <. +95 other")
    lines = [line.split() for line in tshark("-q", "-r", path, "-z", "tcpstate,sockets").splitlines()]
    assert lines[1] == ["State", "Local", "Peer", "For", "(s)"]
    assert ["FIN_WAIT_2?", f"{CLIENT}:40000", f"{SERVER}:8081", "95.0"] in lines
    assert ["CLOSE_WAIT", f"{SERVER}:8081", f"{CLIENT}:40000", "95.0"] in lines
    assert ["1", "CLOSE_WAIT", SERVER, "it", "owes", "its", "FIN"] in lines
    assert ["1", "FIN_WAIT_2", f"{CLIENT},", "1", "inferred", "if", "it", "is", "so,", "the", "peer", "owes", "its", "FIN"] in lines
    early = [line.split() for line in tshark("-q", "-r", path, "-z", f"tcpstate,sockets,{SERVER},1").splitlines()]
    assert [line[0] for line in early if len(line) == 4 and ":" in line[1]] == ["SYN_RCVD?"]
    chinese = tshark("-o", "tcpstate.language:zh", "-q", "-r", path, "-z", "tcpstate,sockets")
    assert chinese.splitlines()[1].split() == ["状态", "本端", "对端", "已持续(秒)"]
    assert "尚未发送自己的FIN" in chinese


@pytest.mark.parametrize("given, english, chinese", [
    ("192.0.2.99", "The capture holds no TCP segment of 192.0.2.99 up to that moment.", "没有192.0.2.99的TCP报文段"),
    (f"{CLIENT},0", f"The capture holds no TCP segment of {CLIENT} up to that moment.", f"没有{CLIENT}的TCP报文段"),
    ("a.example", '"a.example" is neither an IP address nor a moment.', "“a.example”既不是IP地址，也不是时刻。"),
    (CLIENT, "No socket at that moment.", "该时刻没有套接字。"),     # refused: both ends are CLOSED
])
def test_a_host_without_a_socket_is_said_to_have_none(tshark, tmp_path, given, english, chinese):
    path = capture(tmp_path / "none.pcap", ">S <R.")
    arguments = "-q", "-r", path, "-z"
    assert tshark(*arguments, f"tcpstate,sockets,{given}").splitlines()[1:] == [english]
    assert chinese in tshark("-o", "tcpstate.language:zh", *arguments, f"tcpstate,sockets,{given}")
    assert tshark(*arguments, f"tcpstate,sockets,json,{given}") == ""


def test_a_host_is_known_however_its_address_is_written(tshark):
    path = ROOT / "tests" / "golden" / "cases" / "tunnel-ipv6-in-ipv4.pcap"
    one, other = (tshark("-q", "-r", path, "-z", f"tcpstate,sockets,{host},3") for host in ("2001:db8::2", "2001:0DB8:0::2"))
    assert one == other and "[2001:db8::2]:" in one
