# check.py - everything that is asked of one capture: is the output what it is
# without the plugin, does nothing crash, does every visit say the same.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What Wireshark does without the plugin is its own affair: a crash, a timeout
# or an output that differs from one run to the next is told apart (a remark)
# from what the plugin does to it (a finding).
import dataclasses
import os
import pathlib
import random
import re
import signal
import subprocess
import tempfile

import built

from . import strip, visits

PASSES = ((), ("-2",))
# Of our fields those that sharkd shows at every segment (it leaves out what is
# hidden in the tree), as tshark prints them: strings.
VISITED = ("analysis", "step", "sender", "client.state", "server.state")
MOST_VISITS = 300

# The names of processes, and when they spoke, in what is said on stderr.
STAMP = re.compile(rb"\(\w+:\d+\) \S+|^Running as user .*\n", re.M)


@dataclasses.dataclass
class Report:
    """What became of one capture."""
    frames: int = 0
    parts: int = 0          # of ours, in all outputs that were compared
    bytes: int = 0          # of output that were compared
    findings: list = dataclasses.field(default_factory=list)
    remarks: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Output:
    """What one run of tshark left behind."""
    out: pathlib.Path
    err: pathlib.Path
    code: int | None        # None: the time was up

    @property
    def crashed(self):
        # unshare and sh hand a signal on as 128 and its number.
        return self.code is not None and (self.code < 0 or self.code > 128)

    def said(self):
        return STAMP.sub(b"", self.err.read_bytes())

    def __str__(self):
        number = -self.code if (self.code or 0) < 0 else (self.code or 0) - 128
        return "took too long" if self.code is None else \
            f"crashed ({signal.Signals(number).name})" if self.crashed else f"ended with {self.code}"


class Checker:
    def __init__(self, capture, seconds, folder):
        self.capture, self.seconds, self.folder = capture, seconds, pathlib.Path(folder)
        self.report = Report()

    def start(self, name, plugin, *arguments):
        """tshark on the capture, its output in files: (process, Output)"""
        base = self.folder / (name + ("-with" if plugin else "-without"))
        output = Output(base.with_suffix(".out"), base.with_suffix(".err"), None)
        launcher = [str(built.TESTS / "with-plugin"), *([] if plugin else ["-n"]), str(built.BUILD)]
        with open(output.out, "wb") as out, open(output.err, "wb") as err:
            process = subprocess.Popen([*launcher, "tshark", "-n", "-r", str(self.capture), *arguments], stdout=out,
                                       stderr=err, stdin=subprocess.DEVNULL, env=built.environment(),
                                       start_new_session=True)
        return process, output

    def tshark(self, name, plugin, *arguments):
        process, output = self.start(name, plugin, *arguments)
        try:
            output.code = process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            pass
        finally: # also where this process is told to stop
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return output

    def find(self, text):
        self.report.findings.append(text)

    def remark(self, text):
        self.report.remarks.append(text)

    # ---- the output of others ----

    def compare(self, form, passes):
        what = " ".join([form, *passes])
        arguments = (*strip.OPTIONS[form], *passes)
        without = self.tshark(form, False, *arguments)
        with_it = self.tshark(form, True, *arguments)
        if without.code is None or without.crashed:
            return self.remark(f"{what}: tshark {without} without the plugin; with it it {with_it}")
        if with_it.code != without.code:
            if self.once_more(form, arguments).code != without.code:
                return self.remark(f"{what}: tshark without the plugin does not end in the same way twice")
            return self.find(f"{what}: tshark {with_it} with the plugin, without it it {without}")
        difference, parts, wrong = strip.compare_files(form, with_it.out, without.out)
        self.report.parts += parts
        self.report.bytes += with_it.out.stat().st_size
        for text in wrong:
            self.find(f"{what}: our part says {text.decode()!r}")
        if not difference and with_it.said() != without.said():
            difference = f"stderr with the plugin: {with_it.said()[-300:]!r}, without: {without.said()[-300:]!r}"
        if not difference:
            return None
        again = self.once_more(form, arguments)
        if again.said() != without.said() or strip.compare_files("columns", again.out, without.out)[0]:
            return self.remark(f"{what}: tshark without the plugin does not print the same twice")
        return self.find(f"{what}: not what it is without the plugin: {difference}")

    def once_more(self, form, arguments):
        return self.tshark(form + "-again", False, *arguments)

    # ---- our own labels ----

    def visit(self):
        """One pass, -2, and any frame at any time."""
        results = []
        for passes in PASSES:
            # Wireshark's own number of the stream stands behind ours.
            output = self.tshark("fields", True, *visits.arguments(), "-e", "tcp.stream", *passes)
            if output.code is None or output.crashed:
                base = self.tshark("fields", False, "-T", "fields", "-e", "frame.number", *passes)
                tell = self.remark if base.code is None or base.crashed else self.find
                return tell(" ".join(["fields", *passes, f": tshark {output}"]))
            results.append(visits.rows(output.out.read_text("utf-8", "replace")))
        once, twice = results
        self.report.frames = len(once)
        # A few damaged segments are of another tcp.stream for Wireshark itself on its second pass.
        moved = {number for number in once.keys() & twice.keys() if once[number][-1] != twice[number][-1]}
        wrong = visits.differences(once, twice)
        self.tell("-2", [(number, text) for number, text in wrong if number not in moved or not text.startswith("stream is")])
        if moved:
            self.remark(f"tcp.stream itself differs with -2 in {len(moved)} frames, the first {min(moved)}")
        interesting = [number for number, values in once.items() if any(values[:-1])]
        if interesting:
            chosen = random.Random(len(once)).sample(interesting, min(MOST_VISITS, len(interesting)))
            self.tell("in random order", self.visit_at_random(once, chosen))
        return None

    def visit_at_random(self, once, numbers):
        """As differences(): what sharkd says of these frames, in this order."""
        said, ending = self.sharkd(True, numbers)
        if ending:
            _, without = self.sharkd(False, numbers)
            if without:
                self.remark(f"sharkd {without} without the plugin, too")
            else:
                self.find(f"sharkd {ending} with the plugin")
        return [(number, f"{name} is {values.get(name, '')!r}, in one pass {expected!r}")
                for number, values in said.items()
                for name, expected in zip(visits.NAMES, once[number])
                if name in VISITED and values.get(name, "") != expected]

    def sharkd(self, plugin, numbers):
        """({frame: {field: value}}, how it ended: "" is well)"""
        said = {}
        try:
            server = visits.Sharkd(self.capture, plugin, self.seconds)
        except visits.Gone as problem:
            return said, str(problem)
        try:
            for number in numbers:
                said[number] = server.values(number)
        except visits.Gone as problem:
            server.close()
            return said, str(problem)
        code = server.close()
        return said, f"ended with {code}" if code else ""

    def tell(self, order, wrong):
        if wrong:
            text = "; ".join(f"frame {number}: {what}" for number, what in wrong[:3])
            self.find(f"labels differ {order} ({len(wrong)} in all): {text}")


def check(capture, seconds=120, forms=tuple(strip.OPTIONS), look_around=True):
    """A capture -> its Report.  look_around: visit frames in other orders, too."""
    with tempfile.TemporaryDirectory(prefix="tcpstate-harmless-") as folder:
        checker = Checker(capture, seconds, folder)
        for form in forms:
            for passes in PASSES:
                checker.compare(form, passes)
                for file in pathlib.Path(folder).iterdir():
                    file.unlink() # -V of a large capture fills a disk
        if look_around:
            checker.visit()
        return checker.report
