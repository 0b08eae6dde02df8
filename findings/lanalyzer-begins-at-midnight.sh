#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lanalyzer-begins-at-midnight: what time do frames have in a LANalyzer file that editcap wrote?
#
# Guess:   theirs: the format holds the date and time at which a trace began, and each frame's time since then.
# Happens: the day stays, the hour does not: the first frame stands at midnight, whenever it was captured, and all others
#          follow at their distances.  Two captures of one evening that are merged after that lie over each other.
# Seen:    editcap, tshark 4.0.17 (Debian 12)

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

python3 -c 'from frames import *
wrpcap("early.pcap", list(frames(WHOLE)))
wrpcap("late.pcap", list(frames(WHOLE, start=1700002000.0)))' 2>/dev/null

export TZ=UTC
when() { tshark -r "$1" -t ad -T fields -e _ws.col.Time 2>/dev/null | sed -nE "$2"'s/(\.[0-9]{3})[0-9]*$/\1/p'; }
for name in early late; do editcap -F lanalyzer $name.pcap $name.tr1; done
so "first frame of the one, as captured" "2023-11-14 22:13:20.000" "$(when early.pcap 1)"
so "in the file of LANalyzer" "2023-11-14 00:00:00.000" "$(when early.tr1 1)"
so "the last" "2023-11-14 00:00:00.100" "$(when early.tr1 11)"
so "first frame of the other, as captured" "2023-11-14 22:46:40.000" "$(when late.pcap 1)"
so "in the file of LANalyzer" "2023-11-14 00:00:00.000" "$(when late.tr1 1)"

exit $changed
