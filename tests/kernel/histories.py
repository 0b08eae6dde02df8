# SPDX-License-Identifier: GPL-2.0-or-later
"""What really happened in a played lab: each segment's way, and each socket's history.

Made of what the wire logged, what the witness saw, and what tcpdump wrote beside
both machines, whose time stamps are nearest to what the kernel did. certain.py
judges by it.
"""
import bisect
import collections
import dataclasses

import compare

ONE_AT_ONCE = 0.00002       # the clocks of kernel, tcpdump and wire agree that well
IN_HAND = 0.0005            # the kernel may be busy with a segment for so long
PROGRAMS = ("SYN_SENT", "FIN_WAIT_1", "LAST_ACK")       # no segment brings a socket there
NOTHING = ("CLOSED", "LISTEN")
FIN_NEXT = ("FIN_WAIT_1", "FIN_WAIT_2")


def other(end):
    return "B" if end == "A" else "A"


def behind(number, base):
    """Whether it comes after the other one, of the same connection: a RST may have any number."""
    return 0 < (number - base) & 0xFFFFFFFF < 1 << 24


@dataclasses.dataclass
class Segment:
    number: int             # in the order in which the wire took them
    sender: str             # "A", "B"
    ends: dict
    seq: int
    end: int                # the number that follows it
    ack: int                # None without ACK
    flags: str
    length: int             # of its data
    forged: bool
    copy_of: int
    sent: float
    delivered: float = None
    taken_in: float = None
    came: float = None      # when it passed the receiver's card
    life: int = None        # of its sender; None if that had no connection
    stands: int = 0         # the step of its sender's history at which it was sent
    heard: int = None       # the life of the other end that it acknowledges


@dataclasses.dataclass
class Step:
    time: float
    state: str
    before: str
    life: int = None
    cause: Segment = None   # what arrived; None: the program, a timer


class Played:
    """What really happened: the segments, the histories, and who captured which."""

    def __init__(self, log, changes, frames):
        self.raw = frames                       # "A", "B" -> [(time, bytes)], as tcpdump wrote them
        wanted = [s for s in log if s.tcp is not None]
        numbers = {id(s): n for n, s in enumerate(wanted)}
        segments = [_plain(s, n, numbers) for n, s in enumerate(wanted)]
        self.captured = {side: list(self._match(side, wanted, segments)) for side in frames}
        self.pairs = collections.defaultdict(list)
        for segment in segments:
            self.pairs[segment.ends["A"], segment.ends["B"]].append(segment)
        # Of which tcpdump, on a busy machine, has missed something: when it was sent is not known.
        stamped = {(side, segment.number) for side, found in self.captured.items() for _, _, segment in found}
        self.unclear = {pair for pair, mine in self.pairs.items()
                        if any(not s.forged and s.copy_of is None and (s.sender, s.number) not in stamped for s in mine)}
        histories = collections.defaultdict(list)
        for change in changes:
            histories[change.local, change.remote].append(change)
        self.worlds = {pair: World(mine, {"A": histories[pair], "B": histories[pair[::-1]]})
                       for pair, mine in self.pairs.items()}

    def _match(self, side, wanted, segments):
        """(place in the file, time, segment) of each captured frame: the same bytes, in order."""
        here = collections.defaultdict(list)
        for whole, segment in zip(wanted, segments):
            if segment.sender == side and not segment.forged and segment.copy_of is None:
                here[whole.raw].append((whole.sent, segment))
            elif segment.sender != side and whole.delivered:
                here[whole.raw].append((whole.delivered, segment))
        for found in here.values():
            found.sort(key=lambda entry: -entry[0])
        for place, (time, data) in enumerate(self.raw[side]):
            if here.get(data):
                segment = here[data].pop()[1]
                if segment.sender == side:
                    segment.sent = time
                else:
                    segment.came = time
                yield place, time, segment


def _plain(segment, number, numbers):
    tcp, flags = segment.tcp, str(segment.tcp.flags)
    return Segment(number, segment.sender, segment.ends, tcp.seq, (tcp.seq + segment.length) & 0xFFFFFFFF,
                   tcp.ack if "A" in flags else None, flags, len(tcp.payload), segment.fate == "forged",
                   numbers.get(id(segment.copy_of)), segment.sent, segment.delivered, segment.taken_in)


class World:
    """One four-tuple: both ends' histories, and what each segment was to them."""

    def __init__(self, segments, changes):
        self.segments = segments
        self.arrivals = {end: sorted((s for s in segments if s.sender != end and s.delivered),
                                     key=lambda s: s.delivered) for end in "AB"}
        self.history = {end: self._history(end, changes[end]) for end in "AB"}
        self.lives = {end: 1 + max((s.life for s in self.history[end] if s.life is not None), default=-1)
                      for end in "AB"}
        self.fin, self.iss, self.last, self.came = {}, {}, {}, {}   # by (end, life); the last: when any of it came
        for segment in sorted(segments, key=lambda s: s.sent):
            if not segment.forged:
                self._place(segment)
        for segment in segments:
            if not segment.forged and segment.ack is not None:
                segment.heard = self._heard(segment)

    def _history(self, end, changes):
        steps = [Step(float("-inf"), _name(changes[0].old) if changes else "CLOSED", "")]
        life = 0 if steps[0].state not in NOTHING else None
        steps[0].life, lives = life, 0 if life is None else 1
        for change in changes:
            state, before = _name(change.new), steps[-1].state
            if state == "SYN_SENT" or state == "SYN_RCVD" and before != "SYN_SENT":
                life, lives = lives, lives + 1
            elif state == "LISTEN":
                life = None
            arrived = self._arrived(end, change.time)
            # Else the program did something at that moment.
            cause = arrived if arrived and _may_bring(arrived, steps[-1], state) else None
            if state == "CLOSED" and before in FIN_NEXT and arrived and "F" in arrived.flags and not arrived.length:
                # Its stand-in was gone before the witness looked.
                steps.append(Step(change.time, "TIME_WAIT", before, life, arrived))
            time = change.time
            if cause and cause.came and "diag" in change.how:   # the witness looked before and after
                time = max(time, cause.came + ONE_AT_ONCE)
            steps.append(Step(time, state, before, life, cause))
        return steps

    def _arrived(self, end, time):
        """The segment with which that end is busy then."""
        arrivals = self.arrivals[end]
        at = bisect.bisect_right(arrivals, time + ONE_AT_ONCE, key=lambda s: s.delivered) - 1
        return arrivals[at] if at >= 0 and time <= arrivals[at].taken_in + ONE_AT_ONCE else None

    def latest(self, end, time):
        """The step at which an end was at a time."""
        return bisect.bisect_right(self.history[end], time, key=lambda s: s.time) - 1

    def until(self, end, time):
        """The same; but the kernel may be about to do something with what has just come."""
        arrivals = self.arrivals[end]
        at = bisect.bisect_right(arrivals, time + IN_HAND, key=lambda s: s.delivered) - 1
        if at >= 0 and arrivals[at].taken_in >= time:
            time = arrivals[at].taken_in
        return self.latest(end, time + IN_HAND)

    def _place(self, segment):
        if segment.copy_of is not None:
            original = next(s for s in self.segments if s.number == segment.copy_of)
            segment.life, segment.stands, segment.sent = original.life, original.stands, original.sent
            return
        end = segment.sender
        segment.stands = self.latest(end, segment.sent - ONE_AT_ONCE)
        step = self.history[end][self.latest(end, segment.sent + ONE_AT_ONCE)]
        if step.state in NOTHING and "R" not in segment.flags:      # the last that it sent, just before
            step = self.history[end][segment.stands]
        aborts = "R" in segment.flags and segment.ack is not None and segment.seq
        if step.life is None or step.state in NOTHING and not aborts:
            return
        key, segment.life = (end, step.life), step.life
        if "R" in segment.flags:
            return
        self.iss.setdefault(key, segment.seq)
        self.came[key] = min(self.came.get(key, float("inf")), segment.delivered or float("inf"))
        if key not in self.last or behind(segment.end, self.last[key]):
            self.last[key] = segment.end
        if "F" in segment.flags and "S" not in segment.flags:
            self.fin.setdefault(key, (segment.end - 1) & 0xFFFFFFFF)

    def _heard(self, segment):
        peer = other(segment.sender)
        for life in range(self.lives[peer] - 1, -1, -1):
            key = peer, life
            if (key in self.iss and behind(segment.ack, self.iss[key]) and not behind(segment.ack, self.last[key])
                    and self.came[key] <= segment.sent):        # it may begin with the same number again
                return life
        return None


def _may_bring(segment, step, state):
    """Whether it may have moved an end to a state after that step. Of a request that a listener has
    dropped as it was closed, the witness hears only when the next segment comes."""
    if state not in NOTHING:
        return state not in PROGRAMS
    if "R" in segment.flags:
        return step.state != "SYN_RCVD" or not step.cause or (segment.seq - step.cause.end) & 0xFFFFFFFF < 1 << 20
    return step.state == "LAST_ACK" or step.state in ("FIN_WAIT_1", "FIN_WAIT_2", "CLOSING") and segment.length > 0


def _name(state):
    return compare.RFC_NAME.get(state, state)
