# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulated hosts against real ones: for each scenario
that tests/kernel recorded, a simulated host gets the segments that the
kernel's socket got, and must go through the states that it went through.

Excused: a state that the kernel entered and left while it dealt with one
segment need not be in its list; what a timer did after the last segment is
not simulated; LISTEN and CLOSED are one, as everywhere in the worlds.
"""
import collections
import csv
import os
import pathlib
import subprocess
import sys

import pytest

KERNEL = pathlib.Path(__file__).parent.parent / "kernel"
sys.path.insert(0, str(KERNEL))

import compare  # noqa: E402
import lab  # noqa: E402
import record  # noqa: E402, F401: it knows the scenarios

CAPTURES = KERNEL / "captures"
PROGRAM = pathlib.Path(os.environ["TCPSTATE_BUILD_DIR"]) / "tests" / "worlds"
FIELDS = ("frame.time_epoch", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
          "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.window_size_value",
          "tcp.options.wscale.shift", "tcp.options.timestamp.tsval", "tcp.options.sack_perm",
          "tcp.options.tfo", "tcp.options.tfo.cookie", "tcp.options.md5.digest", "icmp.type", "icmpv6.type")
# What no segment tells the host: ICMP; a timer in the midst; a socket that did
# not take what it got, for a reason that its program or the system has.
NOT_FOLLOWED = {name for name, scenario in lab.SCENARIOS.items()
                if scenario.untold or scenario.stateless or "unreachable" in name}
SCALE, TIMESTAMPS, SACK, COOKIE_REQUEST, COOKIE, SIGNATURE = 0x01, 0x02, 0x04, 0x08, 0x10, 0x40
PASSED = {"ESTABLISHED", "FIN_WAIT_2", "CLOSE_WAIT", "SYN_RCVD"}


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    """{scenario: its segments}, as dictionaries with fate and arrival; tshark starts once."""
    names = sorted(set(lab.SCENARIOS) - NOT_FOLLOWED)
    merged = tmp_path_factory.mktemp("merged") / "all.pcapng"
    subprocess.run(["mergecap", "-a", "-w", merged, *(CAPTURES / f"{name}.pcapng" for name in names)], check=True)
    command = ["tshark", "-r", merged, "-o", "tcp.analyze_sequence_numbers:FALSE",
               "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    read = {}
    for name in names:
        with open(CAPTURES / f"{name}.frames.tsv", newline="", encoding="ascii") as file:
            fates = list(csv.DictReader(file, delimiter="\t"))
        read[name] = list(rows_of(shown[:len(fates)], fates))
        shown = shown[len(fates):]
    assert shown == [""], "more frames than the recorder counted"
    return read


def rows_of(lines, fates):
    begin = None
    for line, fate in zip(lines, fates):
        row = dict(zip(FIELDS, line.split("\t") + [""] * len(FIELDS)))
        begin = begin or float(row["frame.time_epoch"])
        row |= fate | {"sent": float(row["frame.time_epoch"]) - begin}
        if not row["icmp.type"] and not row["icmpv6.type"] and row["tcp.seq_raw"]:
            row["from"] = (row["ip.src"] or row["ipv6.src"], int(row["tcp.srcport"]))
            row["to"] = (row["ip.dst"] or row["ipv6.dst"], int(row["tcp.dstport"]))
            yield row


def line_of(way, when, row):
    has = 0
    has |= SCALE * bool(row["tcp.options.wscale.shift"])
    has |= TIMESTAMPS * bool(row["tcp.options.timestamp.tsval"])
    has |= SACK * bool(row["tcp.options.sack_perm"])
    has |= SIGNATURE * bool(row["tcp.options.md5.digest"])
    if row["tcp.options.tfo"]:
        has |= COOKIE if row["tcp.options.tfo.cookie"] else COOKIE_REQUEST
    return " ".join(map(str, (way, round(when * 1e6) + 1000000, int(row["tcp.flags"], 16) & 0x1f, row["tcp.seq_raw"],
                              row["tcp.ack_raw"] or 0, row["tcp.len"], row["tcp.window_size_value"],
                              row["tcp.options.wscale.shift"] or 0, row["tcp.options.timestamp.tsval"] or 0, has)))


def sent(row, changes):
    """When it was sent: the tap is on the way, so a SYN or FIN may have been sent before
    what passed the tap before it came in; the kernel says when its program closed."""
    flags = int(row["tcp.flags"], 16)
    states = {"FIN_WAIT_1", "LAST_ACK"} if flags & 1 else {"SYN_SENT"} if flags & 0x12 == 2 else set()
    times = [time for time, _, new in changes if new in states and time <= row["sent"]]
    return times[-1] if times else row["sent"]


def script(name, rows, local, remote, changes):
    """The lines for one end of one connection, and when the last segment came or went."""
    moments, syn, out = [], None, -1.0
    listens = changes[0][1] == "LISTEN" or "port_reused" in name
    for row in rows:
        if (row["from"], row["to"]) == (local, remote):
            if row["fate"] == "forged":
                continue
            opens = int(row["tcp.flags"], 16) & 0x12 == 2     # not before its last RST
            out = max(out, sent(row, changes)) if opens else sent(row, changes)
            moments.append((out, line_of("out", out, row)))
            if syn is None and int(row["tcp.flags"], 16) & 2:
                syn = row
        elif (row["from"], row["to"]) == (remote, local) and row["fate"] != "lost" and row["arrived"]:
            moments.append((float(row["arrived"]), line_of("in", float(row["arrived"]), row)))
    if not moments or syn is None:
        return None, 0
    moments.sort(key=lambda moment: moment[0])
    offers = [int(bool(syn[field])) for field in ("tcp.options.wscale.shift", "tcp.options.timestamp.tsval",
                                                  "tcp.options.sack_perm")]
    head = f"host {name} {int(listens)} {' '.join(map(str, offers))} {int(name.startswith('fast_open'))}"
    return "\n".join([head, *(line for _, line in moments), "end", ""]), moments[-1][0]


def one(state):
    return "CLOSED" if state == "LISTEN" else state


def without_repeats(states):
    states = [one(state) for state in states]
    # TIME_WAIT that is reused goes through LISTEN, of which the kernel does not tell.
    states = [state for at, state in enumerate(states) if not (
        state == "CLOSED" and states[at - 1:at] == ["TIME_WAIT"] and states[at + 1:at + 2] == ["SYN_RCVD"])]
    return [state for at, state in enumerate(states) if at == 0 or states[at - 1] != state]


def passes_through(simulated, kernel):
    """Whether they are the same, but for what the kernel passed through."""
    left = collections.deque(kernel)
    for state in simulated:
        if left and left[0] == state:
            left.popleft()
        elif state not in PASSED:
            return False
    return not left


@pytest.mark.parametrize("name", sorted(set(lab.SCENARIOS) - NOT_FOLLOWED))
def test_states_are_the_kernels(segments, name):
    followed = 0
    for (local, remote), changes in compare.read_kernel(CAPTURES / name).items():
        lines, last = script(name, segments[name], local, remote, changes)
        if lines is None:
            continue
        changes = [change for change in changes if change[0] <= last + compare.TIMER]
        kernel = without_repeats([changes[0][1], *(new for _, _, new in changes)])
        output = subprocess.run([PROGRAM, "--follow"], input=lines, check=True, capture_output=True, text=True).stdout
        simulated = without_repeats(output.split()[1:])
        assert passes_through(simulated, kernel), f"{local}: kernel {kernel}, simulated {simulated}"
        followed += 1
    if not followed:
        pytest.skip("no end of it can be followed from its SYN on")
