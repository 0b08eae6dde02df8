# SPDX-License-Identifier: GPL-2.0-or-later
"""The wire between the two machines of the kernel lab, under our control.

Every frame that one machine's card sends is read here, judged by the rules a
scenario has set (drop it, hold it back until released; pass it on otherwise)
and written to the other card. A write hands the frame to the kernel, which
has processed it when the write returns; so the witness is asked before and
after, and the log says for each segment what both sockets were then.

A scenario is written as a dialogue: wait() blocks until the wire has carried
the segment that the story needs next, and fails if it never comes.

Segments are named as tcpdump does: "S", "S.", ".", "P.", "F.", "R", "R.", or
"data" for any with a payload, or a function of scapy's TCP layer.
"""
import dataclasses
import os
import selectors
import threading
import time

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

LONGEST_WAIT = 10


@dataclasses.dataclass
class Segment:
    """One frame as the wire carried it. `tcp` is None for anything else."""
    sender: str                     # "A" or "B"; a forged one: whom it imitates
    raw: bytes
    tcp: object
    ends: dict                      # "A", "B" -> (address, port)
    sent: float
    fate: str = "lost"              # lost, delivered, late, forged, again
    delivered: float = None
    taken_in: float = None          # when its receiver was done with it
    copy_of: object = None          # again: the segment that came before
    before: dict = dataclasses.field(default_factory=dict)   # when it had left:
    after: dict = dataclasses.field(default_factory=dict)    # when it arrived:
    #                                                          "A", "B" -> state

    @property
    def length(self):
        """The sequence space it takes: SYN and FIN count one (§3.4)."""
        return (len(self.tcp.payload) + ("S" in self.tcp.flags)
                + ("F" in self.tcp.flags))


def tcpdump_flags(tcp):
    bits = str(tcp.flags)
    return "".join(shown for bit, shown in zip("FSRPAUEC", "FSRP.UEW")
                   if bit in bits)


def matches(segment, wanted):
    if segment.tcp is None:
        return wanted == "icmp"
    if callable(wanted):
        return wanted(segment.tcp)
    if wanted == "data":
        return len(segment.tcp.payload) > 0
    if wanted in ("S", "S."):           # whatever ECN set-up it carries
        return tcpdump_flags(segment.tcp).rstrip("EW") == wanted
    if wanted == ".":
        return (tcpdump_flags(segment.tcp).rstrip("EW") == "."
                and not len(segment.tcp.payload))
    return tcpdump_flags(segment.tcp).rstrip("EW") == wanted


def _is_tcp(raw):
    return ((raw[12:14] == b"\x08\x00" and raw[23] == 6)
            or (raw[12:14] == b"\x86\xdd" and raw[20] == 6))


def _is_unreachable(raw):
    return ((raw[12:14] == b"\x08\x00" and raw[23] == 1 and raw[34] == 3)
            or (raw[12:14] == b"\x86\xdd" and raw[20] == 58 and raw[54] == 1))


class Rule:
    """What happens to the next `times` segments of `sender` that match."""

    def __init__(self, sender, wanted, times, action):
        self.sender, self.wanted, self.action = sender, wanted, action
        self.left = times
        self.held = []

    def applies(self, segment):
        if (self.left <= 0 or self.sender not in (segment.sender, None)
                or not matches(segment, self.wanted)):
            return False
        self.left -= 1
        return True


class Wire:
    def __init__(self, a, b, witness):
        self.hosts = {"A": a, "B": b}
        self._witness = witness
        self._rules = []
        self.log = []
        self._cursor = 0
        self._changed = threading.Condition(threading.RLock())
        self._stop_reader, self._stop_writer = os.pipe()
        self._error = None
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    # --- For scenarios: rules ---

    def drop(self, sender, wanted, times=1):
        """Lose segments. Returns the rule; `left = 0` ends it."""
        return self.add(Rule(sender, wanted, times, "drop"))

    def cut(self):
        """Lose everything from now on, in both directions."""
        return self.add(Rule(None, lambda tcp: True, 10 ** 6, "drop"))

    def hold(self, sender, wanted, times=1):
        """Keep segments back until release()."""
        return self.add(Rule(sender, wanted, times, "hold"))

    def release(self, *rules):
        """Deliver what the rules held, in order, and end them. Nothing else
        is carried meanwhile: what they held crosses."""
        with self._changed:
            for rule in rules:
                rule.left = 0
                held, rule.held = rule.held, []
                for segment in held:
                    self._deliver(segment, "late")

    def pass_on(self, segment):
        """Deliver now what a rule of the caller's has held back."""
        with self._changed:
            self._deliver(segment, "late")

    def repeat(self, segment):
        """Deliver it once more, as if the network had doubled it."""
        with self._changed:
            again = dataclasses.replace(segment, before={}, after={}, copy_of=segment)
            self.log.append(again)
            again.before = self.look(again)
            self._deliver(again, "again")

    def wait_held(self, rule, count=1):
        self._wait(lambda: len(rule.held) >= count, "a segment to hold back")

    def add(self, rule):
        """A Rule, or one of the caller's own that has what a Rule has."""
        with self._changed:
            self._rules.append(rule)
        return rule

    # --- For scenarios: the dialogue ---

    def wait(self, sender, wanted, timeout=LONGEST_WAIT):
        """The next segment after the one waited for last that matches, once
        the wire is done with it (delivered, dropped or held)."""
        found = []

        def look():
            for place in range(self._cursor, len(self.log)):
                segment = self.log[place]
                if segment.sender == sender and matches(segment, wanted):
                    self._cursor = place + 1
                    found.append(segment)
                    return True
            return False

        self._wait(look, f"{sender} {wanted}", timeout)
        return found[0]

    def rewind(self):
        """Let wait() look at everything again."""
        self._cursor = 0

    def quiet(self, seconds=0.15, timeout=LONGEST_WAIT):
        """Wait until nothing has been carried for so long."""
        with self._changed:
            until = time.monotonic() + timeout
            while self._changed.wait(seconds):
                if time.monotonic() > until:
                    raise TimeoutError("the wire does not become quiet")
            self._raise()

    def look(self, segment, since=None):
        """Ask the witness about both ends of this segment's connection."""
        ends = segment.ends
        return {name: self._witness.look(name, ends[name], ends[other], since)
                for name, other in (("A", "B"), ("B", "A")) if ends}

    def next_seq(self, sender):
        """SND.NXT of `sender`, as its genuine segments tell."""
        last = None
        for segment in self.log:
            if (segment.sender == sender and segment.tcp is not None
                    and segment.fate != "forged" and "R" not in segment.tcp.flags):
                last = segment
        return (last.tcp.seq + last.length) & 0xFFFFFFFF

    def forge(self, sender, flags, seq, ack=0, payload=b"", ttl=64,
              sport=None, dport=None, **tcp_fields):
        """Deliver to the other machine a segment that seems to be `sender`'s.
        Only the receiver's end of the wire sees it. Ports: as in the last
        segment, unless given. flags as scapy writes them ("SA")."""
        me, you = self.hosts[sender], self.hosts["B" if sender == "A" else "A"]
        with self._changed:
            if sport is None or dport is None:
                last = next(s for s in reversed(self.log) if s.tcp is not None)
                port = {h: end[1] for h, end in last.ends.items()}
                sport, dport = (sport or port[sender],
                                dport or port[you.name])
            tcp = TCP(sport=sport, dport=dport, flags=flags,
                      seq=seq & 0xFFFFFFFF, ack=ack & 0xFFFFFFFF,
                      **{"window": 512, **tcp_fields})
            network = (IP(src=me.address, dst=you.address, ttl=ttl)
                       if me.family == 4 else
                       IPv6(src=me.address, dst=you.address, hlim=ttl))
            raw = bytes(Ether(src=me.mac, dst=you.mac) / network / tcp / payload)
            segment = self._parse(sender, raw)
            self.log.append(segment)
            segment.before = self.look(segment)
            self._deliver(segment, "forged")
        return segment

    # --- The carrier ---

    def _wait(self, condition, what, timeout=LONGEST_WAIT):
        with self._changed:
            if not self._changed.wait_for(lambda: self._error or condition(),
                                          timeout):
                seen = [f"{s.sender} {tcpdump_flags(s.tcp) if s.tcp else 'icmp'}"
                        for s in self.log]
                raise TimeoutError(f"never on the wire: {what}; seen: {seen}")
            self._raise()

    def _raise(self):
        if self._error:
            raise self._error

    def _parse(self, sender, raw):
        frame = Ether(raw)
        network = frame.payload
        other = "B" if sender == "A" else "A"
        tcp, ends = None, {}
        if isinstance(network, (IP, IPv6)) and isinstance(network.payload, TCP):
            tcp = network.payload
            ends = {sender: (network.src, tcp.sport),
                    other: (network.dst, tcp.dport)}
        elif self.log:                  # ICMP is about the segment before it
            ends = self.log[-1].ends
        return Segment(sender, raw, tcp, ends, time.monotonic())

    def _deliver(self, segment, fate):
        segment.fate = fate
        segment.delivered = time.monotonic()
        receiver = "B" if segment.sender == "A" else "A"
        os.write(self.hosts[receiver].card, segment.raw)
        segment.taken_in = time.monotonic()
        segment.after = self.look(segment, segment.delivered)
        self._changed.notify_all()

    def _take(self, sender):
        try:
            raw = os.read(self.hosts[sender].card, 65536)
        except BlockingIOError:
            return
        if not (_is_tcp(raw) or _is_unreachable(raw)):
            return                      # multicast listeners and the like
        with self._changed:
            segment = self._parse(sender, raw)
            self.log.append(segment)
            segment.before = self.look(segment)
            rule = next((r for r in self._rules if r.applies(segment)), None)
            if rule is None:
                self._deliver(segment, "delivered")
            elif rule.action == "hold":
                rule.held.append(segment)
            self._changed.notify_all()

    def _carry(self):
        with selectors.DefaultSelector() as selector:
            for name, host in self.hosts.items():
                selector.register(host.card, selectors.EVENT_READ, name)
            selector.register(self._stop_reader, selectors.EVENT_READ, None)
            try:
                while True:
                    for key, _ in selector.select():
                        if key.data is None:
                            return
                        self._take(key.data)
            except Exception as error:          # noqa: shown by _raise()
                with self._changed:
                    self._error = error
                    self._changed.notify_all()

    def close(self):
        os.write(self._stop_writer, b".")
        self._thread.join()
        os.close(self._stop_reader)
        os.close(self._stop_writer)
