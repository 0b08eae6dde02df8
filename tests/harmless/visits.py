# visits.py - the ways to visit a frame: one pass of tshark, -2, and sharkd,
# which keeps a capture open as Wireshark's window does.  tests/golden/
# test_visits.py and tests/harmless/run hold them against each other.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import re
import subprocess
import threading

import built

# What a frame says at any visit.  What a connection comes to in the end is not
# among them: one pass cannot know it before the end (tcpstate.outcome and its
# like, links ahead).
NAMES = ("analysis", "step", "phase", "connection", "stream", "sender", "roles",
         "client.state", "server.state", "client.state.previous", "server.state.previous",
         "client.inferred", "server.inferred", "sender.state", "receiver.state", "explanation",
         "client.isn", "server.isn", "check.ack_is_isn_plus_1", "check.seq_is_isn_plus_1",
         "check.ack_is_fin_plus_1", "check.failed", "flags", "next_seq", "repeats", "protocol",
         "reset.number", "reset.ttl_differs", "mptcp", "frame.answers", "frame.previous_connection")


def arguments(names=NAMES):
    """tshark's, to print these fields of every frame."""
    return ["-T", "fields", "-e", "frame.number", *(a for name in names for a in ("-e", "tcpstate." + name))]


def rows(text):
    """What it printed -> {frame number: (value, ...)}"""
    return {int(number): tuple(values) for number, *values in (line.split("\t") for line in text.splitlines())}


def differences(once, other):
    """[(frame number, in words)] of two results of rows()."""
    wrong = [(number, "it is in one of them only") for number in once.keys() ^ other.keys()]
    wrong += [(number, f"{name} is {b!r}, in one pass {a!r}")
              for number in once.keys() & other.keys()
              for name, a, b in zip(NAMES, once[number], other[number]) if a != b]
    return sorted(wrong)


class Gone(Exception):
    """sharkd answers no more."""


class Sharkd:
    """Dissects the frame it is asked for, at any time, in any order."""

    def __init__(self, capture, plugin=True, seconds=None):
        launcher = [str(built.TESTS / "with-plugin"), *([] if plugin else ["-n"]), str(built.BUILD)]
        self.process = subprocess.Popen([*launcher, "sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace",
                                        env=built.environment())
        # Whoever waits for an answer of it learns of its end.
        self.watch = threading.Timer(seconds, self.process.kill) if seconds else None
        if self.watch:
            self.watch.start()
        self.id = 0
        try:
            self.ask("load", file=str(capture))
        except Gone:
            self.close()
            raise

    def ask(self, method, **parameters):
        self.id += 1
        request = {"jsonrpc": "2.0", "id": self.id, "method": method, "params": parameters}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer = next((line for line in self.process.stdout if line.startswith("{")), None)
        except OSError:
            answer = None
        if answer is None:
            code = self.process.wait(30)
            raise Gone(f"ended with {code} at {method} {parameters}")
        try:
            return json.loads(answer)["result"]
        except (KeyError, ValueError):
            raise Gone(f"answers {answer[:200]!r} to {method} {parameters}") from None

    def close(self):
        """The exit code: 0, or what ended it (-9: the time was up)."""
        if self.watch:
            self.watch.cancel()
        try:
            self.process.stdin.close()
        except OSError:
            pass
        return self.process.wait(30)

    def values(self, number):
        """All that our fields say of a frame: {name: values, joined as -T fields joins them}

        sharkd leaves hidden items out: the sender of a step is read from the step's line, which shows it.
        """
        found = {}
        nodes = list(reversed(self.ask("frame", frame=number, proto=True).get("tree", [])))
        while nodes:
            node = nodes.pop()
            if match := re.fullmatch(r'tcpstate\.(\S+) == "(.*)"', node.get("f", "")):
                found.setdefault(match[1], []).append(match[2])
            if match := re.fullmatch(r"Step: .*, sent by the (client|server)", node.get("l", "")):
                found.setdefault("sender", []).append(match[1])
            nodes += reversed(node.get("n", []))
        return {name: ",".join(values) for name, values in found.items()}

    def frame(self, number, name):
        """The values of one field in a frame."""
        return self.values(number).get(name, "")
