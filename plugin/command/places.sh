# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# places.sh - where things are.
#
# Scope: this user's folders, and Wireshark's; only find_places asks tshark.
# `checkout` is where annotate itself was called from.

[[ -n ${HOME-} ]] || die 'HOME is not set, so there is no place to install to' '没有设置HOME，因此没有地方可以安装'

readonly state=${XDG_STATE_HOME:-$HOME/.local/state}/tcpstate
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/tcpstate
readonly log=$cache/build.log

# The lists below have a line for each file.
[[ $HOME$state$cache != *$'\n'* ]] ||
    die 'the folder to install to has a line feed in its name' '要安装到的文件夹，名称中含有换行符'

# manifest: a line "CHECKSUM  PATH" for each version of each file ever put in
#           place, a line "folder  PATH" for each folder made on the way.
# places:   three lines: plugin in use, plugin for everybody, profile folder.
# stamp:    what the installation was made from (fingerprint).
readonly manifest=$state/manifest places=$state/places stamp=$state/stamp

plugin='' global_plugin='' profile=''
read_places() {
    [[ -r $places ]] && { read -r plugin && read -r global_plugin && read -r profile; } <"$places"
}

# Only tshark knows the folders: they depend on its version, on its packager
# and on the environment.
find_places() {
    local folders personal config
    folders=$(tshark -G folders 2>/dev/null)
    folder_named() { sed -n "s/^$1:[[:space:]]*//p" <<<"$folders"; }
    global_plugin=$(folder_named 'Global Plugins')/epan/tcpstate.so
    personal=$(folder_named 'Personal Plugins')/epan/tcpstate.so
    config=$(folder_named 'Personal configuration')
    [[ $global_plugin == /*/epan/* && $personal == /*/epan/* && $config == /* ]] ||
        die 'tshark does not tell its folders ("tshark -G folders")' 'tshark没有给出它的文件夹（“tshark -G folders”）'
    profile=$config/profiles/$PROFILE

    # Wireshark loads no personal plugins for root, and for the others it loads
    # the global one first and complains of a second.
    plugin=$personal
    if [[ $EUID -eq 0 || -e $global_plugin ]]; then plugin=$global_plugin; fi
}

shared() { [[ $EUID -ne 0 && $plugin == "$global_plugin" ]]; }
