#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# interface-clocks: when did a frame come, if each interface of a pcapng file counts time in its own way?
#
# Guess:   every reader agrees: an interface's description says in which unit it counts (if_tsresol) and from
#          when (if_tsoffset), and the format has had both from its beginning.
# Happens: tshark and tcpdump agree.  dpkt takes the unit of the first interface for all: frames of a second
#          one, in nanoseconds, come in the year 55840.  Scapy knows the unit, but not from when it counts: a
#          frame of 2023 comes in 1970.
# Seen:    tshark 4.0.17, tcpdump 4.99.3, dpkt 1.9.8, Scapy 2.5.0 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 python3-dpkt=1.9.8-1 python3-scapy=2.5.0+dfsg-2)
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

# Two frames of one connection, 10 ms apart: once on two interfaces, of which the first counts microseconds and
# the second nanoseconds; once on one that counts microseconds from a certain second on.
python3 - <<'END' 2>/dev/null
import struct
from scapy.all import Ether, IP, TCP

MAC = dict(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
FRAMES = [bytes(Ether(**MAC) / IP(src="192.0.2.1", dst="198.51.100.2") / TCP(sport=40000, dport=80, flags="S", seq=1000)),
          bytes(Ether(**MAC) / IP(src="198.51.100.2", dst="192.0.2.1") / TCP(sport=80, dport=40000, flags="SA", seq=5000, ack=1001))]
START = 1700000000


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def interface(code=0, value=b""):
    option = struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
    return block(1, struct.pack("<HHI", 1, 0, 0) + (option + bytes(4) if code else b""))


def packet(interface, time, frame):
    return block(6, struct.pack("<IIIII", interface, time >> 32, time & 0xffffffff, len(frame), len(frame)) + frame)


SECTION = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
with open("units.pcapng", "wb") as file:
    file.write(SECTION + interface() + interface(9, b"\x09") + packet(0, START * 10**6, FRAMES[0])
               + packet(1, START * 10**9 + 10**7, FRAMES[1]))
with open("offset.pcapng", "wb") as file:
    file.write(SECTION + interface(14, struct.pack("<q", START)) + packet(0, 0, FRAMES[0]) + packet(0, 10**4, FRAMES[1]))
END

by_tshark() { tshark -r "$1" -T fields -e frame.time_epoch 2>/dev/null | sed -E 's/(\...)0+$/\1/' | paste -sd ' '; }
by_tcpdump() { tcpdump -n -tt -r "$1" 2>/dev/null | sed -E 's/(\...)0* .*/\1/' | paste -sd ' '; }
by_scapy() { python3 -c 'import sys; from scapy.all import rdpcap; print(*("%.2f" % p.time for p in rdpcap(sys.argv[1])))' "$1" 2>/dev/null; }
by_dpkt() { python3 -c 'import sys, dpkt; print(*("%.2f" % t for t, _ in dpkt.pcapng.Reader(open(sys.argv[1], "rb"))))' "$1" 2>/dev/null; }
so "two units, tshark" "1700000000.00 1700000000.01" "$(by_tshark units.pcapng)"
so "two units, tcpdump" "1700000000.00 1700000000.01" "$(by_tcpdump units.pcapng)"
so "two units, Scapy" "1700000000.00 1700000000.01" "$(by_scapy units.pcapng)"
so "two units, dpkt" "1700000000.00 1700000000010.00" "$(by_dpkt units.pcapng)"
so "offset, tshark" "1700000000.00 1700000000.01" "$(by_tshark offset.pcapng)"
so "offset, tcpdump" "1700000000.00 1700000000.01" "$(by_tcpdump offset.pcapng)"
so "offset, Scapy" "0.00 0.01" "$(by_scapy offset.pcapng)"
so "offset, dpkt" "1700000000.00 1700000000.01" "$(by_dpkt offset.pcapng)"

exit $changed
