# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --report and --ladder: the views of a whole capture, printed by
tshark.  What a view says is its own tests' affair; here: which one runs, over
what, and that nothing else is printed."""
import os
import pathlib

import pytest

SAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "samples/http-loopback.pcapng").read_bytes()


@pytest.fixture
def asked(installed):
    """asked(ARGUMENT...) -> what annotate asks tshark for; the real one answers all but the last question."""
    folder = installed.work / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "tshark"
    script.write_text('#!/bin/sh\ncase " $* " in *" -r "*) printf "%s\\n" "$@";; *) exec /usr/bin/tshark "$@";; esac\n')
    script.chmod(0o755)
    env = {"PATH": f"{folder}:{installed.environment()['PATH']}"}
    installed.annotate("--install", env=env)     # another tshark is another Wireshark

    def asked(*arguments):
        done = installed.annotate(*arguments, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return asked


@pytest.mark.parametrize("view", ["report", "ladder"])
def test_which_view_runs(installed, asked, view):
    installed.leave("-sample.pcapng", SAMPLE)
    name = installed.leave("sample.pcapng", SAMPLE)
    start = ["-C", "TCP State"]
    assert asked(f"--{view}", name) == start + ["-r", name, "-q", "-z", f"tcpstate,{view}"]
    assert asked(f"--{view}", name, "tcp.port == 80 && ip") == \
        start + ["-r", name, "-q", "-z", f"tcpstate,{view},tcp.port == 80 && ip"]
    assert asked(f"--{view}", "--language", "zh", "./-sample.pcapng", "-n") == \
        start + ["-o", "tcpstate.language:zh", "-r", "./-sample.pcapng", "-q", "-z", f"tcpstate,{view}", "-n"]
    assert asked(f"--{view}", "-sample.pcapng")[3] == "./-sample.pcapng"
    assert asked(name, f"--{view}", "tcp")[-1] == f"tcpstate,{view},tcp"
    os.remove(installed.work / "-sample.pcapng")


def test_a_report_needs_a_file(account):
    for arguments in (["--report"], ["--ladder"], ["--report", "-i", "lo"], ["--report", "gone.pcapng"],
                      ["--report", "--ladder", "x.pcapng"]):
        done = account.annotate(*arguments)
        assert done.returncode != 0 and done.stdout == "" and done.stderr.count("\n") == 1
    assert account.files() == set()
