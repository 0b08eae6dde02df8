# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel's sockets really did: the witness of the kernel lab.

Two sources, because neither says all:

- trace: the tracepoint sock:inet_sock_set_state, in a tracing instance of
  our own. Every change of a full socket's state, at the nanosecond. It does
  not see the kernel's two small stand-ins for a socket: the *request socket*
  (a listener's SYN_RECV) and the *time-wait socket* (TIME_WAIT, and an
  orphan's FIN_WAIT2), which replaces the full one as that goes to CLOSE.
- diag: one question by sock_diag(7) for exactly one four-tuple, asked by
  wire.py whenever a segment left or arrived. It sees the stand-ins as well.

history() joins both. Nothing here knows the plugin.
"""
import dataclasses
import glob
import os
import re
import socket
import struct
import time

STATES = ("", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
          "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
          "SYN_RECV")                    # net/tcp_states.h; 12: NEW_SYN_RECV
TRACEFS = "/sys/kernel/tracing"
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST = 4, 20, 1
EVENT = re.compile(r"\s(?P<time>\d+\.\d+): inet_sock_set_state: .*?"
                   r"protocol=IPPROTO_TCP sport=(?P<sport>\d+) "
                   r"dport=(?P<dport>\d+) saddr=(?P<s4>\S+) daddr=(?P<d4>\S+) "
                   r"saddrv6=(?P<s6>\S+) daddrv6=(?P<d6>\S+) "
                   r"oldstate=TCP_(?P<old>\S+) newstate=TCP_(?P<new>\S+)")


@dataclasses.dataclass
class Change:
    """One change of state of the socket `local` talking to `remote`."""
    time: float             # CLOCK_MONOTONIC
    local: tuple            # address, port
    remote: tuple
    old: str
    new: str
    how: str                # trace or diag
    since: float = None     # when what diag found may have begun


class Diag:
    """Asks machines, which may have the same addresses, for their sockets."""

    def __init__(self, hosts, card="eth0"):
        self._diag, self._card = {}, {}
        self._family = (socket.AF_INET if hosts[0].family == 4
                        else socket.AF_INET6)
        for host in hosts:
            with host.inside():
                self._diag[host.name] = socket.socket(
                    socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
                self._card[host.name] = socket.if_nametoindex(card)

    def state(self, host, local, remote):
        """The state of one endpoint now: what would take its next segment.
        LISTEN if only a listener would, CLOSE if nothing would."""
        pton = socket.inet_pton
        ident = struct.pack(
            "!HH16s16s", local[1], remote[1], pton(self._family, local[0]),
            pton(self._family, remote[0]))
        ident += struct.pack("=III", self._card[host], *(0xFFFFFFFF,) * 2)
        body = struct.pack("=BBBBI", self._family, socket.IPPROTO_TCP, 0, 0,
                           0xFFFFFFFF) + ident
        ask = self._diag[host]
        ask.send(struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY,
                             NLM_F_REQUEST, 0, 0) + body)
        answer = ask.recv(8192)
        kind = struct.unpack_from("=H", answer, 4)[0]
        return STATES[answer[17]] if kind == SOCK_DIAG_BY_FAMILY else "CLOSE"

    def close(self):
        for sock in self._diag.values():
            sock.close()


class Witness(Diag):
    def __init__(self, hosts):
        super().__init__(hosts)
        self._seen = []                 # Change with how="diag", old=""
        self._addresses = {a for h in hosts
                           for a in (h.four, h.six, h.second_four)}
        for old in glob.glob(f"{TRACEFS}/instances/tcpstate-*"):
            if not os.path.exists("/proc/" + old.rpartition("-")[2]):
                os.rmdir(old)           # left by a lab that was killed
        self._instance = f"{TRACEFS}/instances/tcpstate-{os.getpid()}"
        os.mkdir(self._instance)
        self._write("trace_clock", "mono")
        self._write("events/sock/inet_sock_set_state/enable", "1")

    def _write(self, name, value):
        with open(f"{self._instance}/{name}", "w", encoding="ascii") as file:
            file.write(value)

    def look(self, host, local, remote, since=None):
        """state(), taken down. If that is new, it is so since `since`."""
        state = self.state(host, local, remote)
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
        self._seen.append(Change(now, local, remote, "", state, "diag",
                                 since or now))
        return state

    def _traced(self):
        with open(f"{self._instance}/trace", encoding="ascii") as file:
            for line in file:
                event = EVENT.search(line)
                if not event or event["dport"] == "0":
                    continue            # a listener's own life
                src, dst = ((event["s4"], event["d4"])
                            if self._family == socket.AF_INET
                            else (event["s6"], event["d6"]))
                if src in self._addresses:
                    yield Change(float(event["time"]),
                                 (src, int(event["sport"])),
                                 (dst, int(event["dport"])),
                                 event["old"], event["new"], "trace")

    def history(self, refused=()):
        """All changes, in order, the stand-ins' included. `refused` are calls of
        connect() that the own kernel refused, (local, remote, from, until): such
        a socket passes through SYN_SENT, and was never one of the connection."""
        changes = []
        traced = [c for c in self._traced() if not any(
            [c.local, c.remote] == ends and start <= c.time <= end
            for *ends, start, end in refused)]
        tuples = {(c.local, c.remote) for c in traced + self._seen}
        for pair in tuples:
            mine = [c for c in traced + self._seen
                    if (c.local, c.remote) == pair]
            changes += _join(sorted(mine, key=lambda c: c.time))
        return sorted(changes, key=lambda c: c.time)

    def close(self):
        super().close()
        os.rmdir(self._instance)


def _join(notes):
    """One endpoint's notes in order of time, made into a chain of changes."""
    chain, now, stand_in = [], None, False

    def move(note, new, how):
        nonlocal now, stand_in
        if new != now:
            chain.append(dataclasses.replace(note, time=note.since or note.time,
                                             old=now, new=new, how=how))
        now, stand_in = new, "diag" in how

    for note in notes:
        if now is None:
            now = note.old or note.new          # what it was at first sight
        if note.how == "trace":
            if (note.old, now, stand_in) == ("LISTEN", "SYN_RECV", True):
                stand_in = False        # the request socket became a full one
            else:
                move(note, note.new, "trace")
        elif note.new == "SYN_RECV" and now in ("LISTEN", "CLOSE", "TIME_WAIT"):
            move(note, "SYN_RECV", "diag")      # a request socket
        elif (note.new in ("TIME_WAIT", "FIN_WAIT2") and now == "CLOSE"
              and chain):
            # A time-wait socket took over as the full one went to CLOSE;
            # that CLOSE was not the connection's.
            last = chain.pop()
            now = last.old
            move(last, note.new, "trace+diag")
        elif note.new == "TIME_WAIT" and now == "FIN_WAIT2" and stand_in:
            move(note, "TIME_WAIT", "diag")
        elif note.new in ("LISTEN", "CLOSE") and stand_in:
            move(note, note.new, "diag")        # the stand-in is gone
    return chain
