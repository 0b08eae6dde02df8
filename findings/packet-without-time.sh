#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packet-without-time: what do tools make of a pcapng packet that has no time?
#
# pcapng's Simple Packet Block holds a packet and its length, without a time stamp.
#
# Guess:   such a packet is shown where it stands in the file, and times that depend on its own are left out.
# Happens: tshark shows no time for the frame itself, but computes with 0: a round trip of minus 54 years.
#          tcpdump dates it 1970, and tcptrace makes two connections, neither of them complete, of the one.
#          Scapy gives it the time at which it is read, another one in every run.  dpkt leaves the packet out.
# Seen:    tshark 4.0.17, tcpdump 4.99.3, tcptrace 6.6.7, Scapy 2.5.0, dpkt 1.9.8 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpdump=4.99.3-1 tcptrace=6.6.7-6+b1 python3-scapy=2.5.0+dfsg-2 python3-dpkt=1.9.8-1)
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

# The whole connection; timed.pcapng has a time for each packet, simple.pcapng none for the fifth, the ACK of the request.
python3 - <<'END' 2>/dev/null
import struct
from frames import *


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def enhanced(packet):
    ticks, data = round(packet.time * 1000000), bytes(packet)
    return block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)) + data)


section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 262144))
packets = list(frames(WHOLE))
with open("timed.pcapng", "wb") as timed, open("simple.pcapng", "wb") as simple:
    timed.write(section + b"".join(map(enhanced, packets)))
    data = bytes(packets[4])
    simple.write(section + b"".join(map(enhanced, packets[:4])) + block(3, struct.pack("<I", len(data)) + data)
                 + b"".join(map(enhanced, packets[5:])))
END

fifth() { tshark -r "$1" -Y 'frame.number == 5' -T fields -e frame.time_epoch -e tcp.analysis.ack_rtt -E separator=, 2>/dev/null; }
connections() { tcptrace -n "$1" 2>/dev/null | sed -nE 's/^ +[0-9]+: .*\) +([0-9]+)> +([0-9]+)< *(.*)/\1 and \2 \3/p' | sed 's/ *$//'; }
so "tshark, the ACK's time and round trip, timed" 1700000000.040000000,0.010000000 "$(fifth timed.pcapng)"
so "tshark, simple" ,-1700000000.030000000 "$(fifth simple.pcapng)"
so "tcpdump, simple" 0.000000 "$(tcpdump -tt -n -r simple.pcapng 2>/dev/null | sed -n '5s/ .*//p')"
so "tcptrace, timed" "6 and 5 (complete)" "$(connections timed.pcapng)"
so "tcptrace, simple" $'3 and 2\n3 and 3' "$(connections simple.pcapng)"
so "Scapy, simple, is it the time of reading" True "$(python3 - 2>/dev/null <<'END'
import time
from scapy.all import rdpcap
print(abs(time.time() - float(rdpcap("simple.pcapng")[4].time)) < 60)
END
)"
so "dpkt, simple, packets of 11" 10 "$(python3 -c 'import dpkt; print(len(list(dpkt.pcapng.Reader(open("simple.pcapng", "rb")))))')"

exit $changed
