# test_leaks.py - what is left behind of files that were closed.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program look-through (capture.c) opens captures one after another in one
# process, visits every frame in two orders, changes language, labels and other
# preferences and dissects anew, closes, and opens again: under valgrind's
# memcheck, with Wireshark's own pools replaced by plain malloc(), so that each
# piece of memory is seen.  Only what has a frame of plugin/ in its stack is
# counted: libwireshark may lose what it likes.  sharkd then does with the real
# module what the window does: opens one file after another and asks for views.
import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import built

CAPTURES = [built.ROOT / "samples" / f"{name}.pcapng" for name in (
    "http-loopback", "refused", "simultaneous-close", "fast-open", "mptcp", "icmp-unreachable", "port-reused-in-time-wait",
    "half-closed")] + [built.TESTS / "golden" / "cases" / f"{name}.pcap" for name in (
        "tunnel-tcp-in-tcp", "reuse-while-the-old-one-lives", "transfer-zero-window")]
MEMCHECK = ("--leak-check=full", "--show-leak-kinds=all", "--num-callers=60", "--keep-debuginfo=yes", "--xml=yes")


# Wireshark's memory of what addresses are called, which it fills when asked for
# the first time in a file, and hands out copies of.
WIRESHARKS_OWN = {"get_hostname", "get_hostname6"}


def is_ours(frame):
    return "/plugin/" in (frame.findtext("dir") or "") + "/"


def complaints_of(report):
    """Valgrind's complaints with a frame of ours: [(kind, bytes, [function, ...])]."""
    complaints = []
    for error in ElementTree.parse(report).iter("error"):
        functions = [frame.findtext("fn") or "?" for frame in error.find("stack")]
        if any(is_ours(frame) for frame in error.iter("frame")) and not WIRESHARKS_OWN & set(functions):
            complaints.append((error.findtext("kind"), int(error.findtext("xwhat/leakedbytes") or 0), functions))
    # Else the names of folders were not recognised, and nothing could ever be found.
    assert any("Reachable" in kind for kind, *_ in complaints), "what the plugin registers is nowhere to be seen"
    return complaints


def memcheck(report, *arguments):
    assert shutil.which("valgrind"), "valgrind is missing: tests/run installs it"
    done = subprocess.run(["valgrind", *MEMCHECK, f"--xml-file={report}", built.BUILD / "tests" / "look-through", *arguments],
                          env=built.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return complaints_of(report)


@pytest.fixture(scope="module")
def often(tmp_path_factory):
    return memcheck(tmp_path_factory.mktemp("often") / "report.xml", "--keep", *CAPTURES * 3)


def test_nothing_of_ours_is_lost(often):
    assert [complaint for complaint in often if complaint[0] != "Leak_StillReachable"] == []


def since_start(complaints):
    """Less what is registered, once, when the program begins: where Wireshark's own lists of it end is its affair."""
    return sorted(complaint for complaint in complaints if "epan_init" not in complaint[2])


def test_what_stays_does_not_grow_with_the_number_of_files(often, tmp_path):
    """Neither in blocks that are lost nor in those that something still points to."""
    once = since_start(memcheck(tmp_path / "report.xml", "--keep", *CAPTURES))
    assert since_start(often) == once
    assert sum(size for _, size, _ in once) > 0


def test_nothing_of_ours_outlives_the_program(tmp_path):
    """Also where all is cleaned up in the end, as Wireshark does when it is closed."""
    complaints = memcheck(tmp_path / "report.xml", CAPTURES[0])
    assert [complaint for complaint in complaints if complaint[0] not in ("Leak_StillReachable", "Leak_PossiblyLost")] == []


def test_sharkd_opens_one_file_after_another(tmp_path):
    """With labels and language changed, and each view asked for twice."""
    ask = [("setconf", {"name": "tcpstate.language", "value": "zh"})]
    for capture in CAPTURES[:3]:
        ask += [("load", {"file": str(capture)}), ("frames", {"column0": "tcpstate.analysis:1"}),
                ("tap", {"tap0": "stat:tcpstate"}), ("tap", {"tap0": "stat:tcpstate"}), ("tap", {"tap0": "seqa:tcpstate"}),
                ("frame", {"frame": 1, "proto": True}), ("setconf", {"name": "tcpstate.label_all", "value": "TRUE"})]
    asked = "".join(json.dumps({"jsonrpc": "2.0", "id": i, "method": method, "params": params}) + "\n"
                    for i, (method, params) in enumerate(ask, 1))
    report = tmp_path / "report.xml"
    done = built.run("valgrind", *MEMCHECK, f"--xml-file={report}", "sharkd", "-", input=asked,
                        env={"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"})
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [answer["id"] for answer in answers if "result" in answer] == list(range(1, len(ask) + 1)), done.stdout
    assert [complaint for complaint in complaints_of(report) if complaint[0] != "Leak_StillReachable"] == []
