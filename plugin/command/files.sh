# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# files.sh - files that are old or new, never in between.
#
# Scope: each file and folder that the installation makes is made here, and noted
# in the manifest, so that it can be taken away again.

tree='' half_written=''
clean_up() {
    [[ -z $half_written ]] || rm -f -- "$half_written"
    [[ -z $tree ]] || rm -rf -- "$tree"
}

# at_any_end FUNCTION: it runs when this command ends, also where a signal ends it.
at_any_end() {
    # shellcheck disable=SC2064  # its name, as it is now
    trap "$1" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

# mkdir -p that remembers what it made.
make_folder() {
    [[ -d $1 ]] && return 0
    make_folder "$(dirname -- "$1")" || return
    if mkdir -- "$1" 2>/dev/null; then
        made_folders+=("$1")
    else
        [[ -d $1 ]]     # another call was quicker
    fi
}
made_folders=()

make_folder_or_die() { make_folder "$1" || die "cannot make the folder $1" "无法建立文件夹$1"; }

note() { { printf '%s\n' "$@" >>"$manifest"; } 2>/dev/null || die "cannot write to $manifest" "无法写入$manifest"; }

note_folders() {
    [[ ${#made_folders[@]} -eq 0 ]] || note "${made_folders[@]/#/folder  }"
    made_folders=()
}

sum_of() { sha256sum <"$1" | cut -d' ' -f1; }
installed_by_us() { grep -Fxqs -- "$1  $2" "$manifest"; }

# put FROM TO [MODE]: afterwards TO is the whole new file, or still the old one.
put() {
    local line
    make_folder_or_die "$(dirname -- "$2")"
    note_folders
    line="$(sum_of "$1")  $2"
    grep -Fxq -- "$line" "$manifest" || note "$line"
    {
        half_written=$(mktemp -- "$(dirname -- "$2")/.tcpstate-XXXXXX") &&
            cp -- "$1" "$half_written" && chmod "${3-644}" -- "$half_written" &&
            mv -fT -- "$half_written" "$2"
    } 2>/dev/null || die "cannot write $2" "无法写入$2"
    half_written=''
}
