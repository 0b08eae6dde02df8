#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# connected-to-itself: what becomes of the connection of one socket to itself?
#
# Guess:   it is told as any other.  A client that tries a local port again and again can be connected to itself
#          (Linux does it): a simultaneous open of one end (RFC 9293 section 3.5).  Here it opens, sends ten bytes,
#          gets them, and closes; each segment was sent and captured once.
# Happens: tcptrace calls it incomplete, with a byte sent again, and sees nobody answer.  To Wireshark no frame comes
#          back, the SYN,ACK is a retransmission, its ACK a duplicate, and "Follow" says the ten bytes once.
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

# A socket's whole connection to itself, as the loopback interface shows it.
cat >frames.py <<'END'
from scapy.all import Ether, IP, TCP, wrpcap

ROWS = [("S", 1000, 0, b""), ("SA", 1000, 1001, b""), ("A", 1001, 1001, b""), ("PA", 1001, 1001, b"0123456789"),
        ("A", 1011, 1011, b""), ("FA", 1011, 1011, b""), ("A", 1012, 1012, b"")]


def frames():
    for number, (flags, seq, ack, data) in enumerate(ROWS):
        frame = (Ether(src="00:00:00:00:00:00", dst="00:00:00:00:00:00") / IP(src="127.0.0.1", dst="127.0.0.1", id=number + 1)
                 / TCP(sport=40000, dport=40000, flags=flags, seq=seq, ack=ack, window=65535) / data)
        frame.time = 1700000000.0 + number * 0.005
        yield frame


wrpcap("itself.pcap", list(frames()))
END
python3 frames.py 2>/dev/null

frames_of() { tshark -r itself.pcap -Y "$1" -T fields -e frame.number 2>/dev/null | xargs; }
traced() { tcptrace -l -n itself.pcap 2>/dev/null | sed -nE "s/^[[:space:]]*$1: *([[:alnum:]]+).*/\\1/p" | head -1; }

so "tcptrace: complete" "no" "$(traced 'complete conn')"
so "tcptrace: data packets sent again" "1" "$(traced 'rexmt data pkts')"
so "Wireshark: frames there and back" "7 0" \
    "$(tshark -r itself.pcap -q -z conv,tcp 2>/dev/null | sed -nE 's/.*40000 +([0-9]+) .*bytes +([0-9]+) .*bytes +[0-9]+ .*bytes .*/\2 \1/p')"
so "Wireshark: sent again" "2" "$(frames_of tcp.analysis.retransmission)"
so "Wireshark: duplicate ACKs" "3" "$(frames_of tcp.analysis.duplicate_ack)"

exit $changed
