# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line, several files, pipes, what is cut short, extract."""
import json
import os
import pathlib
import pty
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
from scapy.all import IP, TCP, PcapWriter, wrpcap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from built import ROOT, environment  # noqa: E402
from frames import ETHERNET  # noqa: E402
from same import PROGRAM, program  # noqa: E402

SAMPLES = ROOT / "samples"
SESSION = SAMPLES / "websocket-session.pcapng"
CAPTURE_LINE = '<script type="application/json" class="capture">'     # of a page


def rows(*arguments, **options):
    head, *lines = program("connections", "--tsv", *arguments, **options).stdout.splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"))) for line in lines]


def test_json_rows_are_complete_and_name_their_file():
    found = [json.loads(line) for line in program("connections", "--json", SESSION).stdout.splitlines()]
    assert len(found) == 85 and {row["file"] for row in found} == {str(SESSION)}
    refused, other = [row for row in found if row["outcome"] == "refused"]
    assert (refused["port_b"], refused["packets_a_to_b"], refused["handshake"]) == (9229, 1, None)
    assert refused["conn_state"] == other["conn_state"] == "REJ"


def test_a_pipe_is_read():
    with open(SESSION, "rb") as file:
        assert len(rows("-", stdin=file)) == 85
    done = subprocess.run(f"cat '{SESSION}' | '{PROGRAM}' connections --tsv -", shell=True, stdout=subprocess.PIPE,
                          encoding="utf-8", env=environment(), check=True)
    assert done.stdout == program("connections", "--tsv", SESSION).stdout


def test_compressed_files_are_read(tmp_path):
    subprocess.run(f"gzip -c '{SESSION}' > '{tmp_path}/session.gz'", shell=True, check=True)
    assert program("connections", "--tsv", tmp_path / "session.gz").stdout == program("connections", "--tsv", SESSION).stdout


def test_parts_of_a_capture_are_one_in_any_order(tmp_path):
    subprocess.run(["editcap", "-c", "500", SESSION, tmp_path / "part.pcapng"], check=True, env=environment())
    parts = sorted(tmp_path.iterdir(), reverse=True)
    assert len(parts) == 6
    assert program("connections", "--tsv", *parts).stdout == program("connections", "--tsv", SESSION).stdout


def seconds_of(capture):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    program("connections", capture)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def test_a_server_costs_no_more_because_many_were_met_before(tmp_path):
    """Of eight times as many hosts that accept a connection: eight times the time, not sixty-four."""
    seconds = []
    for servers in 5000, 40000:
        with PcapWriter(str(tmp_path / "scan.pcap"), linktype=1) as out:
            for i in range(servers):
                server = f"198.{18 + i // 65536}.{i // 256 % 256}.{i % 256}"
                for a, b, ports, flags, ack in (("192.0.2.1", server, (40000, 443), 0x02, 0), (server, "192.0.2.1", (443, 40000), 0x12, 1001)):
                    out.write(b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + struct.pack(
                        "!BxHHHBBH4s4sHHIIBBHI", 0x45, 40, i % 65536, 0, 64, 6, 0, socket.inet_aton(a), socket.inet_aton(b), *ports,
                        1000, ack, 0x50, flags, 8192, 0))
        seconds.append(seconds_of(tmp_path / "scan.pcap"))
    assert seconds[1] < 24 * max(seconds[0], 0.02)


@pytest.mark.parametrize("packets", [1023, 1024, 1025, 4096, 5 * 1024, 5 * 1024 + 1])
def test_no_packet_is_lost_where_one_thread_hands_over_to_the_other(tmp_path, packets):
    """1,024 at a time, and four times as many on the way."""
    head = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + struct.pack("!BxHHHBBH4s4s", 0x45, 41, 0, 0, 64, 6, 0, b"\n\0\0\1", b"\n\0\0\2")
    with PcapWriter(str(tmp_path / "long.pcap"), linktype=1) as out:
        for i in range(packets):
            out.write(head + struct.pack("!HHIIBBHHHB", 40000, 80, 1000 + i, 1, 0x50, 0x10, 8192, 0, 0, 65))
    one, = map(json.loads, program("connections", "--json", tmp_path / "long.pcap").stdout.splitlines())
    assert (one["packets_a_to_b"], one["bytes_a_to_b"], one["packets_b_to_a"]) == (packets, 55 * packets, 0)


def test_without_room_for_a_thread_it_says_so():
    done = program("connections", SESSION, check=False,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (1 << 50, resource.RLIM_INFINITY)))
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(r"tcpstate: no thread can be had: .+\n", done.stderr)


def test_json_rows_of_several_files_name_the_one_that_each_begins_in():
    """Two captures of different hours, in both orders; and one connection cut into three files."""
    other = SAMPLES / "https.pcapng"
    for files in ((SESSION, other), (other, SESSION)):
        found = [json.loads(line) for line in program("connections", "--json", *files).stdout.splitlines()]
        assert [row["file"] for row in found].count(str(SESSION)) == 85
        assert {row["file"] for row in found if row["port_b"] == 443} == {str(other)}


def test_a_connection_in_several_files_is_that_of_its_first_packet(tmp_path):
    one = tmp_path / "one.pcapng"
    program("extract", SESSION, one, "--stream", "44")
    subprocess.run(["editcap", "-c", "4", one, tmp_path / "part.pcapng"], check=True, env=environment())
    one.unlink()
    parts = sorted(tmp_path.iterdir())
    assert len(parts) > 1
    row, = [json.loads(line) for line in program("connections", "--json", *reversed(parts)).stdout.splitlines()]
    assert row["file"] == str(parts[0])


def test_a_file_that_is_cut_short_gives_what_was_read(tmp_path):
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes((SAMPLES / "https.pcapng").read_bytes()[:700])
    done = program("connections", "--tsv", cut, check=False)
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 2
    assert "cut.pcapng: " in done.stderr and "the answer is that of the 3 packets before" in done.stderr


def interrupted(running, wait):
    """After Ctrl-C; its standard input stays open.  Its exit status, output and errors."""
    time.sleep(wait)
    running.send_signal(signal.SIGINT)
    status = running.wait(20)
    return status, running.stdout.read().decode(), running.stderr.read().decode()


def start(*arguments):
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment())


def test_ctrl_c_prints_what_is_known():
    """A pipe that never ends and has gone silent: the whole session has gone in, then Ctrl-C."""
    with start("connections", "--tsv", "-") as running:
        running.stdin.write(SESSION.read_bytes())
        running.stdin.flush()
        status, out, errors = interrupted(running, 2)
    assert status == 130 and "stopped after 2" in errors and "a part of the capture" in errors
    assert "nterrupted system call" not in errors
    assert out == program("connections", "--tsv", SESSION).stdout


def on_a_terminal(*arguments):
    """What a terminal shows as standard error, and standard output."""
    master, slave = pty.openpty()
    with subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=slave, env=environment()) as running:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # EIO: nobody holds the other end any more
                piece = b""
            if not piece:
                break
            shown += piece
        out = running.stdout.read().decode()
    os.close(master)
    return shown.decode(), out


def test_progress_is_shown_on_a_terminal_and_nowhere_else(tmp_path):
    """Of the file's bytes, growing; its line is gone at the end."""
    large = tmp_path / "large.pcapng"
    large.write_bytes(SESSION.read_bytes() * 100)
    shown, out = on_a_terminal("connections", "--tsv", large)
    told = [(int(percent), int(packets)) for percent, packets in re.findall(r"\r *(\d+) %  (\d+) packets", shown)]
    assert [packets for _, packets in told] == [65536, 131072, 196608, 262144]
    assert all(abs(percent - packets / 2921) <= 1 for percent, packets in told)
    assert shown.endswith("\r\033[K")
    piped = program("connections", "--tsv", large)
    assert piped.stderr == "" and piped.stdout == out


def test_progress_of_a_pipe_counts_packets(tmp_path):
    """How long it will be nobody knows."""
    large = tmp_path / "large.pcapng"
    large.write_bytes(SESSION.read_bytes() * 30)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cp", large, fifo]) as feeding:
        shown, _ = on_a_terminal("connections", "--tsv", fifo)
        feeding.wait(20)
    assert "\r65536 packets" in shown and "%" not in shown


def test_ctrl_c_before_the_first_packet():
    with start("connections", "--tsv", "-") as running:
        status, out, errors = interrupted(running, 2)
    assert (status, out, errors) == (130, "", "tcpstate: stopped before the first packet\n")


def test_ctrl_c_while_extract_writes(tmp_path):
    """In its second pass: what is half written goes, and what was there before stays."""
    large, out = tmp_path / "large.pcapng", tmp_path / "out.pcapng"
    large.write_bytes(SESSION.read_bytes() * 100)
    out.write_bytes(b"before")
    part = tmp_path / "out.pcapng.part"
    with start("extract", large, out, "--address", "127.0.0.1") as running:
        while running.poll() is None and not (part.exists() and part.stat().st_size > 0):
            time.sleep(0.001)
        status, printed, errors = interrupted(running, 0)
    assert (status, printed, errors) == (130, "", f"tcpstate: stopped: {out} was not written\n")
    assert sorted(tmp_path.iterdir()) == [large, out] and out.read_bytes() == b"before"


@pytest.mark.parametrize("arguments, complaint", [
    ((), "say what: report"), (("report",), "name a capture file"), (("paint", "x"), "say what: report"),
    (("report", "--tsv", "x"), "--tsv goes with connections"), (("ladder", "--json", "x"), "--json goes with report, connections and sockets"), (("report", "/nowhere"), "/nowhere: "),
    (("report", __file__), "not a capture that Wireshark can read"), (("report", "--address", "x", "y"), "is no IP address"),
    (("report", "--outcome", "x", "y"), "is no outcome"), (("extract", "a", "b"), "say which connections"),
    (("page", "y"), "-o OUT goes with"), (("report", "y", "-o", "z"), "-o OUT goes with"),
    (("save", "y", "z", "-o", "o"), "save takes one"), (("save", "-", "-o", "o"), "save takes one"),
    (("page", __file__, "-o", "/nowhere/o"), "not a capture"),
    (("page", SESSION, "-o", "/nowhere/o"), "/nowhere/o: "), (("save", SESSION, "-o", "/nowhere/o"), "/nowhere/o"),
    (("sockets", "--host", "x", "y"), "is no IP address"), (("report", "--at", "1", "y"), "go with sockets"),
    (("sockets", "--every", "0", "y"), "seconds, more than 0"), (("sockets", "--every", "1", "--at", "1", "y"), "one of them"), (("sockets", "--every", "1", "--all", "y"), "--every takes --host"),
    (("sockets", "--filter", "tcp", "y"), "--filter does not go with sockets"), (("sockets", "--at", "noon", "y"), "a frame's number"), (("extract", "-", "b", "--trouble"), "which is read twice"), (("report", "--language", "x", "y"), "auto, en or zh"),
])
def test_what_makes_no_sense_is_said(arguments, complaint):
    done = program(*arguments, check=False)
    assert done.returncode in (1, 2) and complaint in done.stderr and done.stdout == ""


@pytest.mark.parametrize("options, count", [
    (("--outcome", "refused"), 2), (("--port", "59117"), 1), (("--port", "59117", "--port", "58984"), 2),
    (("--stream", "44"), 1), (("--connection", "44"), 1), (("--address", "127.0.0.1"), 85), (("--address", "10.0.0.1"), 0),
    (("--until", "1970-01-01T00:00:00Z"), 0), (("--trouble",), 5),      # two refused, three with a slow response: golden/test_report.py
])
def test_which_connections(options, count):
    found = rows(*options, SESSION)
    assert len(found) == count
    assert found == [row for row in rows(SESSION) if row in found]


@pytest.mark.parametrize("view, said", [("connections", "1 more are left out; --all prints them"),
                                        ("ladder", "1 more connections are not shown; --all shows all, a filter chooses."),
                                        ("sockets", "… and 1002 more: name a host, or print all with --all")])
def test_what_is_left_out_is_had_by_the_programs_own_option(tmp_path, view, said):
    capture = tmp_path / "many.pcap"
    wrpcap(str(capture), [ETHERNET / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=port, flags="S") for port in range(2000, 3001)])
    assert said in program(view, "--language", "en", capture).stdout.splitlines()
    assert said not in program(view, "--language", "en", "--all", capture).stdout.splitlines()


def test_sockets_of_some_connections():
    """Their rows among all, with the moment of all."""
    def sockets(*options):
        return [line for line in program("sockets", "--at", "3.0", *options, SESSION).stdout.splitlines()[2:] if ":" in line]

    whole, some = sockets(), sockets("--port", "51823")
    assert len(whole) > len(some) == 2
    assert [row for row in whole if ":51823 " in row] == some


def test_extract_keeps_all_of_what_is_left(tmp_path, tshark):
    """The frames of one connection as Wireshark's own filter chooses them: numbers, times, bytes, comments of the file."""
    out = tmp_path / "out.pcapng"
    assert f"{out}: " in program("extract", SESSION, out, "--stream", "44").stdout
    names = ("-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "tcp.seq_raw", "-e", "frame.interface_name")
    assert tshark("-r", out, *names) == tshark("-r", SESSION, "-Y", "tcp.stream == 44", *names)
    dump = ("-x",)
    assert tshark("-r", out, *dump) == tshark("-r", SESSION, "-Y", "tcp.stream == 44", *dump)
    wanted = "Capture comment", "Capture application", "Name", "Description", "Time precision", "Encapsulation"
    infos = [[line.strip() for line in
              subprocess.run(["capinfos", path], stdout=subprocess.PIPE, encoding="utf-8", check=True,
                             env=environment()).stdout.splitlines() if line.strip().startswith(wanted)]
             for path in (SESSION, out)]
    assert infos[0] == infos[1] and len(infos[1]) >= 6
    row, = rows(out)
    whole, = rows("--stream", "44", SESSION)
    assert {**row, "stream": "44", "connection": "44", "capture": whole["capture"]} == whole


def test_extract_takes_the_whole_of_what_a_filter_finds(tmp_path, tshark):
    """One packet of a connection meets it; all of its packets are written."""
    out = tmp_path / "out.pcapng"
    rare = "tcp.flags.reset == 1 && tcp.stream > 16"
    program("extract", SESSION, out, "--filter", rare)
    streams = set(tshark("-r", SESSION, "-Y", rare, "-T", "fields", "-e", "tcp.stream").split())
    assert len(streams) > 0
    whole = tshark("-r", SESSION, "-Y", f"tcp.stream in {{{','.join(streams)}}}", "-T", "fields", "-e", "frame.time_epoch")
    assert tshark("-r", out, "-T", "fields", "-e", "frame.time_epoch") == whole


@pytest.mark.parametrize("expression, complaint", [
    ("tcp.steam == 1", "tcp.steam"), ("tcp ==", "nexpected end of filter"),
    ("tcpstate.label", "the plugin's fields are not asked here: --outcome"),
])
def test_a_wrong_filter_is_said(expression, complaint):
    done = program("report", "--filter", expression, SESSION, check=False)
    assert done.returncode == 1 and done.stderr.startswith("tcpstate: --filter: ") and done.stdout == ""
    assert complaint in done.stderr


def test_a_filter_says_that_it_is_slow():
    errors = program("report", "--filter", "tcp", SAMPLES / "https.pcapng").stderr
    assert errors.startswith("tcpstate: --filter is slow: Wireshark dissects every frame\n")


def test_extract_takes_icmp_errors_along(tmp_path, tshark):
    out = tmp_path / "out.pcapng"
    program("extract", SAMPLES / "icmp-unreachable.pcapng", out, "--outcome", "unreachable")
    assert "icmp" in tshark("-r", out, "-T", "fields", "-e", "frame.protocols")
    assert [row["outcome"] for row in rows(out)] == ["unreachable"]


def comments_of(tshark, capture):
    return tshark("-r", capture, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.comment")


@pytest.mark.parametrize("make", ["editcap -F pcap {} {}", "editcap -F nsecpcap {} {}", "gzip -c {} > {}"])
def test_save_of_what_is_no_plain_pcapng(tmp_path, tshark, make):
    """As of the plain one: the same packets, the same comments; and no file is left over."""
    capture, out, plain = tmp_path / "a", tmp_path / "out.pcapng", tmp_path / "plain.pcapng"
    subprocess.run(make.format(f"'{SAMPLES}/https.pcapng'", f"'{capture}'"), shell=True, check=True, env=environment())
    assert program("save", "--language", "en", capture, "-o", out).stdout == "8 of 22 packets have a comment\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "out.pcapng"]
    program("save", "--language", "en", SAMPLES / "https.pcapng", "-o", plain)
    assert [line[:17] + line[20:] for line in comments_of(tshark, out).splitlines()] == \
        [line[:17] + line[20:] for line in comments_of(tshark, plain).splitlines()]


def test_save_over_the_capture_itself_and_again(tmp_path):
    """Comments of ours are replaced."""
    capture = tmp_path / "a.pcapng"
    capture.write_bytes((SAMPLES / "https.pcapng").read_bytes())
    program("save", capture, "-o", capture)
    once = capture.read_bytes()
    program("save", capture, "-o", capture)
    assert capture.read_bytes() == once != (SAMPLES / "https.pcapng").read_bytes()


@pytest.mark.parametrize("task, packed", [("save", False), ("save", True), ("page", False)])
def test_what_is_cut_short_is_not_saved_but_has_a_page(tmp_path, task, packed):
    cut, out = tmp_path / "cut.pcapng", tmp_path / "out"
    cut.write_bytes((SAMPLES / "https.pcapng").read_bytes()[:700])
    if packed:
        subprocess.run(["gzip", cut], check=True)
        cut = tmp_path / "cut.pcapng.gz"
    out.write_bytes(b"before")
    done = program(task, cut, "-o", out, check=False)
    assert done.returncode == 1 and f"{cut.name}: " in done.stderr
    assert (out.read_bytes() == b"before") == (task == "save")
    assert sorted(path.name for path in tmp_path.iterdir()) == [cut.name, "out"]


def test_save_of_chosen_connections(tmp_path, tshark):
    """The packets that Wireshark's own filter chooses, with the comments they have among all; no file is left over."""
    whole, some = tmp_path / "whole.pcapng", tmp_path / "some.pcapng"
    program("save", "--language", "en", SESSION, "-o", whole)
    assert program("save", "--language", "en", "--connection", "44", "--connection", "24", SESSION, "-o", some).stdout.startswith(f"{some}: ")
    assert sorted(tmp_path.iterdir()) == [some, whole]
    chosen = "-Y", "tcp.stream == 24 || tcp.stream == 44"
    assert comments_of(tshark, some) == tshark("-r", whole, *chosen, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.comment")
    assert tshark("-r", some, "-x") == tshark("-r", SESSION, *chosen, "-x")


def of_page(path):
    line, = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(CAPTURE_LINE)]
    return json.loads(line.removeprefix(CAPTURE_LINE).removesuffix("</script>"))


def test_page_of_chosen_connections(tmp_path):
    """What Wireshark's own filter leaves of it, but for the filter; of thousands, too, the healthiest of which a page leaves out first."""
    page, theirs = tmp_path / "page.html", tmp_path / "theirs.html"
    program("page", "--stream", "44", SESSION, "-o", page)
    program("page", "--filter", "tcp.stream == 44", SESSION, "-o", theirs)
    asked = of_page(theirs)
    assert asked.pop("filter") == "tcp.stream == 44" and of_page(page) == asked
    healthy = [IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=40000, dport=80, flags=flags, seq=seq, ack=ack) if mine else
               IP(src="192.0.2.2", dst="192.0.2.1") / TCP(sport=80, dport=40000, flags=flags, seq=seq, ack=ack)
               for mine, flags, seq, ack in ((1, "S", 10, 0), (0, "SA", 50, 11), (1, "A", 11, 51), (1, "FA", 11, 51), (0, "FA", 51, 12), (1, "A", 12, 52))]
    scan = [IP(src="192.0.2.3", dst="192.0.2.2") / TCP(sport=port, dport=80, flags="S", seq=port) for port in range(20000, 22100)]
    wrpcap(str(tmp_path / "many.pcap"), healthy + scan)
    program("page", "--outcome", "closed", tmp_path / "many.pcap", "-o", page)
    found = of_page(page)
    assert [connection["result"] for connection in found["connections"]] == ["closed"] and found["counts"] == {"closed": 1}


def test_page_of_several_files_and_of_a_pipe(tmp_path):
    page = tmp_path / "page.html"
    program("page", SESSION, SAMPLES / "https.pcapng", "-o", page)
    assert '"name":"websocket-session.pcapng, +1"' in page.read_text()
    with open(SESSION, "rb") as file:
        program("page", "-", "-o", page, stdin=file)
    piped = page.read_text()
    program("page", SESSION, "-o", page)
    same = page.read_text().replace(f'"name":"{SESSION.name}",', '') == piped  # pytest's own difference takes minutes
    assert same


def test_ctrl_c_gives_the_page_of_what_is_known_and_saves_nothing(tmp_path):
    page, whole = tmp_path / "page.html", tmp_path / "whole.html"
    with start("page", "-", "-o", page) as running:
        running.stdin.write(SESSION.read_bytes())
        running.stdin.flush()
        status, _, errors = interrupted(running, 2)
    assert status == 130 and "a part of the capture" in errors
    with open(SESSION, "rb") as file:
        program("page", "-", "-o", whole, stdin=file)
    same = page.read_bytes() == whole.read_bytes()
    assert same
    large, out = tmp_path / "large.pcapng", tmp_path / "out.pcapng"
    large.write_bytes(SESSION.read_bytes() * 100)
    part = tmp_path / "out.pcapng.part"
    with start("save", large, "-o", out) as running:
        while running.poll() is None and not (part.exists() and part.stat().st_size > 0):
            time.sleep(0.001)
        status, printed, errors = interrupted(running, 0)
    assert (status, printed, errors) == (130, "", f"tcpstate: stopped: {out} was not written\n")
    assert sorted(tmp_path.iterdir()) == [large, page, whole]


def test_extract_leaves_no_file_when_it_fails(tmp_path):
    done = program("extract", SESSION, tmp_path / "no" / "out.pcapng", "--trouble", check=False)
    assert done.returncode == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments, env, chinese", [
    (["--help"], {"LC_ALL": "zh_CN.UTF-8"}, True), (["--help", "--language", "zh"], {"LC_ALL": "C.UTF-8"}, True),
    (["--language=zh", "--help"], {"LC_ALL": "C.UTF-8"}, True), (["--help"], {"LC_ALL": "C.UTF-8", "LANGUAGE": "zh"}, True),
    (["--help", "--language=en"], {"LC_ALL": "zh_CN.UTF-8"}, False), (["--help"], {"LC_ALL": "C"}, False)])
def test_help_is_in_the_readers_language(arguments, env, chinese):
    """Each option of the command has a line; the heads of its sections are GLib's."""
    printed = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8",
                             env=environment(**env)).stdout
    said = re.findall(r"^  (?:-., )?--(?!help)\S+ +(.*)", printed, re.MULTILINE)
    assert len(said) == 20 and all(any("\u4e00" <= letter <= "\u9fff" for letter in line) == chinese
                                   for line in said if line != "auto, en or zh" and line != "auto、en或zh"), printed
    assert ("抓包中每个TCP连接的结果" in printed) == chinese
