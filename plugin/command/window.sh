# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# window.sh - the size in which the table of connections opens, as the file recent_common here has it.
#
# Scope: keys of that window in Wireshark's own recent_common, which holds sizes by the windows' titles, for all of a user's
# profiles.  Wireshark reads it at its start and writes it anew on each exit, with the sizes that its user has given since.
# Where a size does not fit the screen, it opens the window as if there were none.

# recent_common, behind any links; "" where it cannot be used.
recent_common() {
    local file
    file=$(readlink -f -- "${profile%/profiles/*}/recent_common")
    [[ $file == *$'\n'* || ( -e $file && ! ( -f $file && -w $file ) ) ]] || printf '%s' "$file"
}

# Whoever has a size keeps it.
install_window_size() {
    local file key=''
    file=$(recent_common)
    [[ $file ]] || return 0
    while IFS= read -r key; do
        grep -Fqs -- "${key%.*: *}." "$file" || printf '%s\n' "$key"
    done <"$checkout/plugin/command/recent_common" >"$state/sizes"
    if [[ -s $state/sizes ]]; then
        { [[ ! -s $file ]] || { cat -- "$file"; ends_its_line "$file" || echo; }; cat -- "$state/sizes"; } | replace "$file"
    fi
    rm -f -- "$state/sizes"
}

# For --uninstall: the sizes of a window that is gone, whoever gave them.
take_out_window_size() {
    local file rest
    read_places || return 0
    file=$(recent_common)
    [[ -s $file ]] || return 0
    rest=$(grep -vF -- "$(sed 's/\.[a-z]*: .*/./' "$checkout/plugin/command/recent_common" | sort -u)" "$file"; echo x)
    rest=${rest%x}
    if [[ ! $rest ]]; then
        rm -f -- "$file"
    elif ! printf '%s' "$rest" | cmp -s - "$file"; then
        printf '%s' "$rest" | replace "$file"
    fi
}
