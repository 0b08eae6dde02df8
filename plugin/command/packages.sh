# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packages.sh - what is missing, and apt.
#
# Scope: the only place that asks for rights, and only to install packages.

# What is missing to print or to build, as Debian's package names.
missing_to() {
    case $1 in
        print)
            command -v tshark >/dev/null || echo tshark
            ;;
        build)
            command -v cmake >/dev/null || echo cmake
            command -v make >/dev/null || echo make
            echo '#include <stdio.h>' | cc -E -x c - >/dev/null 2>&1 || echo gcc libc6-dev
            command -v pkg-config >/dev/null || echo pkg-config
            pkg-config --exists glib-2.0 2>/dev/null || echo libglib2.0-dev
            pkg-config --exists wireshark 2>/dev/null || echo wireshark-dev
            ;;
    esac
}

all_missing_to() {
    local purpose
    for purpose; do missing_to "$purpose"; done | xargs
}

# say_how_large OUTPUT: what apt would say before it asks, of an installation.
say_how_large() {
    local number size room
    number=$(sed -n 's/^.* \([0-9]*\) newly installed.*/\1/p' <<<"$1")
    size=$(sed -n 's/^Need to get \(.*\) of archives.*/\1/p' <<<"$1")
    room=$(sed -n 's/^After this operation, \(.*\) of additional disk space.*/\1/p' <<<"$1")
    [[ -z $number ]] || say "with what they need: $number packages${size:+, $size to download}${room:+, $room on disk}" \
        "连同所需的共${number}个软件包${size:+，下载$size}${room:+，占用磁盘$room}"
}

# provide print build: afterwards both are possible.
provide() {
    local wanted apt=()
    wanted=$(all_missing_to "$@")
    [[ -n $wanted ]] || return 0
    command -v apt-get >/dev/null ||
        die "missing: $wanted (Debian's names); install them with your system's package manager" \
            "缺少：${wanted}（Debian中的名称）；请用您系统的软件包管理器安装"
    if [[ $EUID -ne 0 ]]; then
        # Ask only where somebody can answer.
        { command -v sudo && { sudo -n true || [[ -t 0 ]]; }; } >/dev/null 2>&1 ||
            die "missing: $wanted; an administrator must run: apt-get install $wanted" \
                "缺少：${wanted}；请管理员执行：apt-get install $wanted"
        apt=(sudo)
    fi
    apt+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    say "installing with apt: $wanted" "正在用apt安装：$wanted"
    "${apt[@]}" update </dev/null >>"$log" 2>&1
    # shellcheck disable=SC2086  # a list of package names
    say_how_large "$(LC_ALL=C apt-get -q --assume-no --no-install-recommends install $wanted </dev/null 2>/dev/null)"
    # shellcheck disable=SC2086  # a list of package names
    logged "${apt[@]}" install --no-install-recommends $wanted ||
        failed "apt could not install $wanted" "apt无法安装$wanted"
    hash -r
    wanted=$(all_missing_to "$@")
    [[ -z $wanted ]] || die "still missing after the installation: $wanted" "安装之后仍然缺少：$wanted"
}
