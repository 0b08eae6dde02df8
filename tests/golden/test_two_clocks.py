# SPDX-License-Identifier: GPL-2.0-or-later
"""Two captures of one connection in one file, milliseconds or seconds apart: both ends' clocks, or the way between them.

A figure of cases/ and the same moved in time, put together by Wireshark's own tools.  Each segment has an IP identification
of its own, so which frame is the first with a segment is known.  Right is: of the first sightings everything is as it is
without the second capture; any other is a copy, or nothing; and it is not counted.
"""
import pytest

from built import TESTS, run

CASES = TESTS / "golden" / "cases"
NAMES = ["close-by-client-4-segments", "close-by-server-3-segments", "abort-by-client", "abort-by-server", "reuse-after-close",
         "open-syn-lost-once", "close-half-closed", "transfer-out-of-order-and-duplicate-acks"]
SAID = ("tcpstate.step", "tcpstate.client", "tcpstate.server", "tcpstate.connection", "tcpstate.outcome")
COUNTED = ("packets_a_to_b", "packets_b_to_a", "bytes_a_to_b", "bytes_b_to_a", "outcome")


@pytest.fixture(params=["0.02", "2.5"], ids=["20-ms", "2500-ms"])
def merged(request, tmp_path):
    def merged(name):
        later, path = tmp_path / "later.pcap", tmp_path / "merged.pcap"
        run("editcap", "-F", "pcap", "-t", request.param, CASES / f"{name}.pcap", later)
        run("mergecap", "-F", "pcap", "-w", path, CASES / f"{name}.pcap", later)
        return path

    return merged


def table(tshark, path):
    head, *rows = (line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines())
    return [[dict(zip(head, row))[name] for name in COUNTED] for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_the_second_capture_changes_nothing(tshark, fields, merged, name):
    path = merged(name)
    seen, first, copies = set(), [], set()
    for source, number, *said in fields(path, "ip.src", "ip.id", *SAID, options=("-2",)):
        if (source, number) in seen:
            copies.add(said[0])
        else:
            first.append(said)
        seen.add((source, number))
    once = fields(CASES / f"{name}.pcap", *SAID, options=("-2",))
    assert len(first) == len(once)
    assert [tuple(row) for row in first] == [tuple(row) for row in once]
    assert copies <= {"copy", ""} and "copy" in copies
    assert table(tshark, path) == table(tshark, CASES / f"{name}.pcap")
