# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# in-place.sh - is there anything to do?
#
# Scope: the comparison that makes a call on which nothing has to be done cheap.

# The files that matter, a line "CHECKSUM  NAME" for each.  For use in $(...).
checksums() {
    shopt -s globstar
    local LC_ALL=C name names=()
    cd -- "$checkout" || exit
    for name in CMakeLists.txt plugin/**; do
        case $name in
            plugin/annotate | plugin/command/* | plugin/doc/* | plugin/packaging/* | *.md) ;;
            *) [[ ! -f $name ]] || names+=("$name") ;;
        esac
    done
    exec sha256sum -- "${names[@]}"
}

# All that the installation depends on, as a text to compare; $1 is checksums.
fingerprint() {
    printf '%s\n' "$EUID" "$HOME" "${XDG_CONFIG_HOME-}" "${WIRESHARK_CONFIG_DIR-}"
    stat -L -c '%n %s %Y' -- "$(command -v tshark)" "$plugin" "$global_plugin" 2>/dev/null
    printf '%s\n' "$1"
}

# Of either text, what a plugin depends on that is in place already.
without_profile() { grep -v '  plugin/profile' <<<"$1"; }

in_place() {
    command -v tshark >/dev/null && read_places && [[ -r $stamp && -e $profile/preferences ]] &&
        [[ $(<"$stamp") == "$(fingerprint "$(checksums)")" ]]
}
