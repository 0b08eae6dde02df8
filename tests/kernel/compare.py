# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin's states against the kernel's, for one scenario's three files.

sequence_differences() takes each endpoint in turn: the states that the plugin
shows for it, frame by frame (before and after each, repetitions left out),
must be the states that the kernel's socket went through, in that order.

frame_differences() is stricter about the moment: after each frame the plugin
must show the state that the kernel's socket was in once that frame had
arrived.

The two stand in different places, so some differences are excused; these, and
no others:

HIDDEN    A listener without a connection and no connection at all are one to
          a passer-by: the kernel's LISTEN may be the plugin's CLOSED.
PASSED    A state that the kernel entered and left between two captured
          segments, or while it dealt with one, may be missing: ESTABLISHED
          when a FIN completes the handshake, FIN_WAIT_2 when the ACK and the
          FIN are one segment, CLOSE_WAIT when the program closes at once.
AFTER     A change long after the last captured segment, which a timer made,
          or one after an ICMP message: no TCP segment tells of it.
UNPROVEN  A state that the plugin marks as inferred may be wrong while a
          segment to that endpoint is not yet acknowledged by it, if it was
          lost or delayed behind tcpdump, or if the endpoint's next segment
          does not acknowledge it, so that the two crossed. That is what
          "inferred" is for. But who sends a SYN or FIN again was not reset.
AHEAD     What moves the kernel is not always a segment: a program's call puts
          it into SYN_SENT, FIN_WAIT_1 or LAST_ACK while the SYN or FIN still
          waits (for an open window, say); a crash, a timer, or a program that
          is gone, into CLOSED. Frame by frame the kernel may be there already
          if a later segment of that endpoint brings the plugin there.
MEANWHILE The kernel's state at a frame was asked for a little after it. The
          plugin may show what the sender was in when tcpdump saw the frame,
          and what either end came to before the next frame; or, if inferred,
          when what had been sent to it so far had arrived.
OVERTAKEN What an endpoint was in is not clear from a segment that has overtaken
          one before it, until that one is there too.
FORGED    What we forged in an endpoint's name cannot tell that endpoint's
          state; the plugin must be right again at its next genuine segment.
UNTOLD    The kernel may stay where it is although a valid segment arrived,
          and no segment tells (deferred accept, full accept queue, rfc1337),
          or have moved by one that the capture lacks.
          Only a scenario that says so has this excuse, only for the states
          that it names, and only while the plugin marks them inferred.
UNSEEN    Where the capture begins midway, what was before it is not expected,
          and UNKNOWN claims nothing.
COOKIE    With SYN cookies the kernel has no socket, not even a request, where
          the protocol is in SYN_RCVD. Only a scenario that says so.
"""
import csv
import dataclasses

RFC_NAME = {"SYN_RECV": "SYN_RCVD", "FIN_WAIT1": "FIN_WAIT_1",
            "FIN_WAIT2": "FIN_WAIT_2", "CLOSE": "CLOSED"}
TIMER = 0.05        # seconds after the last segment: no segment's doing
AT_ONCE = 0.0002    # within this, the kernel is still busy with one segment
FIELDS = ("frame.number", "frame.time_epoch", "frame.protocols", "ip.src",
          "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
          "tcp.ack_raw", "tcp.flags.ack", "tcp.flags.reset", "tcp.flags.syn",
          "tcp.flags.fin",
          "tcpstate.next_seq", "tcpstate.sender", "tcpstate.step",
          "tcpstate.client.state.previous", "tcpstate.client.state",
          "tcpstate.client.inferred", "tcpstate.server.state.previous",
          "tcpstate.server.state", "tcpstate.server.inferred",
          "tcpstate.sender.state", "tcpstate.receiver.state")


@dataclasses.dataclass
class Shown:
    """What the plugin shows of one endpoint at one frame."""
    before: str
    after: str
    inferred: bool      # whether `after` is


@dataclasses.dataclass
class Frame:
    number: int
    time: float
    step: str = ""
    sender: tuple = None    # (address, port); None: ICMP
    receiver: tuple = None
    next_seq: int = 0
    ack: int = None
    reset: bool = False
    syn_or_fin: bool = False
    shown: dict = dataclasses.field(default_factory=dict)   # end -> Shown
    fate: str = ""
    arrived: float = None
    kernel: dict = dataclasses.field(default_factory=dict)  # end -> state


# --- Reading ---------------------------------------------------------------

def read_plugin(rows):
    """Frames from tshark's rows of FIELDS; numbers and times from the first."""
    start = None
    for number, row in enumerate(rows, 1):
        row = dict(zip(FIELDS, [cell.split(",")[0] for cell in row]
                       + [""] * len(FIELDS)))
        start = start or float(row["frame.time_epoch"])
        frame = Frame(number, float(row["frame.time_epoch"]) - start)
        frame.step = row["tcpstate.step"]
        if "icmp" not in row["frame.protocols"]:
            frame.sender = (row["ip.src"] or row["ipv6.src"],
                            int(row["tcp.srcport"]))
            frame.receiver = (row["ip.dst"] or row["ipv6.dst"],
                              int(row["tcp.dstport"]))
            frame.next_seq = int(row["tcpstate.next_seq"])
            if row["tcp.flags.ack"] in ("1", "True"):
                frame.ack = int(row["tcp.ack_raw"])
            frame.reset = row["tcp.flags.reset"] in ("1", "True")
            frame.syn_or_fin = any(row[f"tcp.flags.{flag}"] in ("1", "True")
                                   for flag in ("syn", "fin"))
            frame.shown = _shown(row, frame)
        yield frame


def _shown(row, frame):
    if row["tcpstate.sender"] not in ("client", "server"):
        return {frame.sender: Shown("", row["tcpstate.sender.state"], True),
                frame.receiver: Shown("", row["tcpstate.receiver.state"], True)}
    ends = [frame.sender, frame.receiver]
    if row["tcpstate.sender"] == "server":
        ends.reverse()
    return {end: Shown(row[f"tcpstate.{role}.state.previous"],
                       row[f"tcpstate.{role}.state"],
                       row[f"tcpstate.{role}.inferred"] in ("1", "True"))
            for role, end in zip(("client", "server"), ends)}


def _table(path):
    with open(path, newline="", encoding="ascii") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _end(text):
    address, _, port = text.rpartition("#")
    return address, int(port)


def read_kernel(base):
    """The changes of each (local, remote): lists of (time, old, new)."""
    changes = {}
    for row in _table(f"{base}.kernel.tsv"):
        changes.setdefault((_end(row["local"]), _end(row["remote"])), []).append(
            (float(row["time"]), RFC_NAME.get(row["old"], row["old"]),
             RFC_NAME.get(row["new"], row["new"])))
    return changes


def add_witness(base, frames):
    """Put each frame's fate and the kernel's states into the Frames."""
    rows = _table(f"{base}.frames.tsv")
    if len(rows) != len(frames):
        raise ValueError(f"{base}: {len(frames)} frames, {len(rows)} rows")
    for frame, row in zip(frames, rows):
        frame.fate = row["fate"]
        frame.arrived = float(row["arrived"]) if row["arrived"] else None
        me, you = row["sender"], "B" if row["sender"] == "A" else "A"
        if frame.sender:
            frame.kernel = {end: RFC_NAME.get(row[name], row[name])
                            for end, name in ((frame.sender, me),
                                              (frame.receiver, you))}


# --- Excuses ---------------------------------------------------------------

def same(plugin, kernel):
    return plugin == kernel or (plugin, kernel) == ("CLOSED", "LISTEN")  # HIDDEN


def _crossed(frame, frames):
    """Whether the receiver's next segment does not acknowledge this one."""
    answer = next((f for f in frames if f.number > frame.number
                   and (f.sender, f.receiver) == (frame.receiver, frame.sender)),
                  None)
    return (answer is not None and answer.ack is not None
            and (answer.ack - frame.next_seq) & 0xFFFFFFFF >= 1 << 31)


def _is_sent_again(frame, local, frames):
    """Whether it is a SYN,ACK or FIN of `local` that it has sent before."""
    return frame.sender == local and frame.syn_or_fin and any(
        f.number < frame.number and f.syn_or_fin and f.next_seq == frame.next_seq
        and (f.sender, f.receiver) == (frame.sender, frame.receiver) for f in frames)


def _overtook(frame, frames):
    """Whether an earlier segment of the same sender is captured only later."""
    return any(late.fate == "late" and late.number > frame.number
               and (late.sender, late.receiver) == (frame.sender, frame.receiver)
               and (frame.next_seq - late.next_seq) & 0xFFFFFFFF < 1 << 31
               for late in frames)


def _doubts(frames, local, remote, chosen):
    """Yield each frame of the connection with whether what the plugin shows
    for `local` after it is excused, whatever the kernel's state is."""
    lost, forged = [], False
    for frame in frames:
        if {frame.sender, frame.receiver} != {local, remote}:
            continue
        shown = frame.shown[local]
        gone = shown.after in ("CLOSED", "LISTEN") and _is_sent_again(frame, local, frames)
        if frame.sender == local:
            forged = frame.fate == "forged"
            if not forged and frame.ack is not None:
                lost = [number for number in lost
                        if (frame.ack - number) & 0xFFFFFFFF >= 1 << 31]
        elif frame.fate in ("lost", "late") or _crossed(frame, frames):
            lost.append(frame.next_seq + frame.reset)   # a RST has no ACK
        yield frame, (forged
                      or frame.sender == local and _overtook(frame, frames)
                      or shown.inferred
                      and (bool(lost) and not gone
                           or shown.after in chosen.untold)
                      or chosen.skip > 0 and shown.after == "UNKNOWN"
                      or chosen.stateless and shown.after == "SYN_RCVD")


# --- The sequence ----------------------------------------------------------

@dataclasses.dataclass
class Token:
    state: str
    optional: bool      # the other side may miss it


def _kernel_tokens(changes, frames, icmp, midway):
    times = [frame.time for frame in frames]
    tokens = [Token(changes[0][1], True)]       # where it came from
    for number, (start, _, state) in enumerate(changes):
        end = (changes[number + 1][0] if number + 1 < len(changes)
               else float("inf"))
        missed = midway and start <= times[0]
        passed = end - start < AT_ONCE or (
            end != float("inf") and not any(start <= t <= end for t in times))
        after = (start > times[-1] + TIMER
                 or any(times[-1] < t < start + TIMER for t in icmp))
        tokens.append(Token(state, missed or passed or after))
    return tokens


def _plugin_tokens(doubts, local):
    tokens = []
    for place, (frame, excused) in enumerate(doubts):
        shown = frame.shown[local]
        # Before its first segment nothing can be known; where a state is
        # excused after a frame, so is what that frame made of the past.
        if shown.before and (not tokens or tokens[-1].state != shown.before):
            tokens.append(Token(shown.before, excused or place == 0))
        if tokens and tokens[-1].state == shown.after:
            tokens[-1].optional &= excused
        else:
            tokens.append(Token(shown.after, excused))
    return tokens


def sequence_differences(frames, kernel, chosen):
    """One line per endpoint whose two sequences do not fit."""
    icmp = [frame.time for frame in frames if not frame.shown]
    problems = []
    for (local, remote), changes in kernel.items():
        doubts = list(_doubts(frames, local, remote, chosen))
        if not doubts:
            continue
        shown = _plugin_tokens(doubts, local)
        expected = _kernel_tokens(changes, [f for f, _ in doubts], icmp,
                                  chosen.skip > 0)
        if not _fits(shown, expected):
            problems.append(f"{local[0]}#{local[1]}: plugin {_text(shown)}; "
                            f"kernel {_text(expected)}")
    return problems


def _fits(shown, expected):
    """Read both from left to right; `places` are the kernel's states up to
    which everything has been shown, or may be missed."""
    places = {-1}
    for token in shown:
        following = set(places) if token.optional else set()
        for place in places:
            if place >= 0 and same(token.state, expected[place].state):
                following.add(place)
            for step in range(place + 1, len(expected)):
                if same(token.state, expected[step].state):
                    following.add(step)
                if not expected[step].optional:
                    break
        places = following
    return any(all(token.optional for token in expected[place + 1:])
               for place in places)


def _text(tokens):
    return " ".join(f"({t.state})" if t.optional else t.state for t in tokens)


# --- Frame by frame --------------------------------------------------------

def _meanwhile(changes, frame, local, mine):
    """The states of `local` that a frame may show beside the one that was
    asked for after it: what its sender was in when it left, and what either
    end came to before the next frame; or, for an inferred state, when all
    that was sent to it so far had arrived."""
    until = next((f.time for f in mine if f.number > frame.number), frame.time)
    if frame.shown[local].inferred:
        until = max([until] + [f.arrived + AT_ONCE for f in mine
                               if f.number <= frame.number
                               and f.receiver == local and f.arrived])
    states = {state for time, _, state in changes if frame.time <= time <= until}
    if local == frame.sender:
        states.add(next((state for time, _, state in reversed(changes)
                         if time <= frame.time), changes[0][1]))
    return states


def frame_differences(frames, kernel, chosen):
    """One line per frame and endpoint where the plugin and the kernel differ."""
    problems = []
    for (local, remote), changes in kernel.items():
        doubts = list(_doubts(frames, local, remote, chosen))
        mine = [frame for frame, _ in doubts]
        for place, (frame, excused) in enumerate(doubts):
            shown, actual = frame.shown[local], frame.kernel[local]
            ahead = (actual in ("SYN_SENT", "FIN_WAIT_1", "LAST_ACK", "CLOSED",
                                "LISTEN")
                     and any(same(f.shown[local].after, actual)
                             for f in mine[place + 1:] if f.sender == local))
            meanwhile = _meanwhile(changes, frame, local, mine)
            if not (excused or ahead or same(shown.after, actual)
                    or any(same(shown.after, state) for state in meanwhile)):
                problems.append(f"frame {frame.number}, {local[0]}#{local[1]}: "
                                f"plugin {shown.after}"
                                f"{' (inferred)' * shown.inferred}, "
                                f"kernel {actual}")
    return problems
