# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --save: the same capture, each step with a packet comment that a
Wireshark without the plugin shows."""
import os
import pathlib
import pty
import shutil
import subprocess

import pytest

import blocks
from blocks import ACK, COMMENT, CUSTOM, RST_ACK, SYN, SYN_ACK, Section, tcp

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"

# RFC 9293, figure 6, seen from a host in the middle.
HANDSHAKE = ["tcpstate: Handshake 1/3 | client SYN_SENT, server SYN_RCVD (inferred)",
             "tcpstate: Handshake 2/3 | client ESTABLISHED (inferred), server SYN_RCVD",
             "tcpstate: Handshake 3/3 | client ESTABLISHED, server ESTABLISHED (inferred)"]
REFUSED = ["tcpstate: Handshake 1/3 | client SYN_SENT, server SYN_RCVD (inferred)",
           "tcpstate: Refused | client CLOSED (inferred), server CLOSED (inferred)"] # anybody may send a RST in its name


def handshake(client=40000, server=9):
    return [tcp(client, server, 100, 0, SYN), tcp(server, client, 300, 101, SYN_ACK),
            tcp(client, server, 101, 301, ACK)]


def saves(account, *arguments, out="out.pcapng", **options):
    """What was saved."""
    done = account.annotate("--save", out, *arguments, **options)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    path = os.path.join(os.fsencode(account.work), os.fsencode(out))
    content = pathlib.Path(os.fsdecode(path)).read_bytes()
    os.remove(path)
    assert leftovers(account) == []
    return content


def leftovers(account):
    return [path.name for path in account.work.glob(".tcpstate-*")]


def texts(content):
    return [[comment.decode() for comment in packet] for packet in blocks.comments(content)]


def everything():
    """Two sections of either byte order with all that a pcapng file may hold."""
    big, little = Section(">"), Section("<")
    one, two, three = handshake()
    secret = b"CLIENT_RANDOM 00 00\n"
    first = [
        big.start((2, b"a machine"), (COMMENT, b"a section")),
        big.interface((2, b"eth0"), (9, b"\x09"), (11, b"\x00tcp")),
        big.interface((2, b"eth1"), (9, b"\x8a"), (3, b"ticks of 1/1024 s")),
        big.interface((2, b"eth2"), (9, b"\x0c"), (3, b"picoseconds")),
        big.block(blocks.SECRETS, big.pack("II", 0x544C534B, len(secret)) + secret),
        big.block(blocks.NAMES, big.pack("HH", 1, 8) + b"\x0a\x00\x00\x09one\x00" + big.pack("HH", 0, 0)),
        big.packet(0, 1_600_000_000_123_456_789, one, (COMMENT, b"somebody's"), (2, big.pack("I", 1))),
        big.packet(1, 1_600_000_000 << 10 | 7, two, (CUSTOM, big.pack("I", 32473) + b"custom"), (COMMENT, b"x\ny")),
        big.block(0x0BADCAFE, b"a block of an unknown type"),
        big.packet(2, 1_600_001_000_000_000_001, three),
        big.packet(0, 1_600_000_002_000_000_000, b"\x02" * 12 + b"\x88\xb5 no IP", (COMMENT, b"tcpstate, I think")),
        big.block(blocks.STATISTICS, big.pack("III", 0, 1, 2) + big.options((4, big.pack("Q", 99)))),
    ]
    other = [tcp(40001, 7, 5, 0, SYN), tcp(7, 40001, 0, 6, RST_ACK)]
    second = [
        little.start(),
        little.interface(),
        little.old_packet(0, 1_600_000_003_000_000, other[0], (COMMENT, b"old")),
        little.packet(0, 1_600_000_004_000_000, other[1]),
        little.block(0x40000BAD, little.pack("I", 32473) + b"custom"),
    ]
    return b"".join(first + second)


def test_everything_else_in_the_file_stays_byte_for_byte(installed):
    capture = everything()
    content = saves(installed, installed.leave("everything.pcapng", capture))
    assert blocks.stripped(content) == capture
    assert texts(content) == [["somebody's", HANDSHAKE[0]], ["x\ny", HANDSHAKE[1]], [HANDSHAKE[2]],
                              ["tcpstate, I think"], ["old", REFUSED[0]], [REFUSED[1]]]


def test_a_wireshark_without_the_plugin_shows_the_comments(installed, tshark):
    installed.leave("out2.pcapng", saves(installed, installed.leave("everything.pcapng", everything())))
    show = ("-r", installed.work / "out2.pcapng", "-T", "fields", "-E", "aggregator=/",
            "-e", "frame.number", "-e", "frame.comment")
    without = tshark(*show, plugin=False)
    assert "3\t" + HANDSHAKE[2] + "\n" in without
    assert "6\t" + REFUSED[1] + "\n" in without
    assert "somebody's" in without
    assert "tcpstate" not in tshark("-G", "protocols", plugin=False)


def test_nothing_but_the_comments_differs_for_wireshark(installed, tshark):
    capture = installed.leave("everything.pcapng", everything())
    installed.leave("out2.pcapng", saves(installed, capture))
    fields = [argument for name in ("frame.time_epoch", "frame.interface_name", "frame.interface_id", "frame.len",
                                    "frame.cap_len", "frame.packet_flags", "frame.section_number", "ip.src_host")
              for argument in ("-e", name)]

    def listed(name):
        rows = tshark("-r", installed.work / name, "-T", "fields", *fields, plugin=False)
        return rows, tshark("-r", installed.work / name, "-x", plugin=False)    # and every byte

    assert listed("out2.pcapng") == listed(capture)


@pytest.mark.parametrize("sample", ["websocket-session.pcapng", "http-ipv6.pcapng", "icmp-unreachable.pcapng"])
def test_samples_go_there_and_back(installed, sample):
    capture = (SAMPLES / sample).read_bytes()
    content = saves(installed, installed.leave("sample.pcapng", capture))
    assert blocks.stripped(content) == capture
    assert content != capture


def test_saving_again_does_not_double_the_comments(installed):
    once = saves(installed, installed.leave("everything.pcapng", everything()))
    assert saves(installed, installed.leave("once.pcapng", once)) == once


def test_saving_again_in_another_language_replaces_the_comments(installed):
    english = installed.leave("english.pcapng", saves(installed, installed.leave("e.pcapng", everything())))
    chinese = saves(installed, "--language", "zh", english)
    assert texts(chinese)[0] == ["somebody's", "tcpstate: 第一次握手 | 客户端 SYN_SENT，服务器 SYN_RCVD（推断）"]
    assert blocks.stripped(chinese) == everything()


def test_comments_that_no_longer_hold_are_taken_away(installed):
    little = Section("<")
    data = little.packet(0, 1, tcp(40000, 9, 1, 1, ACK, b"data"), (COMMENT, b"tcpstate: stale"), (COMMENT, b"mine"))
    capture = little.start() + little.interface() + b"".join(
        little.packet(0, 0, segment) for segment in handshake()) + data
    content = saves(installed, installed.leave("stale.pcapng", capture))
    assert "tcpstate: stale" not in texts(content)[3] and "mine" in texts(content)[3]


def test_two_segments_in_one_frame_give_two_comments(installed):
    """A remote capture carries other connections' segments inside of its own (the figure beside the case)."""
    case = SAMPLES.parent / "tests/golden/cases/tunnel-tcp-in-tcp.pcap"
    content = saves(installed, installed.leave("tunnel.pcap", case.read_bytes()))
    labels = [[text.split(" | ")[0] for text in packet] for packet in texts(content)]
    assert [packet for packet in labels if len(packet) == 2] == [
        ["tcpstate: Handshake 2/3", "tcpstate: Handshake 1/3"],
        ["tcpstate: Close 1/4", "tcpstate: Handshake 3/3"]]


def test_word_of_a_segment_that_was_not_delivered_is_a_comment_too(installed):
    """On the ICMP error that quotes it."""
    content = saves(installed, installed.leave("icmp.pcapng", (SAMPLES / "icmp-unreachable.pcapng").read_bytes()))
    assert any("unreachable" in text.lower() for packet in texts(content) for text in packet)


def test_unknown_roles_are_not_called_client_and_server(installed):
    little = Section("<")
    middle = [tcp(40000, 40001, 50, 70, 0x18, b"hello"), tcp(40001, 40000, 70, 55, 0x11)]
    capture = little.start() + little.interface() + b"".join(little.packet(0, 0, segment) for segment in middle)
    content = saves(installed, installed.leave("midway.pcapng", capture))
    close = texts(content)[1][0]
    assert "sender FIN_WAIT_1" in close and "receiver CLOSE_WAIT (inferred)" in close
    assert "client" not in close.split("|")[1]


@pytest.mark.parametrize("label, expected", [
    ("%s%n", "%s%n"),
    ("x" * 5000, None),
], ids=["format", "long"])
def test_a_label_of_the_users_own_stays_one_line(installed, label, expected):
    option = ["-o", f'uat:tcpstate_labels:"syn","en","{label}"']
    capture = (SAMPLES / "http-loopback.pcapng").read_bytes()
    content = saves(installed, installed.leave("sample.pcapng", capture), *option, "--language", "en")
    text = texts(content)[0][0]
    assert text.isprintable() and text.startswith("tcpstate: ") and len(text) < 5000
    if expected:
        assert text == f"tcpstate: {expected} | client SYN_SENT, server SYN_RCVD (inferred)"
    assert blocks.stripped(content) == capture


def test_a_label_that_turns_the_direction_of_writing_is_refused(installed):
    sample = installed.leave("sample.pcapng", (SAMPLES / "http-loopback.pcapng").read_bytes())
    done = installed.annotate("--save", "turned.pcapng", sample, "-o", 'uat:tcpstate_labels:"syn","en","\u202eturned\u2028"')
    assert done.returncode == 1 and "without control characters" in done.stderr and "nothing was saved" in done.stderr
    assert not (installed.work / "turned.pcapng").exists()


def test_other_formats_become_pcapng(installed, tshark):
    sample = installed.leave("sample.pcapng", (SAMPLES / "http-loopback.pcapng").read_bytes())
    expected = texts(saves(installed, sample))
    for kind in ("pcap", "nsecpcap", "snoop"):
        subprocess.run(["editcap", "-F", kind, installed.work / sample, installed.work / "other"], check=True)
        assert texts(saves(installed, "other")) == expected
        os.remove(installed.work / "other")


@pytest.mark.parametrize("program, suffix", [("gzip", ".gz"), ("zstd", ".zst"), ("lz4", ".lz4")])
def test_a_compressed_capture(installed, program, suffix):
    if not shutil.which(program):
        pytest.skip(f"no {program}")
    packed = subprocess.run([program, "-c"], input=everything(), stdout=subprocess.PIPE, check=True).stdout
    content = saves(installed, installed.leave("packed" + suffix, packed))
    assert blocks.stripped(content) == everything()


def test_a_capture_from_a_pipe(installed):
    name = installed.leave("everything.pcapng", everything())
    with open(installed.work / name, "rb") as capture:
        assert blocks.stripped(saves(installed, "-", stdin=capture)) == everything()
    script = f'exec "{installed.clone}/plugin/annotate" --save piped.pcapng <(cat {name})'
    assert installed.run("bash", "-c", script).returncode == 0
    assert blocks.stripped((installed.work / "piped.pcapng").read_bytes()) == everything()


def test_an_older_file_is_replaced_and_keeps_its_permissions(installed):
    name = installed.leave("everything.pcapng", everything())
    installed.annotate("--save", "new.pcapng", name)
    old = installed.work / "new.pcapng"
    assert old.stat().st_mode & 0o777 == 0o644      # what the umask allows
    old.write_bytes(b"old")
    old.chmod(0o640)
    assert installed.annotate("--save", "new.pcapng", name).returncode == 0
    assert blocks.stripped(old.read_bytes()) == everything()
    assert old.stat().st_mode & 0o777 == 0o640


def test_progress_is_shown_on_a_terminal_only(installed):
    name = installed.leave("everything.pcapng", everything())
    done = installed.annotate("--save", "out.pcapng", name)
    assert done.stderr.count("\n") == 1 and "\r" not in done.stderr and "5 of 6 packets" in done.stderr
    ours, theirs = pty.openpty()
    done = subprocess.run(installed.command(installed.clone / "plugin/annotate", "--save", "out.pcapng", name),
                          env=installed.environment(), cwd=installed.work, stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=theirs, timeout=60)
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    (installed.work / "out.pcapng").unlink()
    assert done.returncode == 0 and "\r" in said and said.rstrip().endswith("packets have a comment")


def refuses(account, *arguments):
    done = account.annotate(*arguments)
    assert done.returncode not in (0, 125, 126, 127) and done.stdout == ""
    assert leftovers(account) == []
    return done.stderr


def test_what_save_refuses(installed):
    name = installed.leave("everything.pcapng", everything())
    os.symlink("everything.pcapng", installed.work / "link.pcapng")
    try:
        assert "the capture itself" in refuses(installed, "--save", name, name)
        assert "the capture itself" in refuses(installed, "--save", "link.pcapng", name)
    finally:
        os.remove(installed.work / "link.pcapng")
    assert (installed.work / name).read_bytes() == everything()
    assert "folder" in refuses(installed, "--save", ".", name)
    assert "no folder" in refuses(installed, "--save", "gone/out.pcapng", name)
    assert "no plain file" in refuses(installed, "--save", "/dev/null", name)
    assert "only -o and -d" in refuses(installed, "--save", "out.pcapng", name, "-Y", "tcp")
    assert "only -o and -d" in refuses(installed, "--save", "out.pcapng", name, "-c", "1")
    assert "name of the new file" in refuses(installed, "--save", "", name)
    assert "name a capture" in refuses(installed, "--save", "out.pcapng")
    assert "no such file" in refuses(installed, "--save", "out.pcapng", "gone.pcapng")
    assert "do not go together" in refuses(installed, "--save", "out.pcapng", "--report", name)
    assert not (installed.work / "out.pcapng").exists()


def test_a_capture_that_is_cut_short_is_not_saved(installed):
    old = installed.work / installed.leave("kept.pcapng", b"precious")
    name = installed.leave("cut.pcapng", everything()[:-100])
    said = refuses(installed, "--save", "kept.pcapng", name)
    assert "cut short" in said and "nothing was saved" in said
    assert old.read_bytes() == b"precious"


def test_the_view_says_what_is_wrong_with_its_arguments(tshark, tmp_path):
    sample = SAMPLES / "http-loopback.pcapng"
    for argument in ("", ",one", ",one,two,three", f",{tmp_path}/gone,{tmp_path}/out"):
        with pytest.raises(AssertionError, match="tcpstate,comments"):
            tshark("-q", "-r", sample, "-z", "tcpstate,comments" + argument)
