#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pcapng-names-vanish: what do Wireshark's tools keep of a pcapng file?
#
# Guess:   a tool that copies a pcapng file into a pcapng file keeps what it does not change: names of
#          hosts, the interface's counts of dropped packets, secrets, comments.
# Happens: editcap, mergecap, reordercap and tshark -w keep comments, secrets and custom blocks, and silently
#          leave out the names (Name Resolution Block) and the counts (Interface Statistics Block), so that a
#          capture that tells of 3 lost packets tells of none after a copy.
# Seen:    editcap, mergecap, reordercap, tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    python3-scapy=2.5.0+dfsg-2)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
# With them, the libraries that they need and this machine lacks.
mapfile -t needed < <(apt-get -qq -s install --no-install-recommends --allow-downgrades "${packages[@]}" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+)( \[[^]]*\])? \(([^ ]+) .*/\1=\3/p')
apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" "${needed[@]}" || {
    echo "${0##*/}: not to be had: is apt-get update due, or has Debian newer ones?" >&2
    exit 2
}
root=$work/root
for package in *.deb; do dpkg -x "$package" "$root"; done
export HOME=$work LC_ALL=C.UTF-8 PATH=$root/usr/bin:$root/usr/sbin:$PATH
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
export PYTHONPATH=$root/usr/lib/python3/dist-packages
export WIRESHARK_DATA_DIR=$root/usr/share/wireshark WIRESHARK_PLUGIN_DIR=$work   # no plugin of this machine's

changed=0
# so WHAT EXPECTED SEEN: tells what was seen, and whether it is still so.
so() {
    if [[ $2 == "$3" ]]; then
        printf 'still so: %s: %s\n' "$1" "${3//$'\n'/ | }"
    else
        printf 'CHANGED:  %s: %s\n     not  %s\n' "$1" "${3//$'\n'/ | }" "${2//$'\n'/ | }"
        changed=1
    fi
}

# A whole connection: opened, asked, answered, closed by the server, then by the client.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 80), "<": ("198.51.100.2", "192.0.2.1", 80, 40000)}
ASK, SAY = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhi"
WHOLE = [(">", "S", 1000, 0, b""), ("<", "SA", 5000, 1001, b""), (">", "A", 1001, 5001, b""),
         (">", "PA", 1001, 5001, ASK), ("<", "A", 5001, 1019, b""), ("<", "PA", 5001, 1019, SAY), (">", "A", 1019, 5022, b""),
         ("<", "FA", 5022, 1019, b""), (">", "A", 1019, 5023, b""), (">", "FA", 1019, 5023, b""), ("<", "A", 5023, 1020, b"")]


def frames(rows, start=1700000000.0, gap=0.01):
    for number, (way, flags, seq, ack, data) in enumerate(rows):
        source, target, sport, dport = ENDS[way]
        frame = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst=target, id=number + 1)
                 / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, window=64240) / data)
        frame.time = start + number * gap
        yield frame
END
# A pcapng file with a block of each kind that the format's draft has for captures, in its order.
cat >blocks.py <<'END'
import struct
import sys
from frames import *


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def options(*given):
    return b"".join(struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)
                    for code, value in (*given, (0, b"")))


def section(comment):
    return (block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options((1, comment.encode())))
            + block(1, struct.pack("<HHI", 1, 0, 262144) + options((2, b"eth0"))))


def packet(frame):
    data, time = bytes(frame), int(frame.time * 1000000)
    return block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(data), len(data)) + data)


NAMES = block(4, struct.pack("<HH", 1, 11) + bytes([192, 0, 2, 1]) + b"client\0\0" + struct.pack("<HH", 0, 0))
SECRETS = block(10, struct.pack("<II", 0x544C534B, 24) + b"CLIENT_RANDOM 0123 4567\n")
COUNTS = block(5, struct.pack("<III", 0, 0x5F, 0x5E100) + options((4, struct.pack("<Q", 11)), (5, struct.pack("<Q", 3))))
PRIVATE = block(0xBAD, struct.pack("<I", 32473) + b"a vendor's own block")     # RFC 5612: a number for examples
END

python3 - <<'END' 2>/dev/null
from blocks import *
with open("all.pcapng", "wb") as out:
    out.write(section("a comment") + NAMES + SECRETS + b"".join(map(packet, frames(WHOLE))) + COUNTS)
END
kinds() {
    python3 - "$1" <<'END'
import struct
import sys

NAMES = {0x0A0D0D0A: "section", 1: "interface", 4: "names", 5: "statistics", 6: "packet", 10: "secrets", 0xBAD: "custom"}
data, at, seen = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    kind, size = struct.unpack("<II", data[at:at + 8])
    name = NAMES.get(kind, hex(kind))
    if name != "packet" or seen[-1:] != ["packet"]:
        seen.append(name)
    at += size
print(*seen)
END
}

so "the file" "section interface names secrets packet statistics" "$(kinds all.pcapng)"
so "names and counts, as capinfos reads them" "1 1" "$(capinfos all.pcapng | sed -nE 's/^Number of resolved IPv4.*: *//p; s/.*Number of stat entries = //p' | paste -sd ' ')"
editcap all.pcapng editcap.pcapng
mergecap -w mergecap.pcapng all.pcapng
reordercap all.pcapng reordercap.pcapng >/dev/null
tshark -r all.pcapng -w tshark.pcapng 2>/dev/null
for tool in editcap mergecap reordercap tshark; do
    so "$tool" "section interface secrets packet" "$(kinds "$tool.pcapng")"
done

exit $changed
