# SPDX-License-Identifier: GPL-2.0-or-later
"""Options as real stacks lay them out: what is read of them."""
import pytest
from scapy.all import IP, TCP, Raw, wrpcap

from frames import ETHERNET

SYN_STAMP, DATA_STAMP = 1000, 5000


def steps(tshark, path, segments):
    """Each segment: whether the client sends it, its data and its TCP header."""
    packets = []
    for number, (to_server, data, header) in enumerate(segments, 1):
        header = TCP(sport=40000, dport=80, **header) if to_server else TCP(sport=80, dport=40000, **header)
        ends = ("192.0.2.1", "192.0.2.2") if to_server else ("192.0.2.2", "192.0.2.1")
        packet = ETHERNET / IP(src=ends[0], dst=ends[1], id=number) / header
        packets.append(packet / Raw(b"d" * data) if data else packet)
        packets[-1].time = 1_700_000_000 + number / 100
    wrpcap(str(path), packets)
    return tshark("-r", path, "-T", "fields", "-e", "tcpstate.step").splitlines()


def stamped(value, echo):
    """RFC 7323 appendix A: two NOPs, and the time stamps alone."""
    return [("NOP", None), ("NOP", None), ("Timestamp", (value, echo))]


@pytest.mark.parametrize("stamp, step", [(SYN_STAMP + 500, "fin-ignored"), (DATA_STAMP + 1, "fin")])
def test_data_sets_the_time_stamp_that_the_next_must_not_be_below(tshark, tmp_path, stamp, step):
    """RFC 7323 section 5.3: what is older than the last in order is dropped, though it is newer than the SYN."""
    assert steps(tshark, tmp_path / "stamps.pcap", [
        (True, 0, dict(flags="S", seq=100, options=stamped(SYN_STAMP, 0))),
        (False, 0, dict(flags="SA", seq=300, ack=101, options=stamped(7000, SYN_STAMP))),
        (True, 0, dict(flags="A", seq=101, ack=301, options=stamped(SYN_STAMP + 10, 7000))),
        (True, 10, dict(flags="PA", seq=101, ack=301, options=stamped(DATA_STAMP, 7000))),
        (False, 10, dict(flags="PA", seq=301, ack=111, options=stamped(7020, DATA_STAMP))),
        (True, 0, dict(flags="FA", seq=111, ack=311, options=stamped(stamp, 7020)))])[-1] == step


@pytest.mark.parametrize("option, step", [(b"\xf9\x89", "tfo-cookie-request"), (b"\xf9\x89" + b"c" * 8, "tfo-syn-data"), (b"\xf9\x88", "syn")])
def test_fast_open_by_the_option_of_experiments(tshark, tmp_path, option, step):
    """Option 254, with Fast Open's identifier and with another one (RFC 6994; 0xF989 in its registry)."""
    assert steps(tshark, tmp_path / "fast-open.pcap",
                 [(True, 10 if len(option) > 2 else 0, dict(flags="S", seq=100, options=[(254, option)]))]) == [step]
