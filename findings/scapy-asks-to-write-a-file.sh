#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy-asks-to-write-a-file: does Scapy send anything when frames are only written to a file?
#
# Guess:   no: wrpcap() writes bytes, and the same script writes the same file on every machine.
# Happens: an Ether() whose dst is not given looks for the receiver when it is turned into bytes: for each frame an ARP
#          request goes out and a second is waited for the answer.  Three frames for a file take three seconds, and if
#          nobody answers they are addressed to all.  With dst="…" nothing is sent.
# Seen:    Scapy 2.5.0 (Debian 12)

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: makes a network of its own: run it as root" >&2
    exit 2
}
packages=(python3-scapy=2.5.0+dfsg-2)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
# With it, what it needs and this machine lacks.
mapfile -t needed < <(apt-get -qq -s install --no-install-recommends --allow-downgrades "${packages[@]}" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+)( \[[^]]*\])? \(([^ ]+) .*/\1=\3/p')
apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" "${needed[@]}" || {
    echo "${0##*/}: not to be had: is apt-get update due, or has Debian newer ones?" >&2
    exit 2
}
root=$work/root
for package in *.deb; do dpkg -x "$package" "$root"; done
export HOME=$work LC_ALL=C.UTF-8 PYTHONPATH=$root/usr/lib/python3/dist-packages

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

# Writes three frames, and tells what meanwhile came out at the other end of the wire.
cat >write.py <<'END'
import contextlib
import socket
import sys
import time

from scapy.all import Ether, IP, TCP, rdpcap, wrpcap

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
wire.bind(("far", 0x0806))
wire.setblocking(False)
ether = Ether(dst="02:00:00:00:00:09") if "given" in sys.argv else Ether()
began = time.monotonic()
wrpcap("out.pcap", [ether / IP(src="192.0.2.1", dst="192.0.2.7") / TCP(flags="S", seq=number) for number in range(3)])
seconds = time.monotonic() - began
requests = 0
with contextlib.suppress(BlockingIOError):
    while True:
        frame = wire.recv(2000)
        requests += frame[20:22] == b"\0\1"  # who has?
print(f"{requests} requests, {'seconds' if seconds > 1 else 'at once'}, to {rdpcap('out.pcap')[0].dst}")
END
# written [given]
written() {
    unshare -n bash -c '
        ip link add near type veth peer name far
        ip address add 192.0.2.1/24 dev near
        ip link set near up && ip link set far up
        sleep 1
        exec /usr/bin/python3 -B write.py "$@"' written "$@" 2>/dev/null
}

so "the receiver's hardware address not given" "3 requests, seconds, to ff:ff:ff:ff:ff:ff" "$(written)"
so "... and given" "0 requests, at once, to 02:00:00:00:00:09" "$(written given)"
exit "$changed"
