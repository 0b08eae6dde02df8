#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# call-back-misses-data: what do tools make of a call that nobody answers, and of a call back, from and to the same ports?
#
# Guess:   two connections: one that never came about, and one that the other end opened; of that, nothing is missing.
#          (So do programs that go through NATs: one calls in vain, gives up and listens, and is called.)
# Happens: tcptrace and tshark make one of them, in which the end that gave up is the one that opens.  Its answer begins
#          with another number than its call, so tshark finds a simultaneous open, segments before the answer that were not
#          captured, and an ACK of such ones; and tcptrace misses 18446744073709551615 bytes of an end that said nothing.
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

# The call back alone, and behind a call in vain.  All that was sent is there.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ENDS = {">": ("192.0.2.1", "198.51.100.2", 40000, 40001), "<": ("198.51.100.2", "192.0.2.1", 40001, 40000)}
CALL = [(">", "S", 1000, 0, b"")]
BACK = [("<", "S", 5000, 0, b""), (">", "SA", 70000, 5001, b""), ("<", "A", 5001, 70001, b""), ("<", "PA", 5001, 70001, b"0123456789"),
        (">", "A", 70001, 5011, b""), ("<", "FA", 5011, 70001, b""), (">", "FA", 70001, 5012, b""), ("<", "A", 5012, 70002, b"")]


def frames(rows, start):
    for number, (way, flags, seq, ack, data) in enumerate(rows):
        source, target, sport, dport = ENDS[way]
        frame = (Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst=target, id=number + 1)
                 / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, window=64240) / data)
        frame.time = start + number * 0.005
        yield frame


wrpcap("back.pcap", list(frames(BACK, 1700000002.0)))
wrpcap("both.pcap", list(frames(CALL, 1700000000.0)) + list(frames(BACK, 1700000002.0)))
END
python3 frames.py 2>/dev/null

streams() { tshark -r "$1" -T fields -e tcp.stream 2>/dev/null | sort -u | wc -l; }
says() { tshark -r "$1" -Y "$2" -T fields -e frame.number 2>/dev/null | xargs; }
traced() { tcptrace -l -n "$1" 2>/dev/null | sed -n 's/^\([0-9]*\) TCP connections\{0,1\} traced:$/\1/p'; }
opener() { tcptrace -l -n "$1" 2>/dev/null | sed -n 's/^\thost a: *//p'; }
missed() { tcptrace -l -n "$1" 2>/dev/null | sed -n 's/^ *missed data: *\([0-9]*\) bytes *missed data: *\([0-9]*\) bytes *$/\1 and \2/p'; }

so "tcptrace, of the call back alone: who opens" "198.51.100.2:40001" "$(opener back.pcap)"
so "tcptrace, of the call back alone: bytes missed" "0 and 0" "$(missed back.pcap)"
so "tshark, of the call back alone: frames behind something lost, and ACKs of it" "" "$(says back.pcap 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment')"
so "tcptrace, of both: connections" "1" "$(traced both.pcap)"
so "tcptrace, of both: who opens" "192.0.2.1:40000" "$(opener both.pcap)"
so "tcptrace, of both: bytes missed" "18446744073709551615 and 0" "$(missed both.pcap)"
so "tshark, of both: streams" "1" "$(streams both.pcap)"
so "tshark, of both: frames of a simultaneous open" "2" "$(says both.pcap '_ws.expert.message == "Simultaneous open"')"
so "tshark, of both: frames behind something lost, and ACKs of it" "3 4" "$(says both.pcap 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment')"

exit $changed
