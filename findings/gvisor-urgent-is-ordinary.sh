#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gvisor-urgent-is-ordinary: what does a byte sent with MSG_OOB look like on the wire?
#
# Guess:   a segment with URG and an urgent pointer, so that the peer can read it out of band (RFC 9293
#          section 3.8.5 discourages its use, but TCP must implement it).
# Happens: from gVisor it is ordinary data: no URG, no pointer, no error for the program.  A capture cannot
#          tell that it was meant to be urgent, and a peer that waits for SIGURG or SO_OOBINLINE's mark
#          gets neither.
# Seen:    gVisor 20221219 (runsc, Debian 12); needs root and python3

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(runsc=0.0~20221219.0-2+b3)
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

cat >urgent.py <<'END'
# Prints flags and urgent pointer of the segment that carries a byte sent with MSG_OOB.
import socket
import struct

sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
sniffer.bind(("lo", 0x0800))
sniffer.settimeout(0.3)
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
client.send(b"!", socket.MSG_OOB)
try:
    while True:
        packet = sniffer.recv(65535)
        tcp = packet[(packet[0] & 15) * 4:]
        flags, pointer = tcp[13], struct.unpack(">H", tcp[18:20])[0]
        if tcp[(tcp[12] >> 4) * 4:] == b"!":
            print("URG" if flags & 32 else "no URG", "pointer", pointer)
            break
except TimeoutError:
    print("no such segment")
END
so "gVisor" "no URG pointer 0" \
    "$(runsc --root="$work/runsc" --platform=ptrace --network=none --net-raw 'do' python3 "$work/urgent.py" 2>/dev/null)"
so "Linux" "URG pointer 1" "$(unshare -n sh -c 'ip link set lo up; exec python3 urgent.py')"

exit $changed
