# units.py - what is checked at once: a capture, several small ones in one file,
# or what editcap or randpkt make.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Most of the time that a small capture takes is tshark's starting, twenty times
# over; so small ones are read one behind the other.  A unit with a finding is
# taken apart, down to the capture that it is in.
import dataclasses
import pathlib
import re
import subprocess

SMALL = 100_000     # bytes: several of those are checked at once
AT_ONCE = 1_000_000 # bytes of them, and so many captures
MOST = 60

# The share of bytes that are changed, and how much of each packet's beginning is
# left alone: nothing; Ethernet; Ethernet and IPv4, so that TCP gets it all.
MUTATIONS = ((0.01, 0), (0.02, 14), (0.03, 34))
RANDOM_TYPES = ("arp", "bgp", "bvlc", "dns", "eth", "fddi", "giop", "icmp", "ieee802.15.4", "ip", "ipv6", "llc", "m2m",
                "megaco", "nbns", "ncp2222", "sctp", "syslog", "tds", "tcp", "tr", "udp", "usb-linux")


class CannotMake(Exception):
    """The tool that makes this capture refuses."""


@dataclasses.dataclass(frozen=True)
class Unit:
    captures: tuple            # paths
    seed: int | None = None    # editcap's
    packets: int = 0           # of each type, that randpkt makes; no captures then

    @property
    def name(self):
        if self.packets:
            return f"randpkt, {self.packets} packets of each type ({self.seed})"
        name = str(self.captures[0])
        if len(self.captures) > 1:
            name += f" and {len(self.captures) - 1} more"
        return name + (f" (editcap --seed {self.seed})" if self.seed is not None else "")

    @property
    def key(self):
        """Changes when a capture does."""
        parts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in self.captures]
        return repr((parts, self.seed, self.packets))

    def apart(self):
        """The same, one by one."""
        return [dataclasses.replace(self, captures=(path,)) for path in self.captures] if len(self.captures) > 1 else []

    def make(self, folder):
        """The capture to check, in this folder if it has to be made."""
        folder = pathlib.Path(folder)
        if self.packets:
            for kind in RANDOM_TYPES:
                run("randpkt", "-b", "1000", "-c", self.packets, "-t", kind, folder / f"{kind}.pcap")
            made = folder / "random.pcapng"
            run("mergecap", "-a", "-w", made, *(folder / f"{kind}.pcap" for kind in RANDOM_TYPES))
            return made
        made = self.captures[0]
        if len(self.captures) > 1:
            made = folder / "merged.pcapng"
            run("mergecap", "-a", "-w", made, *self.captures)
        if self.seed is not None:
            mutated = folder / "mutated.pcapng"
            share, spared = MUTATIONS[self.seed % len(MUTATIONS)]
            run("editcap", "-E", share, "-o", spared, "--seed", self.seed, made, mutated)
            return mutated
        return made


def run(*command):
    done = subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, encoding="utf-8", errors="replace", timeout=120)
    if done.returncode:
        raise CannotMake(f"{command[0]}: {done.stderr.strip()[-200:]}")


def captures_below(places):
    """([(capture, whether mergecap takes it)], files that are none): what Wireshark's own library opens, in order."""
    found, others = [], []
    for place in map(pathlib.Path, places):
        for path in [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file()):
            done = subprocess.run(["capinfos", "-t", "-c", path.absolute()], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace")
            kind = re.search(r"^File type: (.*)", done.stdout, re.M)
            if kind:
                # The kinds with packets in them, read to the end: pcap and pcapng.
                found.append((path, done.returncode == 0 and "pcap" in kind[1]))
            else:
                others.append(path)
    return found, others


def gather(captures, single=False, seeds=(None,)):
    """Captures -> units, the small ones together; for each seed again."""
    groups, group, size = [], [], 0
    for path, mergeable in captures:
        length = path.stat().st_size
        if single or length > SMALL or not mergeable:
            groups.append((path,))
            continue
        if group and (size + length > AT_ONCE or len(group) == MOST):
            groups.append(tuple(group))
            group, size = [], 0
        group.append(path)
        size += length
    if group:
        groups.append(tuple(group))
    return [Unit(captures, seed) for seed in seeds for captures in groups]


def random_units(packets, seeds):
    """randpkt takes no seed: another number is another unit, and never the same packets."""
    return [Unit((), seed, packets) for seed in seeds] if packets else []
