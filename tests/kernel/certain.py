# SPDX-License-Identifier: GPL-2.0-or-later
"""Is what is shown as certain true of the kernel's sockets?  For any capture of a played lab.

compare.py knows each scenario's story; of a random one nothing is known but what
was sent, what arrived, and every change of the sockets. So here is the rule that
the simulated worlds have (../worlds/judge.c), for real sockets: a state without ?
must be one that the end had

    the sender:    at any moment from when it sent this segment until it was captured
    the other end: from its last *knowable* change until then

A change is knowable if the capture so far holds a trace of it: something that the
end sent after it, what brought it about, or (an ACK, a FIN) what says the same
again. Not knowable, and so allowed:

    a FIN of which no captured number tells: until then the state that the end would
      have, had its program not closed, is as good;
    a RST or a SYN that was not captured; a timer, an abort, a crash, until the end
      sends; and what the network doubled behind the tap;
    what a stranger sent in an end's name and was captured, until the end itself sends
      something, other than a RST for want of a connection; a stranger's FIN that was
      not captured moved nobody, as far as others can see;
    a FIN that was held back until the other's had come: LAST_ACK is as good as CLOSING;
    with SYN cookies, SYN_RCVD without a socket.
"""
import collections
import dataclasses
import itertools

from histories import NOTHING, behind, other

UNCLOSED = {"FIN_WAIT_1": "ESTABLISHED", "FIN_WAIT_2": "ESTABLISHED", "CLOSING": "CLOSE_WAIT",
            "TIME_WAIT": "CLOSE_WAIT", "LAST_ACK": "CLOSE_WAIT"}
UNHEARD = {"CLOSE_WAIT": {"ESTABLISHED"}, "LAST_ACK": {"FIN_WAIT_1", "FIN_WAIT_2"}, "CLOSING": {"FIN_WAIT_1"},
           "TIME_WAIT": {"FIN_WAIT_2"}, "CLOSED": {"FIN_WAIT_2"}}


# --- What the capture tells ---

class Known:
    """What one who knows which segments are genuine can tell from what was captured so far."""

    def __init__(self, world):
        self.world = world
        self.now = float("-inf")
        self.stands = dict.fromkeys("AB", 0)
        self.newest, self.newest_ack = dict.fromkeys("AB", -1), dict.fromkeys("AB", -1)
        self.recorded = collections.Counter()
        self.told_fin, self.told_life, self.accepted = set(), set(), set()
        self.cookie = set()             # ends whose latest segment is a SYN,ACK for which they have no socket, or another
        self.claimed = {}               # end -> when a stranger spoke in its name

    def learn(self, segment, time):
        end = segment.sender
        self.recorded[segment.number] += 1
        self.now = max(self.now, time)
        if segment.forged:
            self.claimed[end] = time
            return
        number = segment.number if segment.copy_of is None else segment.copy_of
        if segment.sent >= self.claimed.get(end, 0) and not ("R" in segment.flags and segment.life is None):
            self.claimed.pop(end, None)
        self.stands[end] = max(self.stands[end], segment.stands)
        self.newest[end] = max(self.newest[end], number)
        if segment.ack is not None:
            self.newest_ack[end] = max(self.newest_ack[end], number)
        own = self.world.iss.get((end, segment.life))
        if "S" in segment.flags and segment.ack is not None and own != segment.seq:
            self.cookie.add(end)
        else:
            self.cookie.discard(end)
        if segment.life is not None:
            key = end, segment.life
            self.told_life.add(key)
            answers = "R" in segment.flags and segment.ack is None      # with the number of what it refuses
            if key in self.world.fin and not answers and behind(segment.end, self.world.fin[key]):
                self.told_fin.add(key)
        if segment.heard is not None:
            self._learn_of_other(segment, other(end))

    def _learn_of_other(self, segment, peer):
        key = peer, segment.heard
        self.told_life.add(key)
        if "S" in segment.flags:
            self.accepted.add(key)
        if key in self.world.fin and segment.ack == (self.world.fin[key] + 1) & 0xFFFFFFFF:
            self.told_fin.add(key)
        begins = next(i for i, s in enumerate(self.world.history[peer]) if s.life == segment.heard)
        self.stands[peer] = max(self.stands[peer], begins)

    def knowable(self, end, index):
        """Whether what was captured so far tells of that step."""
        step, peer = self.world.history[end][index], other(end)
        cause = step.cause
        if index <= self.stands[end]:
            return True
        if cause is None:
            return step.state in ("FIN_WAIT_1", "LAST_ACK") and (end, step.life) in self.told_fin
        if cause.copy_of is not None and not self.recorded[cause.number]:
            return False
        # A host whose program has closed answers data by a RST.
        if step.state == "CLOSED" and cause.length and "R" not in cause.flags and (end, step.life) not in self.told_fin:
            return False
        before = self.world.history[end][index - 1]
        if "R" in cause.flags and before.life is not None and (end, before.life) not in self.told_life:
            return False                # of a connection of which nothing was captured
        by_fin = step.state in ("CLOSE_WAIT", "CLOSING") or step.state == "TIME_WAIT" and step.before != "CLOSING"
        if self.recorded[cause.number] and not by_fin:
            return True
        if cause.forged:
            return self.recorded[cause.number] > 0
        if "R" in cause.flags or "S" in cause.flags and "A" not in cause.flags:
            return False
        if by_fin:
            return (peer, cause.life) in self.told_fin
        by_ack = step.state in ("ESTABLISHED", "FIN_WAIT_2", "TIME_WAIT", "CLOSED")
        return (self.newest_ack if by_ack else self.newest)[peer] >= cause.number

    def accepts(self, segment, end):
        """The states that may be shown for certain of an end; None if all."""
        if end in self.claimed:
            return None
        last, first = self.world.until(end, self.now), self.world.latest(end, self.now)
        if segment.sender == end and not segment.forged:
            first = min(segment.stands, last)
        else:
            while first > 0 and not self.knowable(end, first):
                first -= 1
        states = set()
        for index in range(first, last + 1):
            states |= self._as_good(end, index, segment)
        return states

    def _as_good(self, end, index, segment):
        step = self.world.history[end][index]
        states, key = {step.state}, (end, step.life)
        if step.state == "LISTEN":
            states.add("CLOSED")
        if step.state in NOTHING and end in self.cookie:
            states.add("SYN_RCVD")
        if step.state == "SYN_RCVD" and segment.sender == end and "S" in segment.flags and segment.ack is None:
            states.add("SYN_SENT")              # Linux, with Fast Open, may have taken the other's SYN before
        if step.life is not None and key not in self.told_fin and step.state in UNCLOSED:
            states |= {UNCLOSED[step.state], step.before} & {UNCLOSED[step.state], "SYN_RCVD"}
        if any(s.forged and "F" in s.flags and s.delivered and not self.recorded[s.number]
               for s in self.world.arrivals[end]):
            for state in tuple(states):
                states |= UNHEARD.get(state, set())
        held_back = step.state in ("CLOSING", "TIME_WAIT") and self._fin_held_back(end, index)
        states |= {"LAST_ACK", "CLOSED"} if held_back else set()
        if (step.state == "SYN_RCVD" and step.before == "SYN_SENT" and key in self.accepted
                and not (step.cause and self.recorded[step.cause.number])):
            states.add("ESTABLISHED")
        if ("R" in segment.flags and segment.sender == end and key not in self.told_life
                and step.state in ("SYN_SENT", "SYN_RCVD")):
            states.add("CLOSED")
        return states

    def _fin_held_back(self, end, index):
        history = self.world.history[end]
        life = history[index].life
        came = next((s.time for s in history if s.life == life and s.state in ("CLOSING", "TIME_WAIT")), None)
        fins = [s.sent for s in self.world.segments if s.sender == end and s.life == life and "F" in s.flags]
        return came is not None and (not fins or min(fins) > came)


@dataclasses.dataclass
class Wrong:
    place: int          # in the frames that were judged
    end: str
    said: str
    was: str
    allowed: list


def judge(world, captured, shown):
    """What is wrong: `captured` are (time, segment), `shown` {end: (state, inferred)} for each."""
    known, wrong = Known(world), []
    for place, ((time, segment), states) in enumerate(zip(captured, shown)):
        known.learn(segment, time)
        for end, (state, inferred) in states.items():
            if inferred or state in ("", "UNKNOWN"):
                continue
            allowed = known.accepts(segment, end)
            if allowed is not None and state not in allowed:
                was = world.history[end][world.latest(end, known.now)].state
                wrong.append(Wrong(place, end, state, was, sorted(allowed)))
    return wrong


# --- What is said of a whole connection ---

class Facts:
    """What the capture of a connection tells, without a stranger, to one who knows which life of each end it is
    (../worlds/outcome.c)."""

    def __init__(self, world, captured, lives):
        ends = "AB"
        self.closes = {end: (end, lives[end]) in world.fin for end in ends}
        self.open = dict.fromkeys(ends, False)
        self.rst = self.went_on = self.answered = False
        self.told_fin = dict.fromkeys(ends, False)
        came = dict.fromkeys(ends)
        for _, segment in captured:
            end, peer = segment.sender, other(segment.sender)
            if "R" in segment.flags:
                self.rst, self.went_on = True, False
                came[peer] = segment.taken_in
                continue
            self.answered |= segment.heard == lives[peer]
            self.went_on |= came[end] is not None and segment.sent > came[end]
            state = world.history[end][segment.stands].state
            self.open[end] |= state not in (*NOTHING, "SYN_SENT", "SYN_RCVD") and segment.length > 0
            for one in ends:
                fin = world.fin.get((one, lives[one]))
                if fin is not None and (behind(segment.end, fin) if one == end else
                                        segment.ack is not None and segment.ack == (fin + 1) & 0xFFFFFFFF):
                    self.told_fin[one] = True
        changes = [(step, before) for end in ends for before, step in itertools.pairwise(world.history[end])
                   if before.life == lives[end]]
        self.was_reset = any(step.state in NOTHING and step.cause and "R" in step.cause.flags for step, _ in changes) or any(
            "R" in s.flags and s.life == lives[s.sender] for s in world.segments)
        self.second = {end: any(s.state == "CLOSE_WAIT" and s.life == lives[end] for s in world.history[end])
                       for end in ends}


def lives_of(world, captured):
    """The life of each end that these segments are of; None if of several, or if it is not clear."""
    lives = {}
    for end in "AB":
        found = {s.life if s.sender == end else s.heard for _, s in captured} - {None}
        if len(found) > 1 or not found and world.lives[end] > 1:
            return None
        lives[end] = min(found, default=0)
    return lives


def outcome_is_false(facts, outcome):
    both_open = facts.open["A"] and facts.open["B"]
    told, closes = facts.told_fin.values(), facts.closes.values()
    if outcome in ("closed", "last-ack-missing"):
        return not all(closes)
    if outcome in ("open", "silent"):
        return any(told)
    if outcome == "half-closed":
        return all(told) or not (any(closes))
    if outcome == "reset":
        return not facts.rst or not facts.was_reset and facts.went_on
    if outcome in ("refused", "rejected", "handshake-aborted"):
        return both_open and facts.went_on
    if outcome == "unanswered":                     # ... by what fits
        return facts.answered
    return outcome == "half-open" and both_open


def closer_is_false(facts, closers):
    """`closers` are the ends that are said to have closed first."""
    return any(facts.second[end] for end in closers) or any(not facts.closes[end] for end in closers)
