# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# archives.sh: sourced by what needs another release of Debian or Ubuntu.
#
# Scope: where its archive is and whose keys sign it, and apt with lists and a
# cache of its own, so that what apt knows of this machine stays as it is.

# debians_archive: that from which this machine takes its own packages.
debians_archive() {
    local found
    found=$(apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" { print length($3), $3 }' | sort -n | sed -n '1s/[^ ]* //p')
    [[ $found ]] || { echo "apt has no lists of Debian's archive: apt-get update" >&2; return 1; }
    echo "$found"
}

# use_archive FOLDER LINE: apt's options, in ${apt[@]}, for what a line of sources.list says.
use_archive() {
    mkdir -p -- "$1"/{lists,cache/archives}/partial
    : >"$1/status"
    printf '%s\n' "$2" >"$1/sources.list"
    apt=(-q -o "Dir::Etc::sourcelist=$1/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$1/lists" -o "Dir::State::status=$1/status" -o "Dir::Cache=$1/cache"
        -o APT::Architecture=amd64 -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any)
    apt-get "${apt[@]}" update </dev/null >&2
}

# archive_of SUITE FOLDER: sets $mirror and $components, and $keys where they are not Debian's.  Ubuntu's
# keys are a package of Debian's, brought into FOLDER; where its archive is, debootstrap knows.
archive_of() {
    components=main keys=
    mirror=$(debians_archive) || return
    [[ $1 == noble ]] || return 0
    # Not everybody who may use Debian's archive may, or can, use Ubuntu's.
    [[ ${TCPSTATE_UBUNTU:-} ]] || { echo "Ubuntu's archive is asked only where TCPSTATE_UBUNTU is set" >&2; return 1; }
    keys=$2/usr/share/keyrings/ubuntu-archive-keyring.gpg
    if [[ ! -r $keys ]]; then
        use_archive "$2/apt" "deb $mirror trixie main" &&
            (cd -- "$2" && apt-get "${apt[@]}" download ubuntu-keyring </dev/null >&2 && dpkg -x ubuntu-keyring_*.deb .) || return
    fi
    mirror=$(sed -n 's/^\tdefault_mirror \(.*archive\.\)/\1/p' /usr/share/debootstrap/scripts/gutsy) components='main universe'
}
