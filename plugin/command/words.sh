# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# words.sh - how the command speaks.
#
# Room: messages, on standard error, and the text of --help.

usage() {
    cat <<'END'
Usage: plugin/annotate [--language auto|en|zh] FILE [tshark options]
       plugin/annotate [--language auto|en|zh] -i INTERFACE [tshark options]
       plugin/annotate --install | --uninstall | --help

Prints a capture with the state of each TCP connection: the column Analysis
names the step (Handshake 1/3, Close 2/4, ...), two more give the state of the
client and of the server after each packet.

  FILE            a capture in any format Wireshark reads; - is standard input
  -i INTERFACE    capture live instead (tshark -D lists the interfaces)
  tshark options  are handed to tshark: -V, -Y FILTER, -T json, -c 10, ...
  --language L    the labels' language; auto follows the locale
  --install       only install the plugin and the profile "TCP State"
  --uninstall     remove exactly what was installed, keep what you changed

The first call installs what is missing with apt, builds the plugin and installs
it: for root in Wireshark's global plugin folder, for others in their own. Then
`wireshark -C "TCP State" FILE` shows the same in the window.
END
}

say() { printf 'annotate: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# A name for a message: on one line, whatever characters it contains.
shown() {
    if [[ -z $1 || $1 == *[[:cntrl:]]* ]]; then printf '%q' "$1"; else printf '%s' "$1"; fi
}

usage_error() { die "$1 (plugin/annotate --help explains)" 2; }
