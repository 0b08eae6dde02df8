# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh - from sources to tcpstate.so, and to the program tcpstate.
#
# Scope: cmake, and the log of what it said.

logged() { "$@" </dev/null >>"$log" 2>&1; }

# failed ENGLISH CHINESE
failed() {
    [[ -s $log ]] || die "$1; nothing could be written to $log: is the disk full?" "$2；无法写入${log}：磁盘已满？"
    say "$1; the end of $log:" "$2；${log}的末尾是："
    tail -n 15 -- "$log" >&2
    exit 1
}

series() { cut -d. -f1,2 <<<"$1"; }

wireshark_version() { tshark --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9.]*[0-9]\).*/\1/p'; }

# Builds from scratch, always: it takes seconds, and a tree left by older files,
# another compiler or another Wireshark cannot spoil it.
build() {
    local version headers
    version=$(wireshark_version) headers=$(pkg-config --modversion wireshark)
    [[ $(series "$version") == "$(series "$headers")" ]] ||
        die "tshark is version $version but wireshark-dev is $headers: install the same version of both" \
            "tshark的版本是${version}，wireshark-dev的却是${headers}：请安装版本相同的"
    [[ $checkout$cache != *[\"\;\\\|]* ]] ||
        die "CMake builds nothing where a folder's name has one of \" ; \\ | in it: $(shown "$checkout"), $(shown "$cache")" \
            "文件夹名称中含有 \" ; \\ | 之一，CMake无法构建：$(shown "$checkout")、$(shown "$cache")"
    tree=$cache/build-$version-$(sha256sum <<<"$checkout" | cut -c1-12)
    say "building for Wireshark $version" "正在为Wireshark ${version}构建"
    rm -rf -- "$tree"
    # The build id ($1) in the file tells later which sources it was built from.
    {
        logged cmake -S "$checkout" -B "$tree" -G 'Unix Makefiles' \
            -DCMAKE_BUILD_TYPE=Release -DCMAKE_SKIP_RPATH=ON -DTCPSTATE_TESTS=OFF \
            -DCMAKE_MODULE_LINKER_FLAGS="-Wl,--build-id=0x$1" &&
            logged cmake --build "$tree" --target tcpstate tcpstate-program tcpstate-dissect --parallel "$(nproc)"
    } || failed 'the build failed' '构建失败'
    say_what_is_left_out
}

# What CMakeLists.txt says of a Wireshark that is not known in all.
say_what_is_left_out() {
    local note
    note=$(sed -n 's/^-- tcpstate: //p' "$log")
    [[ -z $note ]] || say "$note" "$note"
}
