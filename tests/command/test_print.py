# SPDX-License-Identifier: GPL-2.0-or-later
"""What annotate prints: the packet list of the profile, and whatever tshark's
own options ask for.  The capture is a real HTTP request over loopback; the
expected states are those of RFC 9293, figure 6 (handshake)."""
import os
import pathlib
import shlex
import signal
import subprocess
import unicodedata

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"


def prints(account, *arguments, **options):
    done = account.annotate(*arguments, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def columns(line):
    return [column.strip() for column in line.split("\t")]


def test_the_columns_of_the_profile(installed, sample):
    rows = [columns(line) for line in prints(installed, sample, "-T", "tabs").splitlines()]
    assert len(rows) == 12
    number, time, source, arrow, destination, protocol, analysis, client, server, length, info = rows[0]
    assert (number, time, source, destination) == ("1", "0.000000", "127.0.0.1", "127.0.0.1")
    assert (protocol, length) == ("TCP", "74") and "[SYN]" in info
    assert [row[6:9] for row in rows[:3]] == [
        ["Handshake 1/3", "SYN_SENT", "SYN_RCVD?"],
        ["Handshake 2/3", "ESTABLISHED?", "SYN_RCVD"],
        ["Handshake 3/3", "ESTABLISHED", "ESTABLISHED?"],
    ]


def columns_before(text):
    """How many columns of a terminal it takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


HEADS = {"en": ["No.", "Time", "Source", "Destination", "Client", "Server", "Analysis", "Protocol", "Length", "Info"],
         "zh": ["编号", "时间", "源地址", "目的地址", "客户端", "服务器", "分析", "协议", "长度", "信息"]}
LABELS = {"en": ("Handshake 1/3", "Connected: client sends HTTP request", "Close 2+3/4"),
          "zh": ("第一次握手", "建立连接后，客户端发送http请求", "第二、三次挥手（合并）")}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("from_pipe", [False, True], ids=["file", "pipe"])
def test_rows_stand_below_their_heads(installed, sample, language, from_pipe):
    """Whose state is whose is said once, and every state, label and Info begins where its head does."""
    if from_pipe:
        with open(installed.work / sample, "rb") as capture:
            text = prints(installed, "--language", language, "-", stdin=capture)
    else:
        text = prints(installed, "--language", language, sample)
    head, *rows = text.splitlines()
    assert head.split() == HEADS[language] and len(rows) == 12
    at = {name: columns_before(head[:head.index(name)]) for name in HEADS[language]}
    client, server, analysis, info = (at[HEADS[language][i]] for i in (4, 5, 6, 9))

    def begins(row, word):
        return columns_before(row[:row.index(word)])

    assert begins(rows[0], "SYN_SENT") == client and begins(rows[0], "SYN_RCVD?") == server
    assert begins(rows[10], "TIME_WAIT?") == client and begins(rows[10], "LAST_ACK") == server
    opening, request, closing = LABELS[language]
    for row, label, text in ((0, opening, "58622 → 8080 [SYN]"), (3, request, "GET / HTTP/1.1"),
                             (10, closing, "8080 → 58622 [FIN, ACK]")):
        assert begins(rows[row], label) == analysis
        if not from_pipe:       # where a row waits for no other, one with a long label goes on behind it
            assert begins(rows[row], text) == info


def test_rows_with_columns_of_ones_own_are_tsharks(installed, sample):
    own = prints(installed, sample, "-o", 'gui.column.format:"No.","%m","Analysis","%Cus:tcpstate.analysis:0:R"')
    assert own.splitlines()[0].split() == ["1", "Handshake", "1/3"]
    preferences = installed.profile / "preferences"
    before = preferences.read_bytes()
    try:
        preferences.write_bytes(before.replace(b'\t"Length", "%L",\n', b""))
        rows = prints(installed, sample).splitlines()
    finally:
        preferences.write_bytes(before)
    assert len(rows) == 12 and " TCP Handshake 1/3 SYN_SENT SYN_RCVD? " in rows[0] and " 74 " not in rows[0]


FIRST = {"en": "Handshake 1/3", "zh": "第一次握手"}


@pytest.mark.parametrize("arguments, locale, language", [
    (["--language", "zh"], {}, "zh"),
    (["--language=zh"], {"LC_ALL": "C"}, "zh"),
    (["--language", "en"], {"LC_ALL": "zh_CN.UTF-8"}, "en"),
    (["--language", "auto"], {"LC_ALL": "C.UTF-8"}, "en"),
    ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ([], {"LC_ALL": "", "LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
    ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "en"),
    ([], {"LC_ALL": "C"}, "en"),
    ([], {"LC_ALL": "C", "LANGUAGE": "zh"}, "en"),
    ([], {"LC_ALL": "", "LANG": "en_GB.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
    ([], {"LC_ALL": ""}, "en"),
])
def test_the_language(installed, sample, arguments, locale, language):
    done = installed.annotate(*arguments, sample, "-c", "1", env=locale)
    assert done.returncode == 0
    assert FIRST[language] in done.stdout


def test_the_language_may_follow_the_file(installed, sample):
    assert "第一次握手" in prints(installed, sample, "--language", "zh", "-c", "1")


@pytest.mark.parametrize("name", [
    "with space.pcapng", "-dash.pcapng", "--language", "-i", "-r", "it's.pcapng", 'say "hi".pcapng',
    "two\nlines.pcapng", "$(touch broken)", "tab\t.pcapng", "*?[a].pcapng", "back\\slash.pcapng", "握手.pcapng",
    b"latin\xe9.pcapng",
], ids=ascii)
def test_hostile_file_names(installed, sample, name):
    installed.leave(name, (installed.work / sample).read_bytes())
    name = os.fsdecode(name)
    end_of_options = ["--"] if name in ("--language", "-i") else []
    try:
        assert "Handshake 1/3" in prints(installed, *end_of_options, name, "-c", "1")
        assert not (installed.work / "broken").exists()
    finally:
        os.remove(os.path.join(installed.work, name))


def test_a_dash_in_front_is_no_matter_behind_a_folder_or_two_dashes(installed, sample):
    installed.leave("-dash.pcapng", (installed.work / sample).read_bytes())
    assert "Handshake 1/3" in prints(installed, "./-dash.pcapng", "-c", "1")
    assert "Handshake 1/3" in prints(installed, "--", "-dash.pcapng", "-c", "1")


def test_tsharks_own_options(installed, sample):
    assert prints(installed, sample, "-Y", "tcp.port==1") == ""
    # A heading and two rows.
    assert len(prints(installed, sample, "-Y", "tcp.port==8080 && tcp.flags.syn==1").splitlines()) == 3
    assert len(prints(installed, sample, "tcp.flags.syn==1").splitlines()) == 3
    assert "TCP Connection State" in prints(installed, sample, "-c", "1", "-V")
    steps = prints(installed, sample, "-T", "fields", "-e", "tcpstate.step", "-c", "3")
    assert steps.split() == ["syn", "syn-ack", "handshake-ack"]
    assert prints(installed, "-r", sample, "-2", "-c", "1") == prints(installed, sample, "-c", "1")


def test_tsharks_errors_and_exit_status(installed, sample):
    done = installed.annotate(sample, "-Y", "no.such.field == 1")
    tsharks = installed.run("tshark", "-r", sample, "-Y", "no.such.field == 1").returncode     # 2; 4 in Wireshark 4.6
    assert done.returncode == tsharks != 0 and "no.such.field" in done.stderr


def test_a_capture_from_a_pipe(installed, sample):
    with open(installed.work / sample, "rb") as capture:
        assert "Handshake 1/3" in prints(installed, "-", "-c", "1", stdin=capture)
    script = f'{shlex.quote(str(installed.clone / "plugin/annotate"))} <(cat {sample}) -c 1'
    done = installed.run("bash", "-c", script)
    assert "Handshake 1/3" in done.stdout


def test_a_compressed_capture(installed, sample):
    subprocess.run(["gzip", "-k", installed.work / sample], check=True)
    try:
        assert "Handshake 1/3" in prints(installed, sample + ".gz", "-c", "1")
    finally:
        (installed.work / (sample + ".gz")).unlink()


@pytest.mark.parametrize("name", ["websocket-session.pcapng", "http-ipv6.pcapng", "ssh.pcapng"])
def test_other_captures(installed, name):
    installed.leave(name, (SAMPLES / name).read_bytes())
    assert prints(installed, name, "-c", "1")


def test_a_reader_that_goes_away(installed):
    big = installed.leave("big.pcapng", (SAMPLES / "websocket-session.pcapng").read_bytes())
    script = f'set -o pipefail; {shlex.quote(str(installed.clone / "plugin/annotate"))} {big} | head -n 1'
    done = installed.run("bash", "-c", script)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_running_call_can_be_stopped(installed):
    """Reading from a pipe that never ends; the terminal's Ctrl-C goes to all its processes."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen(installed.command(installed.clone / "plugin/annotate", "-"), env=installed.environment(),
                               cwd=installed.work, stdin=read_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    os.close(read_end)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    finally:
        os.close(write_end)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode != 0


def test_root_gets_no_warning_about_being_root(installed_for_all):
    root_account = installed_for_all
    name = root_account.leave("sample.pcapng", (SAMPLES / "http-loopback.pcapng").read_bytes())
    assert "Handshake 1/3" in prints(root_account, name, "-c", "1")
    done = root_account.annotate(name, "-Y", "no.such.field == 1")
    assert done.returncode in (2, 4) and "no.such.field" in done.stderr
    assert "Running as user" not in done.stderr
    text = root_account.leave("cut.pcapng", (SAMPLES / "http-loopback.pcapng").read_bytes()[:1000])
    done = root_account.annotate(text)
    assert done.returncode in (2, 14) and done.stderr.startswith("tshark: ")     # 14 in Wireshark 4.6
