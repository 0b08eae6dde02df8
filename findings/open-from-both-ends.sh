#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# open-from-both-ends: how much is lost when two ends open one connection at once?
#
# Guess:   nothing.  Both SYNs cross, each end answers with SYN,ACK (RFC 9293 figure 7), and every segment was sent
#          once; that a SYN,ACK has the number of its sender's SYN is how the figure has it.
# Happens: tcptrace counts a data segment sent again for each end, of one byte.  Wireshark, which says of the second
#          SYN that it is a simultaneous open, calls both SYN,ACKs suspected retransmissions two lines below.
# Seen:    tshark 4.0.17, tcptrace 6.6.7 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    python3-scapy=2.5.0+dfsg-2 tcptrace=6.6.7-6+b1)
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

# One capture of each opening; in both ten bytes follow, and nothing is sent twice.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 40001), "<": ("198.51.100.2", "192.0.2.1", 40001, 40000)}
ORDINARY = [(">", "S", 1000, 0, b""), ("<", "SA", 5000, 1001, b""), (">", "A", 1001, 5001, b"")]
AT_ONCE = [(">", "S", 1000, 0, b""), ("<", "S", 5000, 0, b""), (">", "SA", 1000, 5001, b""), ("<", "SA", 5000, 1001, b"")]
DATA = [(">", "PA", 1001, 5001, b"0123456789"), ("<", "A", 5001, 1011, b"")]


def frames(rows):
    for number, (way, flags, seq, ack, data) in enumerate(rows):
        source, target, sport, dport = ENDS[way]
        frame = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst=target, id=number + 1)
                 / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, window=64240) / data)
        frame.time = 1700000000.0 + number * 0.005
        yield frame


wrpcap("ordinary.pcap", list(frames(ORDINARY + DATA)))
wrpcap("at-once.pcap", list(frames(AT_ONCE + DATA)))
END
python3 frames.py 2>/dev/null

again() { tshark -r "$1" -Y tcp.analysis.retransmission -T fields -e frame.number 2>/dev/null | xargs; }
counted() { tcptrace -l -n "$1" 2>/dev/null | sed -n 's/^ *rexmt data pkts: *\([0-9]*\) *rexmt data pkts: *\([0-9]*\) *$/\1 and \2/p'; }

so "Wireshark, of an ordinary opening: sent again" "" "$(again ordinary.pcap)"
so "tcptrace, of an ordinary opening: sent again" "0 and 0" "$(counted ordinary.pcap)"
so "Wireshark, of both at once: frames sent again" "3 4" "$(again at-once.pcap)"
so "Wireshark, of both at once: frames of a simultaneous open" "2" \
    "$(tshark -r at-once.pcap -Y '_ws.expert.message == "Simultaneous open"' -T fields -e frame.number 2>/dev/null)"
so "tcptrace, of both at once: sent again" "1 and 1" "$(counted at-once.pcap)"

exit $changed
