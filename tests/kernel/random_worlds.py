#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random programs on real kernels, over a hostile wire: what is said of them for certain?

    tests/kernel/random_worlds.py [--seed N] [--labs N] [--seconds S] [--tuples N] [-o DIR] [--keep|--again] BUILD

plays labs (lab.py), each with many four-tuples at once, whose programs
(random_programs.py) and network (random_wire.py) act at random; has the plugin
of BUILD judge what was captured beside A and beside B, whole and with frames
left out, and holds that against what the kernel's sockets were (certain.py).
What is wrong is printed, and its capture left in DIR, of that four-tuple alone
and with as few frames as it takes. A seed draws the same programs and the same
network again; but the kernel's timers have no seed, so no lab is played twice.
"""
import argparse
import collections
import dataclasses
import itertools
import os
import pathlib
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import time

from scapy.utils import RawPcapReader

import certain
import lab
import random_programs
import random_wire
from histories import Played, other

HERE = pathlib.Path(__file__).resolve().parent
EPOCH = 1700000000
SNAPLEN = 2000          # longer than any frame; tcpdump has room for more frames the shorter they may be
SETTINGS = {            # of each machine: values to draw from
    "tcp_timestamps": (1, 1, 1, 0), "tcp_sack": (1, 1, 1, 0), "tcp_window_scaling": (1, 1, 1, 0),
    "tcp_abort_on_overflow": (0, 1), "tcp_rfc1337": (0, 0, 1), "tcp_tw_reuse": (0, 1), "tcp_tw_reuse_delay": (1000, 50),
    "tcp_fin_timeout": (1, 60), "tcp_ecn": (0, 0, 1), "tcp_syncookies": (0, 1), "tcp_fastopen": (3, 0x207),
    "tcp_retries2": (2, 15), "tcp_orphan_retries": (1, 3), "tcp_syn_retries": (1, 2), "tcp_synack_retries": (1, 2),
    "tcp_syn_linear_timeouts": (0, 4), "tcp_shrink_window": (0, 1), "tcp_no_metrics_save": (1,),
}


class Stage(random_programs.Stage):
    now = staticmethod(time.monotonic)


# --- Play ---

def play(seed, seconds, tuples):
    """One lab; returns what Played takes."""
    draw = random.Random(seed)
    scene = lab.Lab(draw.choice((4, 4, 6)), os.urandom(2))
    try:
        for host in (scene.a, scene.b):
            for name, values in SETTINGS.items():
                try:
                    host.sysctl("ipv4/" + name, draw.choice(values))
                except OSError:
                    pass                        # this kernel has it not
        stage = Stage(draw)
        network = random_wire.Network(stage, scene.wire)
        scene.wire.add(network)
        people(stage, scene, tuples, seconds)
        known = 0

        def meanwhile():
            nonlocal known
            known = network.go_on(known)

        with tempfile.TemporaryDirectory() as folder:
            paths = {host.name: f"{folder}/{host.name}" for host in (scene.a, scene.b)}
            with lab.tcpdump(scene.a, SNAPLEN, paths["A"]), lab.tcpdump(scene.b, SNAPLEN, paths["B"]):
                stage.run(seconds, meanwhile)
                network.down, end = True, time.monotonic()
                changes = scene.witness.history(stage.refused)
            ahead = time.clock_gettime(time.CLOCK_REALTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
            frames = {name: list(read_frames(path, ahead, end)) for name, path in paths.items()}
        return list(scene.wire.log), changes, frames
    finally:
        scene.close()


def people(stage, scene, tuples, seconds):
    """Begins programs for so many four-tuples."""
    draw, port, source = stage.random, 5000, 40000
    while tuples > 0:
        port, callers = port + 1, draw.choice((1, 1, 1, 3))
        ends = [scene.a, scene.b]
        draw.shuffle(ends)
        start = draw.uniform(0, seconds / 2)
        sources = range(source + 1, source + 1 + callers)
        source, tuples = source + callers, tuples - callers
        kind = draw.random()
        if kind < 0.12:
            stage.begin(random_programs.cross(stage, *ends, (sources[0], port)), start)
        elif kind < 0.24:
            stage.begin(random_programs.swap(stage, *ends, (sources[0], port)), start)
        else:
            if kind < 0.95:
                stage.begin(random_programs.serve(stage, ends[1], port), start)
            for number in sources:
                stage.begin(random_programs.call(stage, *ends, port, number), start + draw.uniform(0, 0.1))


def read_frames(path, ahead, end):
    for data, meta in RawPcapReader(path):
        at = meta.sec + meta.usec / 1e6 - ahead
        if at <= end:
            yield at, data


# --- Captures, and what the plugin says of them ---

def captures(draw, captured):
    """Whole, from the middle on, one direction, and with gaps: lists of what `captured` holds."""
    yield "whole", captured
    yield "gaps", [entry for entry in captured if draw.random() < 0.85]
    yield "few", [entry for entry in captured if draw.random() < 0.5]
    begin, midway = {}, []
    for entry in captured:
        begin[pair] = begin.get(pair := pair_of(entry), draw.choice((1, 2, 3, 4, 8))) - 1
        if begin[pair] < 0:
            midway.append(entry)
    yield "midway", midway
    bursts, left = [], collections.Counter()
    for entry in captured:
        pair = pair_of(entry)
        if draw.random() < 0.08:
            left[pair] = draw.randint(1, 5)
        left[pair] -= 1
        if left[pair] < 0:
            bursts.append(entry)
    yield "bursts", bursts
    deaf = {}
    yield "one-way", [entry for entry in captured
                      if deaf.setdefault(pair_of(entry), draw.choice("AB")) != entry[2].sender or draw.random() < 0.1]


def pair_of(entry):
    return entry[2].ends["A"], entry[2].ends["B"]


def write(path, raw, *many):
    """A capture file of each of these lists of entries, one after the other; the second and later ones
    have addresses of their own."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, entries in enumerate(many):
            for place, at, _ in entries:
                data = elsewhere(raw[place][1], number)
                file.write(struct.pack("=IIII", EPOCH + int(at), int(at % 1 * 1e6), len(data), len(data)) + data)


def elsewhere(data, number):
    """The frame with the two bytes of its addresses changed that a lab has for its own (host.py)."""
    first, second = (27, 31) if data[12:14] == b"\x08\x00" else (24, 40)
    data = bytearray(data)
    for at in (first, second):
        data[at] ^= number >> 8
        data[at + 1] ^= number & 0xFF
    return bytes(data)


FIELDS = ("tcpstate.sender", "tcpstate.client", "tcpstate.server", "tcpstate.step", "tcpstate.connection",
          "tcpstate.outcome", "tcpstate.closed_by", "tcpstate.ended_by")


def ask(build, raw, *many):
    """What the plugin shows of each list of entries: FIELDS of each frame."""
    arguments = [argument for field in FIELDS for argument in ("-e", field)]
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        write(file.name, raw, *many)
        done = subprocess.run((HERE.parent / "with-plugin", build, "tshark", "-r", file.name, "-2", "-T", "fields",
                               "-E", "occurrence=f", *arguments), check=True, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"})
    rows = iter([dict(zip(FIELDS, line.split("\t"))) for line in done.stdout.splitlines()])
    return [list(itertools.islice(rows, len(entries))) for entries in many]


def shown(row, segment):
    """{end: (state, inferred)}; A has the lower address, and stands first where the roles are unknown."""
    client = "A"
    if row["tcpstate.sender"] in ("client", "server"):
        client = segment.sender if row["tcpstate.sender"] == "client" else other(segment.sender)
    return {end: (text.rpartition(" ")[2].rstrip("?"), text.endswith("?"))      # "A: CLOSED?"
            for end, text in ((client, row["tcpstate.client"]), (other(client), row["tcpstate.server"]))}


# --- What is wrong ---

@dataclasses.dataclass
class Finding:
    pair: tuple
    what: str           # what is wrong, without the frame's number
    frame: int
    segment: int        # its number
    text: str


def wrongs(played, entries, rows):
    """Findings of one capture of which the plugin said `rows`."""
    mine = collections.defaultdict(list)
    for number, (entry, row) in enumerate(zip(entries, rows, strict=True), 1):
        mine[pair_of(entry)].append((number, entry, row))
    for pair, lines in mine.items():
        world = played.worlds[pair]
        if pair in played.unclear:
            continue
        captured = [(at, segment) for _, (_, at, segment), _ in lines]
        for wrong in certain.judge(world, captured, [shown(row, entry[2]) for _, entry, row in lines]):
            frame, (_, _, segment), _ = lines[wrong.place]
            yield Finding(pair, f"{wrong.end} {wrong.said} was {wrong.was}", frame, segment.number,
                          f"{wrong.end} is shown in {wrong.said}, and was in {wrong.was}; allowed {wrong.allowed}")
        if not any(s.forged for s in world.segments):
            connections = collections.defaultdict(list)
            for line in lines:
                connections[line[2]["tcpstate.connection"]].append(line)
            for some in connections.values():
                yield from false_outcome(pair, world, some, any("R" in segment.flags for _, segment in captured))


def false_outcome(pair, world, lines, has_rst):
    """`has_rst`: the capture of the four-tuple; what ends one connection may be a segment of the next."""
    number, entry, row = lines[-1]
    captured = [(at, segment) for _, (_, at, segment), _ in lines]
    lives = certain.lives_of(world, captured)
    if lives is None:
        return
    facts, outcome = certain.Facts(world, captured, lives), row["tcpstate.outcome"]
    if certain.outcome_is_false(facts, outcome) and not (outcome == "reset" and has_rst):
        yield Finding(pair, outcome, number, entry[2].number, f"the outcome is {outcome}: {vars(facts)}")
    client = next(iter(shown(row, entry[2])))
    closers = {"client": client, "server": other(client), "both": "AB"}.get(row["tcpstate.closed_by"], "")
    if row["tcpstate.sender"] in ("client", "server") and certain.closer_is_false(facts, closers):
        yield Finding(pair, f"closed by {closers}", number, entry[2].number, f"closed by {closers}: {vars(facts)}")


def reduce(build, played, raw, entries, finding):
    """The same with as few frames as it takes: (entries, finding)."""
    def first_of(*many):
        """The first of them that shows it still: (entries, finding)."""
        at_once = max(1, 5000 // max(map(len, many), default=1))
        for at in range(0, len(many), at_once):
            some = many[at:at + at_once]
            for fewer, rows in zip(some, ask(build, raw, *some)):
                for found in wrongs(played, fewer, rows):
                    if (found.pair, found.what) == (finding.pair, finding.what) and (
                            found.segment == finding.segment or "was" not in found.what):
                        return fewer, found
        return None

    best = first_of([entry for entry in entries if pair_of(entry) == finding.pair])
    if best is None:                    # it takes what other connections tell of who is a server
        return entries, finding
    size = max(1, len(best[0]) // 2)
    while size:
        kept = best[0]
        fewer = [kept[:at] + kept[at + size:] for at in range(0, len(kept), size)]
        found = first_of(*filter(None, fewer)) if len(kept) > 1 else None
        best = found or best
        size = size if found else size // 2
    return best


def story(played, entries, finding, rows):
    """The four-tuple's captured frames with what was shown and what was, and all that is not in the capture."""
    world, lines = played.worlds[finding.pair], []
    start = min(s.sent for s in world.segments)
    shown_at = {id(entry): (number, shown(row, entry[2]), row) for number, (entry, row) in enumerate(zip(entries, rows), 1)}
    for entry in entries:
        _, at, s = entry
        if pair_of(entry) != finding.pair:
            continue
        number, states, row = shown_at[id(entry)]
        was = {end: world.history[end][world.latest(end, at)].state for end in "AB"}
        lines.append((at, f"frame {number}: {segment_text(s)} {row['tcpstate.step']}; shown "
                      + ", ".join(f"{end} {state}{'?' * inferred}" for end, (state, inferred) in sorted(states.items()))
                      + f"; were {was['A']}, {was['B']}" + ("   <== WRONG" if number == finding.frame else "")))
    for s in world.segments:
        lines.append((s.sent, f"    {segment_text(s)} sent{' FORGED' * s.forged}{' AGAIN' * (s.copy_of is not None)}"))
        if s.delivered:
            lines.append((s.delivered, f"    {segment_text(s)} arrives"))
    for end in "AB":
        lines += [(step.time, f"        {end}: {step.before} -> {step.state}, life {step.life}"
                   + (f", by number {step.cause.number}" if step.cause else ""))
                  for step in world.history[end][1:]]
    lines.sort(key=lambda line: line[0])
    return "\n".join([finding.text, *(f"{at - start:9.6f} {text}" for at, text in lines)])


def segment_text(s):
    return f"[{s.number}] {s.sender} {s.flags} {s.seq}..{s.end} ack {s.ack} len {s.length}"


def look(build, played, seed, folder):
    """Findings of a played lab, one of each kind for each four-tuple; what is reduced goes into folder."""
    draw, seen, frames = random.Random(seed), set(), 0
    for side, captured in played.captured.items():
        raw = played.raw[side]
        chosen = dict(captures(draw, captured))
        for (name, entries), rows in zip(chosen.items(), ask(build, raw, *chosen.values())):
            frames += len(rows)
            for finding in wrongs(played, entries, rows):
                if (finding.pair, finding.what) in seen:
                    continue
                seen.add((finding.pair, finding.what))
                base = f"{folder}/{seed}-{side}-{name}-{finding.pair[0][1]}-{finding.what.replace(' ', '-')}"
                kept, least = reduce(build, played, raw, entries, finding)
                write(base + ".pcap", raw, kept)
                text = story(played, kept, least, ask(build, raw, kept)[0])
                pathlib.Path(base + ".txt").write_text(text + "\n", "utf-8")
                stranger = any(s.forged for s in played.worlds[finding.pair].segments)
                yield f"{base}: {least.text}{' (there was a stranger)' * stranger}"
    print(f"seed {seed}: {sum(max(w.lives.values()) for w in played.worlds.values())} connections of "
          f"{len(played.worlds)} four-tuples, {frames} frames judged", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 6))
    parser.add_argument("--labs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--tuples", type=int, default=40)
    parser.add_argument("-o", metavar="DIR", dest="folder", type=pathlib.Path, default=pathlib.Path("random-worlds"))
    parser.add_argument("--keep", action="store_true", help="keep what was played, for --again")
    parser.add_argument("--again", action="store_true", help="judge what was kept")
    parser.add_argument("build")
    options = parser.parse_args()
    reason = None if options.again else lab.why_not()
    if reason:
        sys.exit(f"random_worlds.py: {reason}")
    options.folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for seed in range(options.seed, options.seed + options.labs):
        kept = options.folder / f"{seed}.played"
        what = pickle.loads(kept.read_bytes()) if options.again else play(seed, options.seconds, options.tuples)
        if options.keep:
            kept.write_bytes(pickle.dumps(what))
        played = Played(*what)
        for problem in look(options.build, played, seed, options.folder):
            print(problem, flush=True)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
