# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# words.sh - how the command speaks.
#
# Scope: messages, on standard error, and the text of --help.

usage() {
    cat <<'END'
Usage: plugin/annotate [--language auto|en|zh] FILE [tshark options]
       plugin/annotate [--language auto|en|zh] -i INTERFACE [tshark options]
       plugin/annotate --save OUT.pcapng FILE [-o NAME:VALUE] [-d TYPE==SELECTOR,PROTOCOL]
       plugin/annotate --page OUT.html FILE... [FILTER] [tshark options]
       plugin/annotate --report [--json] | --connections [--json] | --ladder FILE [FILTER] [tshark options]
       plugin/annotate --install [--into PROFILE] | --uninstall | --check | --version | --help

Prints a capture with the state of each TCP connection: the column Analysis
names the step (Handshake 1/3, Close 2/4, ...), two more give the state of the
client and of the server after each packet, with ? where it is inferred: nothing
that this end has sent so far proves it. Where nobody knows who is the client,
A: and B: stand before the states (A has the lower address and port).

  FILE            a capture in any format Wireshark reads; - is standard input
  -i INTERFACE    capture live instead (tshark -D lists the interfaces)
  tshark options  are handed to tshark: -V, -Y FILTER, -T json, -c 10, ...
  --language L    the labels' language; auto follows the locale
  --save OUT      write the same capture as pcapng, each step with a packet comment:
                  any Wireshark shows it (filter frame.comment), without the plugin
  --page OUT      write one page for a browser, for a colleague without Wireshark or for
                  a class: list, ladders, step by step, state diagram, quiz; of several
                  FILEs it holds all
  --report        the connections by outcome, and the worst of them; without FILTER and options the program
                  tcpstate answers, in a fraction of the time; with --json an object on a line for each
  --ladder        each connection as the textbooks' figure
  --connections   a row for each connection; with --json an object on a line for each
  FILTER          a display filter: show, report or draw only what it lets through
  -q -z VIEW      behind FILE, another view: tcpstate,sockets is what ss -tan would have listed on
                  each host, tcpstate,tree the statistics (README.md lists all)
  --install       only install the plugin and the profile "TCP State"
  --into PROFILE  also add the column Analysis to this profile of yours ("Default"
                  is the one that Wireshark starts with); a backup stays beside it
  --uninstall     remove exactly what was installed, keep what you changed
  --check         say what is wrong with the installation, a line for each problem:
                  another Wireshark's plugin, the wrong folder, a disabled protocol, ...

The first call installs what is missing with apt, builds the plugin and installs
it: for root in Wireshark's global plugin folder, for others in their own. Then
`wireshark -C "TCP State" FILE` shows the same in the window.
END
}

# The plugin's version, and that of the Wireshark that would load it.
version() {
    printf 'tcpstate %s\n' "$(<"$checkout/plugin/VERSION")"
    tshark --version 2>/dev/null | head -n 1
}

say() { printf 'annotate: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# A name for a message: on one line, whatever characters it contains.
shown() {
    if [[ -z $1 || $1 == *[[:cntrl:]]* ]]; then printf '%q' "$1"; else printf '%s' "$1"; fi
}

usage_error() { die "$1 (plugin/annotate --help explains)" 2; }
