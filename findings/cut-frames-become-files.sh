#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cut-frames-become-files: what does tshark export of a download whose frames were recorded in part (-s 200)?
#
# Guess:   one file with gaps, one that stops at the first gap, or none: every segment was captured, only not to its end,
#          and tshark knows what is lacking, as the frames say "Packet size limited during capture".
# Happens: four files of one: each segment's beginning is an object of its own, the later ones named as if the same thing
#          had been fetched again, and exit code and standard error say nothing.  Follow TCP Stream joins the same pieces
#          without a mark, though of a segment that is missing altogether it says how many bytes are.  tcptrace
#          leaves gaps of the right length and warns that the file is incomplete.
# Seen:    tshark 4.0.17, tcptrace 6.6.7 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3
    tcptrace=6.6.7-6+b1 python3-scapy=2.5.0+dfsg-2)
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

PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n" + b"0123456789" * 100
FETCH, THEN = b"GET /a.txt HTTP/1.0\r\n\r\n", 5001 + len(PAGE)
rows = WHOLE[:3] + [(">", "PA", 1001, 5001, FETCH), ("<", "A", 5001, 1024, b"")]
rows += [("<", "PA", 5001 + at, 1024, PAGE[at:at + 300]) for at in range(0, len(PAGE), 300)]
rows += [(">", "A", 1024, THEN, b""), ("<", "FA", THEN, 1024, b""),
         (">", "FA", 1024, THEN + 1, b""), ("<", "A", THEN + 1, 1025, b"")]
wrpcap("full.pcap", list(frames(rows)))
wrpcap("lossy.pcap", [frame for number, frame in enumerate(frames(rows)) if number != 6])
END
editcap -F pcap -s 200 full.pcap cut.pcap

exported() {
    tshark -q -r "$1.pcap" --export-objects http,"objects-$1" 2>said.txt || echo "exit code $?"
    grep -v 'Running as user' said.txt || true
    wc -c "objects-$1"/* | sed -E 's, *([0-9]+) objects-[a-z]+/,\1 ,; /total/d' | LC_ALL=C sort -k 2
}
# The bytes of the answer that Follow TCP Stream shows, and whether it says that some are missing.
followed() {
    tshark -q -r "$1.pcap" -z follow,tcp,raw,0 2>/dev/null | sed -n '/^Node 1/,/^===/{s/^\t//p}' |
        python3 -c 'import sys; said = bytes.fromhex(sys.stdin.read()); print(len(said), b"missing" in said)'
}
extracted() {
    mkdir "extracted-$1"
    (cd "extracted-$1" && tcptrace -n -e "../$1.pcap" 2>&1 | grep -c 'files are incomplete' && wc -c <b2a_contents.dat)
}
so "files of the full capture" "1000 a.txt" "$(exported full)"
so "files of the cut capture" "146 a(1).txt
146 a(2).txt
146 a(3).txt
79 a.txt" "$(exported cut)"
so "bytes of Follow TCP Stream of the full capture, and of one without a segment" "1067 False | 803 True" \
    "$(followed full) | $(followed lossy)"
so "bytes of Follow TCP Stream of the cut capture" "584 False" "$(followed cut)"
so "tcptrace: warnings, bytes of its file, to the last that was recorded" "1
1046" "$(extracted cut)"

exit $changed
