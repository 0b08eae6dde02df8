#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# follow-raw-adds-words: what does tshark's "follow,tcp,raw" put where a segment is missing?
#
# Guess:   raw is for programs: the bytes that were sent, in hexadecimal, and nothing, or at most zeros, for those
#          that the capture lacks.
# Happens: an English sentence, as hexadecimal like the data around it, with the NUL that ends a string in C.  What
#          a program puts together from the lines has bytes that no host sent, here 35 for 10.  tcpflow writes as
#          many zeros as bytes are missing, so that what stands behind them keeps its place.
# Seen:    tshark 4.0.17, tcpflow 1.6.1 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcpflow=1.6.1-2+b1 python3-scapy=2.5.0+dfsg-2)
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

# The server sends 5, 10 and 5 bytes; the capture lacks the 10, though the client acknowledges all 20.
python3 - <<'END' 2>/dev/null
from frames import *
wrpcap("gap.pcap", list(frames(WHOLE[:5] + [
    ("<", "PA", 5001, 1019, b"AAAA\n"), ("<", "PA", 5016, 1019, b"CCCC\n"), (">", "A", 1019, 5021, b""),
    ("<", "FA", 5021, 1019, b""), (">", "FA", 1019, 5022, b""), ("<", "A", 5022, 1020, b"")])))
END

# What the server sent: the lines of hexadecimal that a tab begins.
tshark -q -r gap.pcap -z follow,tcp,raw,0 2>/dev/null | sed -n 's/^\t//p' |
    python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >followed
tcpflow -r gap.pcap >/dev/null 2>&1
flow=198.051.100.002.00080-192.000.002.001.40000
so "bytes of the server, to tshark" "AAAA.[10 bytes missing in capture file].CCCC." "$(tr '\0\n' . <followed)"
so "bytes of the server, to tcpflow" "AAAA...........CCCC." "$(tr '\0\n' . <$flow)"
so "how many, to tshark and to tcpflow" "45 20" "$(stat -c %s followed $flow | paste -sd ' ')"

exit $changed
