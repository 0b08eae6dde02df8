#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcptrace-extracts-up-to-the-wrap: what is in tcptrace's file of a stream whose sequence numbers pass 2^32?
#
# Guess:   all of it: -e extracts the contents of each stream, numbers begin anywhere (RFC 9293 section 3.4.1), and
#          those of a stream of 1 GB pass 2^32 in one case of four.
# Happens: the file ends there; whatever was said behind it is left out.  tcptrace's own report of the same run
#          does not stop: it has the stream's whole length, 40 bytes of 40, "missed data: 0 bytes", and the
#          connection is complete.  tcpflow's file has everything.
# Seen:    tcptrace 6.6.7, tcpflow 1.6.1 (Debian 12)

set -euo pipefail
packages=(tcptrace=6.6.7-6+b1 tcpflow=1.6.1-2+b1 python3-scapy=2.5.0+dfsg-2)
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

WORDS = b"first word", b"next words", b"third word", b"last words"


def said(start):
    """A connection in which the client says four words of ten letters; its SYN has number `start`."""
    rows = list(WHOLE[:3]) + [(">", "PA", 1001 + 10 * place, 5001, word) for place, word in enumerate(WORDS)] + [
        ("<", "A", 5001, 1041, b""), (">", "FA", 1041, 5001, b""), ("<", "FA", 5001, 1042, b""), (">", "A", 1042, 5002, b"")]
    return [(way, flags, (seq - 1000 + start) % 2**32 if way == ">" else seq,
             (ack - 1000 + start) % 2**32 if way == "<" else ack, data) for way, flags, seq, ack, data in rows]


wrpcap("far.pcap", list(frames(said(1000))))
wrpcap("near.pcap", list(frames(said(2**32 - 21))))        # the third word has number 0
END

extracted() {
    mkdir "extracted-$1" && (cd "extracted-$1" && tcptrace -n -e "../$1.pcap" >/dev/null 2>&1; cat a2b_contents.dat)
}
flowed() { tcpflow -o "flowed-$1" -r "$1.pcap" >/dev/null 2>&1; cat "flowed-$1"/192.000.002.001.40000-*; }
so "tcptrace -e, numbers far from 2^32" "first wordnext wordsthird wordlast words" "$(extracted far)"
so "tcptrace -e, numbers that pass it" "first wordnext words" "$(extracted near)"
so "tcptrace's report of the latter: complete, length, missed" "yes 40 0" "$(tcptrace -n -l near.pcap 2>/dev/null |
    awk '/complete conn:/ {whole = $3} /ttl stream length:/ {bytes = $4} /missed data:/ {missed = $3}
         END {print whole, bytes, missed}')"
so "tcpflow, likewise" "first wordnext wordsthird wordlast words" "$(flowed near)"

exit $changed
