# measure.py - what a run of tshark costs: instructions, time, memory.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: the measuring that tests/bench's programs and test_cost.py share: the
# runs that are compared, and the instruments.  No table is printed here.
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import captures

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parents[1]
BUILD = pathlib.Path(os.environ.get("TCPSTATE_BUILD_DIR", ROOT / "build"))

DEFAULT_COLUMNS = {"No.": "%m", "Time": "%t", "Source": "%s", "Destination": "%d", "Protocol": "%p", "Length": "%L",
                   "Info": "%i"}


def columns(*fields):
    """tshark's default columns and one for each field, as in plugin/profile/preferences."""
    wanted = {**DEFAULT_COLUMNS, **{field: f"%Cus:{field}:0:R" for field in fields}}
    return ["-o", "gui.column.format:" + ",".join(f'"{name}","{form}"' for name, form in wanted.items())]


OURS = "tcpstate.analysis", "tcpstate.client.state", "tcpstate.server.state"
# As many of Wireshark's own, which every segment has: a number, a number with
# its meaning and a string, as a user might choose them.
BUILT_IN = "tcp.stream", "tcp.completeness", "tcp.flags.str"
# And as many of the type that ours are, by contract: a string costs Wireshark
# itself twice what a number does, whoever adds it.
STRINGS = "tcp.flags.str", "ip.src_host", "ip.dst_host"


class Run:
    """One way to use tshark: with the plugin or without, and its options."""

    def __init__(self, name, plugin, options, base=None, bar=None):
        self.name, self.plugin, self.options, self.base, self.bar = name, plugin, options, base, bar


# Each behind the run it is compared with; the bars are those of plugin/doc/cost.md.
RUNS = {run.name: run for run in (
    Run("default", False, []),
    Run("installed", True, [], "default", 1.15),
    Run("disabled", True, ["--disable-protocol", "tcpstate"], "default", 1.005),
    Run("one-column", False, columns(BUILT_IN[1]), "default"),
    Run("one-of-ours", True, columns(OURS[0]), "one-column"),
    Run("three-columns", False, columns(*BUILT_IN), "default"),
    Run("three-strings", False, columns(*STRINGS), "default"),
    Run("in-use", True, columns(*OURS), "three-strings", 1.05),
    Run("verbose", False, ["-V"]),
    Run("verbose-with", True, ["-V"], "verbose", 1.15),
    Run("conv", False, ["-q", "-z", "conv,tcp"]),
    Run("connections", True, ["-q", "-z", "tcpstate,connections"], "conv", 1.03),
    Run("transum", False, ["--enable-protocol", "transum", *columns("transum.art")], "default"),
    Run("lua", False, ["-X", f"lua_script:{BENCH / 'naive.lua'}",
                       *columns("naive.analysis", "naive.client", "naive.server")], "three-columns"),
)}
EXPLAINED = {
    "default": "tshark, default columns, without the plugin",
    "installed": "the plugin installed, not shown",
    "disabled": "the plugin installed, disabled in Enabled Protocols",
    "one-column": f"with one built-in custom column ({BUILT_IN[1]})",
    "one-of-ours": "with the plugin's Analysis column",
    "three-columns": f"with three built-in custom columns ({', '.join(BUILT_IN)})",
    "three-strings": f"with three built-in custom columns that are strings ({', '.join(STRINGS)})",
    "in-use": "with the plugin's Analysis column and both states",
    "verbose": "-V without the plugin",
    "verbose-with": "-V with it",
    "conv": "-q -z conv,tcp without the plugin",
    "connections": "-q -z tcpstate,connections",
    "transum": "TRANSUM enabled, with a column of its own",
    "lua": "naive.lua with three columns",
}


def environment():
    """Nothing of the user's, and nothing that changes from run to run: instruction counts are exact."""
    home = os.path.join(tempfile.gettempdir(), f"tcpstate-bench-home-{os.getuid()}")
    os.makedirs(home, exist_ok=True)
    # Tables of pointers hash addresses; those depend on the size of the environment.
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": home,
            "XDG_CONFIG_HOME": home + "/.config"}


def command(run, capture, *around):
    """The command line: with-plugin [-n] BUILD [around...] tshark -r CAPTURE ..."""
    launcher = [str(BENCH.parent / "with-plugin"), *([] if run.plugin else ["-n"]), str(BUILD)]
    return [*launcher, *around, "tshark", "-r", str(capture), *run.options]


class Failed(Exception):
    pass


def check(done, stderr):
    if done != 0 or "Lua:" in stderr:
        raise Failed(f"it ended with {done}:\n{stderr}")


class Captures:
    """The captures, made on demand and kept in a folder."""

    def __init__(self, folder=None):
        self.temporary = None if folder else tempfile.TemporaryDirectory(prefix="tcpstate-bench-", dir="/var/tmp")
        self.folder = pathlib.Path(folder or self.temporary.name)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, shape, packets):
        path = self.folder / f"{shape}-{packets}.pcap"
        if not path.exists():
            making = path.with_suffix(f".{os.getpid()}")
            captures.write(shape, packets, making)
            making.rename(path)
        return path

    def drop(self, shape, packets):
        if self.temporary:
            self.path(shape, packets).unlink()


# --- instructions

def instructions(run, capture, profile="/dev/null", *options):
    """Instructions of a whole run, counted by callgrind; into `profile` what callgrind_annotate reads."""
    line = command(run, capture, "valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *options)
    fixed = BUILD / "tests" / "libbench-no-chance.so"
    if not fixed.exists():
        raise Failed(f"{fixed} is not built")
    done = subprocess.run(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
                          errors="replace", env={**environment(), "LD_PRELOAD": str(fixed)})
    check(done.returncode, done.stderr)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def instructions_per_packet(run, store, shape, small, large):
    """What one packet costs: startup is the same in both runs and cancels out."""
    counts = [instructions(run, store.path(shape, packets)) for packets in (small, large)]
    return (counts[1] - counts[0]) / (large - small)


# --- time and memory

class Usage:
    """Of one run: wall, user and user's and system's time in seconds, peak resident size in bytes."""

    def __init__(self, wall, user, cpu, resident):
        self.wall, self.user, self.cpu, self.resident = wall, user, cpu, resident


def usage(run, capture, output=subprocess.DEVNULL):
    return usage_of(command(run, capture), output)


def usage_of(line, output=subprocess.DEVNULL, **options):
    with tempfile.TemporaryFile() as errors:
        begun = time.monotonic()
        child = subprocess.Popen(line, stdout=output, stderr=errors, env=environment(), **options)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        check(child.returncode, errors.read().decode(errors="replace"))
    return Usage(wall, used.ru_utime, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def tenths(run, capture, packets):
    """User time in seconds for each tenth of a capture, by watching one run's lines come out."""
    child = subprocess.Popen(command(run, capture), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=environment(), bufsize=0)
    marks, lines = [], 0
    while data := os.read(child.stdout.fileno(), 1 << 16):
        if not lines:
            marks.append(processor_time(child.pid))
        lines += data.count(b"\n")
        while len(marks) <= 10 and lines >= len(marks) * packets / 10:
            marks.append(processor_time(child.pid))
    if child.wait() != 0 or len(marks) != 11:
        raise Failed(f"tshark ended with {child.returncode} after {lines} lines of {packets}")
    return [later - earlier for earlier, later in zip(marks, marks[1:])]


def processor_time(pid):
    """Seconds that a process has run on a processor; the launcher has become tshark under the same number."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def progress(*words):
    print(*words, file=sys.stderr, flush=True)
