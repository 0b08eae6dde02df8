#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpflow-writes-padding: what is in the file that tcpflow makes of what a host said?
#
# Guess:   what the host said: 18 bytes of a request, 21 of its answer.  That Ethernet frames have at least 60 bytes,
#          for which a card fills up a bare ACK, does not matter, since IP's header has the packet's length.
# Happens: six zeros stand behind the request, and six behind the answer: padding of ACKs, which tcpflow takes for
#          data.  A keep-alive, one number below the next, writes them over the last byte of what was said; an ACK
#          that was recorded behind the data that follow it writes them over the first six.  Nothing is said of it.
#          An ACK with time stamps is too long to be filled up; one without them (Windows, small devices) is not.
# Seen:    tcpflow 1.6.1, tshark 4.0.17 (Debian 12)

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

python3 - <<'END' 2>/dev/null
from frames import *
from scapy.all import Padding

ALIVE = [(">", "A", 1018, 5022, b""), ("<", "A", 5022, 1019, b"")]


def as_received(rows):
    for frame in frames(rows):
        if frame[TCP].flags.S:          # as long as any real one
            frame[TCP].options = [("MSS", 1460), ("NOP", None), ("WScale", 8), ("NOP", None), ("NOP", None), ("SAckOK", b"")]
        yield frame / Padding(bytes(max(0, 60 - len(frame))))


wrpcap("whole.pcap", list(as_received(WHOLE)))
wrpcap("alive.pcap", list(as_received(WHOLE[:7] + ALIVE + WHOLE[7:])))
wrpcap("late.pcap", list(as_received(WHOLE[:2] + WHOLE[3:1:-1] + WHOLE[4:])))      # the third ACK behind the request
END

# What tcpflow prints, but for who runs it and where its report is.
printed() { tcpflow -o "printed-$1" -r "$1.pcap" 2>&1 | grep -vE '^(Running as user|reportfilename)' || true; }
# What the client said, as tcpflow has it: its first nine bytes and its last ten, control characters as Python writes them.
asked() {
    tcpflow -o "flows-$1" -r "$1.pcap" >/dev/null 2>&1
    python3 -c 'import sys; said = open(sys.argv[1], "rb").read(); print(len(said), said[:9], said[-10:])' \
        "flows-$1/192.000.002.001.40000-198.051.100.002.00080"
}
so "lengths of the data, tshark" "18 21" \
    "$(tshark -r whole.pcap -Y 'tcp.len > 0' -T fields -e tcp.len 2>/dev/null | paste -sd ' ')"
so "what tcpflow prints" "" "$(printed alive)"
so "the request, tcpflow" "24 b'GET / HTT' b'\r\n\r\n\x00\x00\x00\x00\x00\x00'" "$(asked whole)"
so "with a keep-alive" "24 b'GET / HTT' b'\r\n\r\x00\x00\x00\x00\x00\x00\x00'" "$(asked alive)"
so "with an ACK behind its data" "24 b'\x00\x00\x00\x00\x00\x00HTT' b'\r\n\r\n\x00\x00\x00\x00\x00\x00'" "$(asked late)"

exit $changed
