#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# microseconds-up-to-a-million: what time has a frame of .9999996 s in a file that counts microseconds?
#
# Guess:   0.4 us more or 0.6 us less: the next second's start if it is rounded, .999999 if it is cut off.
# Happens: Scapy, which rounds, writes 1000000 microseconds beside the old second.  tshark and tcpdump print that as
#          the fraction .1000000, so that the frame seems to come before one that was recorded half a second
#          earlier; what tshark computes from the time (frame.time_delta) is right.  editcap keeps the number in
#          pcap and repairs it in pcapng.
# Seen:    Scapy 2.5.0, tshark and editcap 4.0.17, tcpdump 4.99.3 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 python3-scapy=2.5.0+dfsg-2)
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

# A SYN and its answer half a second later, recorded in nanoseconds; Scapy reads them and writes microseconds.
python3 - <<'END' 2>/dev/null
import struct
from decimal import Decimal
from frames import *
from scapy.all import rdpcap
packets = list(frames(WHOLE[:2]))
packets[0].time, packets[1].time = Decimal("1700000000.4999996"), Decimal("1700000000.9999996")
wrpcap("nano.pcap", packets, nano=True)
wrpcap("micro.pcap", rdpcap("nano.pcap"))
with open("micro.pcap", "rb") as file, open("second", "w") as number:
    data = file.read()
    second = 24 + 16 + struct.unpack_from("<I", data, 24 + 8)[0]    # behind the file's header and the first frame
    number.write(str(struct.unpack_from("<I", data, second + 4)[0]))
END

times() { tshark -r "$1" -T fields -e "$2" 2>/dev/null | paste -sd ' '; }
so "recorded" "1700000000.499999600 1700000000.999999600" "$(times nano.pcap frame.time_epoch)"
so "microseconds of the second frame in Scapy's file" 1000000 "$(<second)"
so "tshark" "1700000000.500000000 1700000000.1000000000" "$(times micro.pcap frame.time_epoch)"
so "tcpdump" "1700000000.500000 1700000000.1000000" "$(tcpdump -tt -n -r micro.pcap 2>/dev/null | cut -d ' ' -f 1 | paste -sd ' ')"
so "tshark, the difference" 0.500000000 "$(times micro.pcap frame.time_delta | cut -d ' ' -f 2)"
editcap -F pcap micro.pcap edited.pcap
editcap -F pcapng micro.pcap edited.pcapng
so "behind editcap -F pcap" "1700000000.500000000 1700000000.1000000000" "$(times edited.pcap frame.time_epoch)"
so "behind editcap -F pcapng" "1700000000.500000000 1700000001.000000000" "$(times edited.pcapng frame.time_epoch)"

exit $changed
