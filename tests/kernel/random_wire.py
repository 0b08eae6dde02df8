# SPDX-License-Identifier: GPL-2.0-or-later
"""A network that loses, delays, doubles and overtakes at random, and a stranger on it.

Each four-tuple has a mood of its own, drawn once. `Network` is a rule of the
lab's Wire (wire.py): the wire asks it about each segment.
"""
import dataclasses

MOST = 400      # segments of one four-tuple: what answers each other for ever ends here
FAR = 100000    # a number outside every window here


@dataclasses.dataclass
class Mood:
    """Of a four-tuple."""
    loss: float
    late: float         # how many are delayed beyond the others
    latest: float       # by how much at most
    way: float          # how long the way is for each
    doubled: float
    stranger: float     # how often one acts
    seen: int = 0
    next: dict = dataclasses.field(default_factory=dict)    # "A", "B": the number that follows what it sent
    acked: dict = dataclasses.field(default_factory=dict)

    @classmethod
    def draw(cls, random):
        return cls(random.choice((0, 0, 0.03, 0.1, 0.3)), random.choice((0, 0, 0.1, 0.4)),
                   random.choice((0.005, 0.05, 0.3, 1.5)), random.choice((0, 0, 0, 0.01, 0.04)),
                   random.choice((0, 0, 0.05, 0.2)), random.choice((0, 0, 0, 0.05, 0.15)))


class Network:
    left = 1        # for ever

    def __init__(self, stage, wire):
        self._stage, self._random, self._wire = stage, stage.random, wire
        self._moods, self.held, self.action = {}, [], "hold"
        self._delays = {}
        self.down = False

    def applies(self, segment):
        """Whether anything but its delivery becomes of it; the wire's thread asks."""
        if segment.tcp is None:
            return False
        mood = self._mood(segment)
        mood.seen += 1
        mood.next[segment.sender] = segment.tcp.seq + segment.length
        mood.acked[segment.sender] = segment.tcp.ack
        random, self.action = self._random, "hold"
        if self.down or mood.seen > MOST or random.random() < mood.loss:
            self.action = "drop"
            return True
        delay = mood.way
        if random.random() < mood.late:
            delay += random.uniform(0, mood.latest)
        if delay:
            self._delays[id(segment)] = delay
        return delay > 0

    def _mood(self, segment):
        key = tuple(sorted(segment.ends.items()))
        if key not in self._moods:
            self._moods[key] = Mood.draw(self._random)
        return self._moods[key]

    def go_on(self, known):
        """Called again and again: sends on its way what the wire holds, and doubles and forges;
        `known` is how much of the wire's log has been looked at, and what returns is that, too."""
        while self.held:
            segment = self.held.pop(0)
            delay = max(0, segment.sent + self._delays.pop(id(segment)) - self._now())
            self._stage.at(delay, lambda segment=segment: self._wire.pass_on(segment))
        log = self._wire.log
        for segment in log[known:]:
            known += 1
            if segment.tcp is None or segment.fate in ("forged", "again"):
                continue
            mood = self._mood(segment)
            if self._random.random() < mood.doubled and mood.seen < MOST:
                delay = mood.way + self._random.uniform(0, self._random.choice((0.01, mood.latest)))
                self._stage.at(delay, lambda segment=segment: self._wire.repeat(segment))
            if self._random.random() < mood.stranger and len(mood.next) == 2:
                self._stage.at(self._random.uniform(0, 0.03),
                               lambda segment=segment, mood=mood: self._forge(segment, mood))
        return known

    def _now(self):
        return self._stage.now()

    def _forge(self, segment, mood):
        random = self._random
        sender, other = random.choice((("A", "B"), ("B", "A")))
        exact, ack = mood.next[sender], mood.next[other]
        seq = random.choice((exact, exact, exact, exact + random.randint(1, 500), exact - 1, exact + FAR,
                             random.getrandbits(32)))
        ack = random.choice((ack, ack, ack, mood.acked[sender], ack + 1, ack + FAR, random.getrandbits(32)))
        flags = random.choice(("R", "R", "RA", "S", "SA", "FA", "PA", "A"))
        self._wire.forge(sender, flags, seq, ack if "A" in flags else 0,
                         bytes(random.choice((1, 20))) if flags == "PA" else b"", random.choice((64, 64, 99)),
                         segment.ends[sender][1], segment.ends[other][1])
