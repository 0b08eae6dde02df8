#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# new-data-never-seen: a segment that was lost is sent again together with the bytes behind it; who saw those?
#
# Guess:   Wireshark has the segment in front of it, so the ACK of all its bytes acknowledges what the capture holds.
# Happens: the segment is a TCP Retransmission as a whole, its new bytes do not count as sent, and the ACK behind it
#          is "TCP ACKed unseen segment", the warning of a capture that misses packets.  The same bytes in two
#          segments, the old ones and the new ones, give no such warning.  Linux joins small segments when it sends
#          them again (net.ipv4.tcp_retrans_collapse, on by default), so the case needs no rare host.
# Seen:    tshark 4.0.17 (Debian 12)

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

# The client's first ten bytes get no answer.  After 400 ms it sends them again and six more, in one segment
# (joined.pcap) or in two (apart.pcap); the server acknowledges all sixteen.
python3 - <<'END' 2>/dev/null
from frames import *
opening, first = WHOLE[:3], (">", "PA", 1001, 5001, b"0123456789")
again = {"joined": [(">", "PA", 1001, 5001, b"0123456789ABCDEF")],
         "apart": [first, (">", "PA", 1011, 5001, b"ABCDEF")]}
for name, segments in again.items():
    wrpcap(name + ".pcap", list(frames(opening + [first]))
           + list(frames(segments + [("<", "A", 5001, 1017, b"")], start=1700000000.43)))
END

analysis() {
    tshark -r "$1" -Y 'tcp.analysis.retransmission || tcp.analysis.ack_lost_segment' -T fields -e frame.number \
        -e tcp.len -e tcp.analysis.retransmission -e tcp.analysis.ack_lost_segment -E separator=, 2>/dev/null
}
so "frame, bytes, retransmission, ACK of a lost segment; joined" $'5,16,1,\n6,0,,1' "$(analysis joined.pcap)"
so "the same; apart" 5,10,1, "$(analysis apart.pcap)"
sent=$(tshark -r joined.pcap -Y 'frame.number == 5' -T fields -e tcp.nxtseq 2>/dev/null)
so "where the bytes of frame 5 end, and what frame 6 acknowledges" "17 17" \
    "$sent $(tshark -r joined.pcap -Y 'frame.number == 6' -T fields -e tcp.ack 2>/dev/null)"

exit $changed
