#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# passt-refuses-without-ack: what does a guest behind passt learn of a port on which nobody listens?
#
# Guess:   that the connection is refused, at once: a closed port answers a SYN with RST,ACK (RFC 9293 section 3.10.7.1),
#          and passt, which is the guest's peer, knows of the refusal from the host.
# Happens: passt answers each SYN with RST without ACK.  In SYN-SENT that is dropped (section 3.10.7.3), since anyone
#          could have sent it: Linux sends its SYN again, gets the same answer, and gives up after minutes with
#          "timed out".  A capture that shows SYN and RST looks as if all had gone well.
# Seen:    passt's pasta, of 2023-03-09 (Debian 12); needs root, python3 and a kernel with veth

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(passt=0.0~git20230309.7c7625d-1)
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

cat >refused.py <<'END'
# Connects to a port on which nobody listens, and prints what connect() says.
import socket
import sys

client = socket.socket()
client.settimeout(2.5)
try:
    client.connect((sys.argv[1], int(sys.argv[2])))
except OSError as error:
    print(error.strerror or "nothing for 2.5 s")
END
cat >flags.py <<'END'
# Prints the flags of the first four TCP segments in a capture of Ethernet frames.
import struct
import sys

data, at, seen = open(sys.argv[1], "rb").read(), 24, []
while at < len(data):
    length, = struct.unpack_from("<I", data, at + 8)
    frame, at = data[at + 16:at + 16 + length], at + 16 + length
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        flags = frame[14 + (frame[14] & 15) * 4 + 13]
        seen.append("+".join(name for bit, name in ((2, "SYN"), (4, "RST"), (16, "ACK")) if flags & bit))
print(*seen[:4])
END
cat >host.py <<'END'
# Runs the guest's command, and tells it a port of this host's that is bound, so that nobody else has it.
import socket
import subprocess
import sys

with socket.socket() as nobody:
    nobody.bind(("127.0.0.1", 0))
    subprocess.run([*sys.argv[1:], str(nobody.getsockname()[1])], timeout=30, check=False)
END

# A host of its own, whose address pasta gives to the guest, too; the guest reaches the host as 192.0.2.1.
host() {
    unshare -n sh -c 'ip link set lo up
        ip link add near type veth peer name far && ip link set far up
        ip addr add 192.0.2.2/24 dev near && ip link set near up && ip route add default via 192.0.2.1
        exec "$@"' host "$@" 2>/dev/null
}
guest=(pasta --runas 0 -D 192.0.2.1 -S none --config-net -q -p guest.pcap --)

so "connect(), without passt" "Connection refused" "$(host python3 host.py python3 refused.py 127.0.0.1)"
so "connect(), behind passt" "nothing for 2.5 s" "$(host python3 host.py "${guest[@]}" python3 refused.py 192.0.2.1)"
so "the first four segments of it" "SYN RST SYN RST" "$(python3 flags.py guest.pcap)"

exit $changed
