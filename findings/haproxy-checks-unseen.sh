#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# haproxy-checks-unseen: what does a health check of HAProxy without further options look like, and who sees it?
#
# Guess:   a connection: SYN, SYN,ACK, ACK, and then FINs, or a RST for haste, which the manual speaks of.  The server's
#          program accepts it and reads end of file, or an error.
# Happens: SYN, SYN,ACK, RST,ACK.  HAProxy has Linux hold the third segment of the handshake back and resets instead of
#          it, so that the connection never exists for the server: its program has nothing to accept, logs nothing, and
#          may as well be stuck.  For HAProxy the check has passed ("L4OK").  In a capture it is as if a scanner
#          came every two seconds.  With `tcp-check connect linger` there is a connection to accept.
# Seen:    HAProxy 2.6.12 (Debian 12), Linux 6.18; needs root and python3

set -euo pipefail
unshare -n true 2>/dev/null || {
    echo "${0##*/}: needs root, for a network of its own" >&2
    exit 2
}
packages=(haproxy=2.6.12-1+deb12u4)
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

cat >watch.py <<'END'
# Runs HAProxy with a server that listens and never accepts; prints the flags of the first check's segments, whether
# there is anything to accept, and what HAProxy says of the server.
import os
import select
import socket
import subprocess
import sys
import time

sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
sniffer.bind(("lo", 0x0800))
sniffer.settimeout(0.2)
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
with open("haproxy.cfg", "w", encoding="ascii") as config:
    config.write(f"""
global
    stats socket {os.getcwd()}/stats.sock
defaults
    mode tcp
    timeout connect 1s
    timeout client 5s
    timeout server 5s
listen balanced
    bind 127.0.0.1:{port + 1 if port < 65535 else port - 1}
    {" ".join(sys.argv[1:])}
    server one 127.0.0.1:{port} check inter 1h
""")
with subprocess.Popen(["haproxy", "-f", "haproxy.cfg", "-db"], stderr=subprocess.DEVNULL) as haproxy:
    time.sleep(1.5)
    waiting = bool(select.select([listener], [], [], 0)[0])
    stats = socket.socket(socket.AF_UNIX)
    stats.connect("stats.sock")
    stats.send(b"show stat\n")
    names, *rows = stats.makefile(encoding="ascii").read().strip("# \n").splitlines()
    one = next(dict(zip(names.split(","), row.split(","))) for row in rows if ",one," in row)
    haproxy.terminate()
seen = []
try:
    while True:
        packet, where = sniffer.recvfrom(65535)
        tcp = packet[(packet[0] & 15) * 4:]
        if where[2] != socket.PACKET_OUTGOING and packet[9] == 6 and port in (tcp[0] * 256 + tcp[1], tcp[2] * 256 + tcp[3]):
            seen.append("+".join(name for bit, name in ((1, "FIN"), (2, "SYN"), (4, "RST"), (16, "ACK")) if tcp[13] & bit))
except TimeoutError:
    pass
print(*seen[:4], "/", "to accept" if waiting else "nothing to accept", "/", one["check_status"])
END
watch() { unshare -n sh -c 'ip link set lo up; exec python3 watch.py "$@"' watch "$@" 2>/dev/null; }
so "check" "SYN SYN+ACK RST+ACK / nothing to accept / L4OK" "$(watch)"
so "check with linger" "SYN SYN+ACK FIN+ACK ACK / to accept / L4OK" "$(watch option tcp-check $'\n' tcp-check connect linger)"

exit $changed
