#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# text2pcap-without-flags: what flags have the segments that text2pcap -T makes?
#
# Guess:   PSH and ACK, or at least ACK: every segment but the first SYN has it (RFC 9293 section 3.1), and
#          without it the acknowledgment number means nothing.
# Happens: none.  The numbers go on from segment to segment as in a connection, but to anyone who judges
#          flags each line is a "null scan".  With -D and I or O in front of the lines, ACK is set.
# Seen:    text2pcap and tshark 4.0.17 (Debian 12)

set -euo pipefail
packages=(tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 libwireshark-data=4.0.17-0+deb12u3)
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

flags() { tshark -r "$1" -T fields -e tcp.flags -e tcp.seq_raw -E separator=, 2>/dev/null | paste -sd ' '; }
printf '0000 48 65 6c 6c 6f\n0000 77 6f 72 6c 64\n' | text2pcap -q -T 40000,80 - plain.pcap 2>/dev/null
printf 'O\n0000 48 65 6c 6c 6f\nO\n0000 77 6f 72 6c 64\n' | text2pcap -q -D -T 40000,80 - ways.pcap 2>/dev/null
so "flags and numbers" "0x0000,0 0x0000,5" "$(flags plain.pcap)"
so "the same with -D" "0x0010,0 0x0010,5" "$(flags ways.pcap)"

exit $changed
