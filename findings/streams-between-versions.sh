#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# streams-between-versions: has a segment the same tcp.stream in every Wireshark?
#
# Guess:   tcp.stream counts connections in the order in which they begin, in all versions alike: saved filters
#          and scripts use it as the connection's name.
# Happens: a SYN on a four-tuple whose connection both ends have closed, with the same sequence number as
#          the first (a host that draws it from the four-tuple alone, or the same capture merged twice),
#          belongs to stream 0 in 4.0 and begins stream 1 in 4.4; every later connection's number differs, too.
# Seen:    tshark 4.0.17 (Debian 12); Wireshark 4.4.5 as @goodtools/wiregasm 1.9.1 of npm holds it (Node.js 20)

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

python3 - <<'END' 2>/dev/null
from frames import *
wrpcap("again.pcap", list(frames(WHOLE)) + list(frames(WHOLE, 1700000100.0)))
END
npm install --silent --no-audit --no-fund @goodtools/wiregasm@1.9.1 >npm.log 2>&1 || {
    echo "${0##*/}: npm has no @goodtools/wiregasm 1.9.1" >&2
    exit 2
}
cat >streams.cjs <<'END'
const fs = require('fs');
const path = require('path');
const program = require.resolve('@goodtools/wiregasm/dist/wiregasm.js');

function find(tree, wanted) {
    for (let i = 0; i < tree.size(); i++) {
        const node = tree.get(i);
        if (node.label.startsWith('Transmission Control Protocol')) wanted = true;
        const match = wanted && /Stream index: (\d+)/.exec(node.label);
        const found = match ? match[1] : find(node.tree, wanted);
        if (found !== null) return found;
        if (node.label.startsWith('Transmission Control Protocol')) wanted = false;
    }
    return null;
}

(async () => {
    const wg = await require(program)({
        locateFile: name => path.join(path.dirname(program), name), print() {}, printErr() {}, handleStatus() {} });
    wg.init();
    wg.FS.writeFile('/uploads/again.pcap', fs.readFileSync('again.pcap'));
    const session = new wg.DissectSession('/uploads/again.pcap');
    session.load();
    const streams = [];
    for (let number = 1; number <= 22; number++) streams.push(find(session.getFrame(number).tree, false));
    console.log(streams.join(' '));
    process.exit(0);
})();
END

so "4.0.17" "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0" "$(tshark -r again.pcap -T fields -e tcp.stream 2>/dev/null | paste -sd ' ')"
so "4.4.5" "0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1 1 1" "$(node streams.cjs 2>/dev/null | tail -n 1)"

exit $changed
