# beside_others.py - the program "tcpstate" beside tshark and tcptrace.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: the parts "program" and "pipe" of tests/bench/run, with the bars that
# plugin/doc/cost.md names.  Real traffic is the samples, merged, and that again and
# again, a day later each time; the oddest is that of Wireshark's own tests, where
# tests/harmless has fetched it: a third of its frames are 802.11.
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import captures
import measure

MIB = 1 << 20
# CPU time and memory, as parts of tshark's.
BARS = {"short": (25, 8), "bulk": (25, 8), "mix": (25, 8), "samples": (25, 8), "real": (25, 8),
        "tunnels": (15, None), "wireshark's tests": (None, None)}
FOR_TCPTRACE = "short", "bulk", "mix"  # Ethernet and IPv4
PROGRAM = measure.BUILD / "tcpstate"


def folder_of(name):
    """Of real captures; or None."""
    if name == "samples":
        return measure.ROOT / "samples"
    source = subprocess.run([measure.ROOT / "tests" / "harmless" / "wireshark-source", "--cached"],
                            stdout=subprocess.PIPE, encoding="utf-8")
    return measure.pathlib.Path(source.stdout.strip()) / "test" / "captures" if source.returncode == 0 else None


def merge(folder, store, packets):
    """At least so many of a folder's packets: the path."""
    parts = [path for path in sorted(folder.iterdir()) if path.name.endswith((".pcap", ".pcapng", ".gz", ".cap"))]
    once, whole = store.folder / "once.pcapng", store.folder / f"{folder.parent.name}-{folder.name}-{packets}.pcapng"
    run("mergecap", "-w", once, *parts)
    days = [once]
    for day in range(1, -(-packets // count(once))):
        days.append(store.folder / f"day-{day}.pcapng")
        run("editcap", "-t", str(86400 * day), once, days[-1])
    run("mergecap", "-a", "-w", whole, *days)
    for path in days:
        path.unlink()
    return whole


def run(*line):
    return subprocess.run([str(word) for word in line], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          encoding="utf-8", env=measure.environment()).stdout


def count(capture):
    return int(run("capinfos", "-c", "-M", "-r", "-T", capture).split("\t")[-1])


def lines(capture, with_tcptrace):
    found = {"tshark": measure.command(measure.RUNS["conv"], capture), "tcpstate": [PROGRAM, "connections", capture]}
    if with_tcptrace:
        found["tcptrace"] = ["tcptrace", "-n", capture]
    return found


def dissected(capture, packets):
    """The part of the frames that tcpstate had to hand to Wireshark."""
    done = subprocess.run([PROGRAM, "report", capture], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
                          env=measure.environment())
    found = re.search(r"(\d+) of \d+ frames went through", done.stderr)
    return f"{int(found[1]) / packets:.1%}" if found else "0"


def verdict(ratio, bar):
    return f"{ratio:.3f}" if bar is None else f"{ratio:.3f} {'holds' if ratio <= 1 / bar else 'MISSED'}: 1/{bar}"


def usage_of(line, **options):
    """A child's peak begins with that of the process that started it, which GNU time keeps small."""
    with tempfile.NamedTemporaryFile("r") as peak:
        used = measure.usage_of(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *line], **options)
        used.resident = int(peak.read()) * 1024
    return used


def measure_one(shape, capture, times):
    """{program: [Usage]}, in turn."""
    asked = lines(capture, shape in FOR_TCPTRACE and shutil.which("tcptrace"))
    found = {name: [] for name in asked}
    for i in range(times):
        for name, line in asked.items():
            found[name].append(usage_of(line))
            measure.progress(f"  {shape} {name}, {i + 1} of {times}: {found[name][-1].cpu:.2f} s")
    return found


def median(found, name, what):
    return statistics.median(getattr(used, what) for used in found[name])


def ratio(found, base, what):
    return statistics.median(getattr(ours, what) / getattr(theirs, what)
                             for ours, theirs in zip(found["tcpstate"], found[base]))


def check_tools():
    if not os.path.exists("/usr/bin/time"):
        raise measure.Failed("/usr/bin/time is missing: apt-get install time")


def against_others(chosen, store, head, row):
    check_tools()
    head(f"`tcpstate connections` beside `tshark -q -z conv,tcp` and `tcptrace -n`: CPU time and peak memory, "
         f"{chosen.times} paired runs, medians",
         "capture", "packets", "dissected", "tshark, s", "MiB", "tcptrace, s", "MiB", "tcpstate, s", "MiB", "of tshark's time",
         "of its memory", "of tcptrace's time")
    for shape, (time_bar, memory_bar) in BARS.items():
        if shape in captures.SHAPES:
            capture, packets = store.path(shape, chosen.packets), chosen.packets
        elif folder_of(shape):
            capture = merge(folder_of(shape), store, chosen.packets)
            packets = count(capture)
        else:
            measure.progress(f"  {shape}: not here; tests/harmless/wireshark-source fetches them")
            continue
        found = measure_one(shape, capture, chosen.times)
        cells = []
        for program in ("tshark", "tcptrace", "tcpstate"):
            cells += [f"{median(found, program, 'cpu'):.2f}", f"{median(found, program, 'resident') / MIB:.1f}"] \
                if program in found else ["", ""]
        row(shape, f"{packets:,}", dissected(capture, packets), *cells, verdict(ratio(found, "tshark", "cpu"), time_bar),
            verdict(ratio(found, "tshark", "resident"), memory_bar),
            verdict(ratio(found, "tcptrace", "cpu"), 2) if "tcptrace" in found else "")
        if store.temporary:
            capture.unlink()


def through_a_pipe(chosen, head, row):
    """Generated on the fly: what a packet and a connection cost must not grow."""
    check_tools()
    head("`tcpstate connections` of a pipe: ten packets per connection", "packets", "CPU, s",
         "µs per packet", "peak, MiB", "bytes per connection")
    for packets in (chosen.endless // 100, chosen.endless // 10, chosen.endless):
        with subprocess.Popen([sys.executable, "-B", captures.__file__, "tens", str(packets), "/dev/stdout"],
                              stdout=subprocess.PIPE) as feeding:
            used = usage_of([PROGRAM, "connections", "-"], stdin=feeding.stdout)
            feeding.stdout.close()
        connections = packets / 10
        row(f"{packets:,}", f"{used.cpu:.1f}", f"{used.cpu / packets * 1e6:.3f}", f"{used.resident / MIB:.0f}",
            f"{used.resident / connections:.0f}")
