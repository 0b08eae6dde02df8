#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpick-writes-over: what does tcpick save of a stream in which one segment was sent twice?
#
# Guess:   the stream: -wR saves what an end said, and a segment whose numbers were there already adds nothing to it.
#          The capture has both transmissions when it is taken in front of where the first one was lost.
# Happens: the second copy is written after the first, and the segment behind them, which was sent once, is left out:
#          of A B C D comes A B B D, of the right length.  Where the last segment is the one sent twice, it stands
#          there twice.  Nothing is said of it.  tcpflow and tshark save A B C D.
# Seen:    tcpick 0.2.1, tcpflow 1.6.1, tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpick=0.2.1-10 tcpflow=1.6.1-2+b1 python3-scapy=2.5.0+dfsg-2)
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

python3 - <<'END' 2>/dev/null
from frames import *


def said(words):
    """A connection in which the client says words of four letters, and the server acknowledges each."""
    first, capture, last = 1001, list(WHOLE[:3]), None
    for word in words:
        if last not in (None, word):
            first += 4
            capture.append(("<", "A", 5001, first, b""))
        capture.append((">", "PA", first, 5001, word))
        last = word
    end = first + 4
    return capture + [("<", "A", 5001, end, b""), (">", "FA", end, 5001, b""), ("<", "FA", 5001, end + 1, b""),
                      (">", "A", end + 1, 5002, b"")]


wrpcap("once.pcap", list(frames(said([b"one ", b"two ", b"3rd ", b"four"]))))
wrpcap("second.pcap", list(frames(said([b"one ", b"two ", b"two ", b"3rd ", b"four"]))))
wrpcap("last.pcap", list(frames(said([b"one ", b"two ", b"3rd ", b"four", b"four"]))))
END

picked() { mkdir "picked-$1" && (cd "picked-$1" && tcpick -r "../$1.pcap" -wR >/dev/null 2>&1; cat ./*.serv.dat); }
flowed() { tcpflow -o "flowed-$1" -r "$1.pcap" >/dev/null 2>&1; cat "flowed-$1"/192.000.002.001.40000-*; }
followed() { tshark -r "$1.pcap" -q -z follow,tcp,raw,0 2>/dev/null | sed -n '/^Node 1/,/^===/{/^[0-9a-f]*$/p}' |
    python3 -c 'import sys; print(bytes.fromhex(sys.stdin.read()).decode())'; }
so "tcpick, nothing sent twice" "one two 3rd four" "$(picked once)"
so "tcpick, the second segment sent twice" "one two two four" "$(picked second)"
so "tcpick, the last segment sent twice" "one two 3rd fourfour" "$(picked last)"
so "tcpflow, likewise" "one two 3rd four one two 3rd four" "$(flowed second) $(flowed last)"
so "tshark's follow, likewise" "one two 3rd four one two 3rd four" "$(followed second) $(followed last)"
so "tshark's retransmissions" "1 1" "$(for each in second last; do
    tshark -r $each.pcap -Y tcp.analysis.retransmission 2>/dev/null | wc -l; done | paste -sd ' ')"

exit $changed
