# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain pcap files, which the program reads by itself: all as libwiretap reads them, which has what comes through a pipe."""
import pathlib
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from built import ROOT, environment  # noqa: E402
from same import PROGRAM  # noqa: E402

HEADER, RECORD = 24, 16


def converted(to, kind):
    subprocess.run(["editcap", "-F", kind, ROOT / "samples" / "websocket-session.pcapng", to], check=True, env=environment())
    return bytearray(to.read_bytes())


def records(data):
    at = HEADER
    while at < len(data):
        yield at
        at += RECORD + struct.unpack_from("<I", data, at + 8)[0]


def swapped(data):
    """By a machine of the other byte order."""
    struct.pack_into(">IHHiIII", data, 0, *struct.unpack_from("<IHHiIII", data))
    for at in list(records(data)):
        struct.pack_into(">4I", data, at, *struct.unpack_from("<4I", data, at))
    return data


def with_word(data, number, word, value):
    """Of the header of one record."""
    struct.pack_into("<I", data, list(records(data))[number] + 4 * word, value)
    return data


def told(name, **options):
    done = subprocess.run([PROGRAM, "connections", "--tsv", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          env=environment(), check=False, **options)
    return done.returncode, done.stdout, done.stderr.replace(": standard input: " if name == "-" else f": {name}: ", ": FILE: ")


CASES = {
    "as it is": lambda data: data,
    "the other byte order": swapped,
    "one record": lambda data: data[:list(records(data))[1]],
    "no record": lambda data: data[:HEADER],
    "cut in a record's header": lambda data: data[:list(records(data))[2000] + 7],
    "cut in a record's bytes": lambda data: data[:list(records(data))[2000] + RECORD + 20],
    "a second and a half as a fraction": lambda data: with_word(data, 1000, 1, 1_500_000),
    "longer as captured than on the wire": lambda data: with_word(data, 1000, 3, 40),
    "a length beyond all bounds": lambda data: with_word(data, 1000, 2, 0x7fffffff),
    "a length that hides the next record": lambda data: with_word(data, 1000, 2, 20_000),
    "version 2.3": lambda data: data[:6] + b"\3\0" + data[8:],
    "another link": lambda data: data[:20] + struct.pack("<I", 143) + data[24:],
}


@pytest.mark.parametrize("kind", ["pcap", "nsecpcap"])
@pytest.mark.parametrize("change", CASES)
def test_a_file_is_read_as_libwiretap_reads_it(tmp_path, kind, change):
    path = tmp_path / "changed.pcap"
    data = converted(tmp_path / "session.pcap", kind)
    assert len(data) > 2 * 128 * 1024      # what the program reads at once
    path.write_bytes(CASES[change](data))
    with open(path, "rb") as file:
        piped = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
        of_pipe = told("-", stdin=piped.stdout)
        piped.stdout.close()
        piped.wait()
    assert told(path) == of_pipe


def test_what_libwiretap_has_to_read_is_met_in_the_middle(tmp_path):
    """Of two files in time order, too, where the next record of either is known before it is asked for."""
    path = tmp_path / "changed.pcap"
    path.write_bytes(with_word(converted(tmp_path / "session.pcap", "pcap"), 1000, 3, 40))
    done = [subprocess.run([PROGRAM, "connections", "--tsv", *names], stdout=subprocess.PIPE, encoding="utf-8", env=environment(),
                           check=True).stdout.splitlines() for names in ([path], [path, path])]
    assert len(done[0]) == len(done[1]) == 86
