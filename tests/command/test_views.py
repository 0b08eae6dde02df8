# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --report, --connections and --ladder: the views of a whole capture, printed
by tshark, or by the program tcpstate.  What a view says is its own tests' affair;
here: which one runs, by which of the two, over what, and that nothing else is printed."""
import os
import pathlib

import pytest

import blocks

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


@pytest.mark.parametrize("view", ["report", "connections", "ladder"])
def test_which_view_runs(installed, asked, view):
    installed.leave("-sample.pcapng", SAMPLE)
    name = installed.leave("sample.pcapng", SAMPLE)
    start = ["-C", "TCP State"]
    if view != "report":
        assert asked(f"--{view}", name) == start + ["-r", name, "-q", "-z", f"tcpstate,{view}"]
    assert asked(f"--{view}", name, "tcp.port == 80 && ip") == \
        start + ["-r", name, "-q", "-z", f"tcpstate,{view},tcp.port == 80 && ip"]
    assert asked(f"--{view}", "--language", "zh", "./-sample.pcapng", "-n") == \
        start + ["-o", "tcpstate.language:zh", "-r", "./-sample.pcapng", "-q", "-z", f"tcpstate,{view}", "-n"]
    assert asked(f"--{view}", "-sample.pcapng", "ip")[3] == "./-sample.pcapng"
    assert asked(name, f"--{view}", "tcp")[-1] == f"tcpstate,{view},tcp"
    os.remove(installed.work / "-sample.pcapng")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_of_all_is_the_programs_and_to_the_letter_that_of_tshark(installed, asked, language):
    """The tshark that `asked` puts in the way would print its words."""
    name = installed.leave("sample.pcapng", SAMPLE)
    theirs = installed.run("tshark", "-C", "TCP State", "-o", f"tcpstate.language:{language}", "-q", "-z", "tcpstate,report",
                           "-r", name)
    ours = asked("--report", "--language", language, name)
    assert ours == theirs.stdout.splitlines() and len(ours) > 5


def test_a_report_of_standard_input(installed, asked):
    name = installed.leave("sample.pcapng", SAMPLE)
    with open(installed.work / name, "rb") as capture:
        done = installed.annotate("--report", "--language", "en", "-", stdin=capture)
    assert done.returncode == 0 and done.stdout.splitlines() == asked("--report", "--language", "en", name)


@pytest.mark.parametrize("file, content", [("preferences", "tcpstate.two_msl: 1\n"), ("decode_as_entries", ""),
                                           ("tcpstate_labels", "")])
def test_what_the_profile_sets_only_tshark_knows(installed, asked, file, content):
    name, path = installed.leave("sample.pcapng", SAMPLE), installed.profile / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + content)
    try:
        assert asked("--report", name)[:2] == ["-C", "TCP State"]
    finally:
        path.write_text(before) if before is not None else path.unlink()


@pytest.fixture
def large(installed):
    """Large by blocks that no reader knows, most of which no disk holds."""
    unknown = blocks.Section("<").pack("II", 0x80000001, 15 << 20), blocks.Section("<").pack("I", 15 << 20)
    name = installed.leave("large.pcapng", SAMPLE)
    with open(installed.work / name, "r+b") as file:
        file.seek(0, os.SEEK_END)
        for _ in range(18):
            file.write(unknown[0])
            file.seek((15 << 20) - 12, os.SEEK_CUR)
            file.write(unknown[1])
    yield name
    os.remove(installed.work / name)


def test_of_a_large_capture_the_program_prints_rows_and_ladders_and_says_so(installed, asked, large):
    assert "TCP Connection State: ladder" in asked("--ladder", "--language", "en", large)
    done = installed.annotate("--connections", "--json", large)
    assert '"protocol":null' in done.stdout and "which names no protocols" in done.stderr
    assert asked("--connections", large, "tcp")[:2] == ["-C", "TCP State"]


def test_of_a_large_capture_the_program_makes_the_page_and_saves(installed, asked, large):
    """The tshark of `asked` would do neither: it prints what it was asked for."""
    made, folder = ("page.html", "saved.pcapng"), installed.work
    assert asked("--page", made[0], large) == []
    assert b"large.pcapng" in (folder / made[0]).read_bytes()
    assert asked("--save", made[1], large) == []
    content = (folder / made[1]).read_bytes()
    assert b"tcpstate: Handshake 1/3 |" in content and len(content) > 18 * (15 << 20)
    assert not list(folder.glob(".tcpstate-*"))
    for name in made:
        os.remove(folder / name)


def test_a_report_needs_a_file(account):
    for arguments in (["--report"], ["--ladder"], ["--report", "-i", "lo"], ["--report", "gone.pcapng"],
                      ["--report", "--ladder", "x.pcapng"]):
        done = account.annotate(*arguments)
        assert done.returncode != 0 and done.stdout == "" and done.stderr.count("\n") == 1
    assert account.files() == set()
