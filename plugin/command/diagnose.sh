# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# diagnose.sh - --check: what is wrong with the installation, a line for each.
#
# Scope: looking only.  Nothing is installed, built or written, and nothing here needs
# more than a shell and Wireshark: no GNU tools and no bash younger than macOS's
# 3.2, for it must also run where the rest of annotate does not.

problems=0
problem() { printf '%s\n' "$*"; problems=$((problems + 1)); }

# Sets tshark to the command: macOS's and Windows' installers put it in no PATH.
find_tshark() {
    local place
    for place in tshark /Applications/Wireshark.app/Contents/MacOS/tshark '/c/Program Files/Wireshark/tshark.exe' \
        '/mnt/c/Program Files/Wireshark/tshark.exe'; do
        tshark=$place
        ! command -v "$place" >/dev/null || return 0
    done
    return 1
}

# folder NAME: as tshark tells it; with / also on Windows.
folder() { printf '%s\n' "$told" | tr -d '\r' | tr '\\' / | sed -n "s/^$1:[[:space:]]*//p" | head -n 1; }

# Of "Personal Plugins: .../plugins/4.6" and the like, all plugins of ours below
# .../plugins, one a line.
copies_below() { find "${1%/*}" -name 'tcpstate.so' -o -name 'tcpstate.dll' 2>/dev/null | LC_ALL=C sort; }

check_version() {
    local major minor
    IFS=. read -r major minor _ <<<"$version"
    [[ $major -gt 4 || ($major -eq 4 && $minor -ge 0) ]] ||
        problem "Wireshark $version is too old: 4.0 or later is needed"
}

# Each copy of the plugin that this Wireshark does not load, and why.
check_copies() {
    local personal global copy good='' said
    personal=$(folder 'Personal Plugins') global=$(folder 'Global Plugins')
    while IFS= read -r copy; do
        [[ $copy ]] || continue
        if [[ $copy != "$personal"/epan/* && $copy != "$global"/epan/* ]]; then
            problem "not where Wireshark $version looks: $copy (it looks in $personal/epan and $global/epan)"
        elif [[ $plugins == *"$copy"* ]]; then
            good=$copy
        elif [[ $copy == "$personal"/* && $EUID -eq 0 ]]; then
            problem "root's Wireshark loads no personal plugins: $copy (plugin/annotate --install as root puts it into $global/epan)"
        else
            said=$(printf '%s\n' "$complaints" | grep -m 1 tcpstate | sed 's/^[^ ]*: //')
            problem "Wireshark $version does not load $copy: ${said:-another one is loaded before it}"
        fi
    done <<<"$({ copies_below "$personal"; copies_below "$global"; } | LC_ALL=C sort -u)"
    [[ $good || $problems -gt 0 ]] ||
        problem "not installed: no tcpstate in $personal/epan or $global/epan (plugin/annotate --install, or plugin/doc/install.md)"
    said=$(printf '%s\n' "$plugins" | awk '$1 ~ /^tcpstate\./ { print $2; exit }')
    [[ ! $said || ! -r $checkout/plugin/VERSION || $said == "$(<"$checkout/plugin/VERSION")" ]] ||
        problem "the installed plugin is version $said, these sources are $(<"$checkout/plugin/VERSION")"
}

# Wireshark keeps switched off protocols in a file of each profile, a name a line.
check_protocol() {
    local config file profile
    config=$(folder 'Personal configuration')
    for file in "$config"/disabled_protos "$config"/profiles/*/disabled_protos; do
        grep -q '^[[:space:]]*tcpstate[[:space:]]*$' "$file" 2>/dev/null || continue
        profile=${file%/*}
        [[ $profile == "$config" ]] && profile=Default
        problem "the protocol is disabled in the profile ${profile##*/}: Analyze > Enabled Protocols > TCP State, or remove the line from $file"
    done
}

check_profile() {
    local config global
    config=$(folder 'Personal configuration') global=$(folder 'Global configuration')
    [[ -r $config/profiles/$PROFILE/preferences || -r $global/profiles/$PROFILE/preferences ]] ||
        problem "the profile \"$PROFILE\" is missing: copy plugin/profile to $config/profiles/$PROFILE"
}

# Prints each problem; 0 if there is none, 1 otherwise.
diagnose() {
    local tshark version told plugins complaints said
    if ! find_tshark; then
        problem 'there is no tshark here: install Wireshark, or put its folder into PATH'
        return 1
    fi
    said=$("$tshark" --version 2>&1)
    version=$(printf '%s\n' "$said" | sed -n 's/^TShark[^0-9]*\([0-9.]*[0-9]\).*/\1/p' | head -n 1)
    if [[ ! $version ]]; then
        problem "$tshark does not run: $(printf '%s\n' "$said" | head -n 1)"
        return 1
    fi
    told=$("$tshark" -G folders 2>/dev/null)
    plugins=$("$tshark" -G plugins 2>/dev/null | tr -d '\r' | tr '\\' / | grep tcpstate)
    complaints=$("$tshark" -G plugins 2>&1 >/dev/null | tr -d '\r')
    check_version
    check_copies
    check_protocol
    check_profile
    [[ $problems -eq 0 ]] || return 1
    printf 'nothing is wrong: Wireshark %s, the plugin and the profile "%s"\n' "$version" "$PROFILE"
}
