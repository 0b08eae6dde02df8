# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# diagnose.sh - --check: what is wrong with the installation, a line for each.
#
# Scope: looking only.  Nothing is installed, built or written, and nothing here needs
# more than a shell and Wireshark: no GNU tools and no bash younger than macOS's
# 3.2, for it must also run where the rest of annotate does not.

problems=0
# problem ENGLISH CHINESE
problem() { told "$@"; problems=$((problems + 1)); }

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
folder() { printf '%s\n' "$where" | tr -d '\r' | tr '\\' / | sed -n "s/^$1:[[:space:]]*//p" | head -n 1; }

# Of "Personal Plugins: .../plugins/4.6" and the like, all plugins of ours below
# .../plugins, one a line.
copies_below() { find "${1%/*}" -name 'tcpstate.so' -o -name 'tcpstate.dll' 2>/dev/null | LC_ALL=C sort; }

check_version() {
    local major minor
    IFS=. read -r major minor _ <<<"$version"
    [[ $major -gt 4 || ($major -eq 4 && $minor -ge 0) ]] ||
        problem "Wireshark $version is too old: 4.0 or later is needed" "Wireshark ${version}太旧：需要4.0或更新的版本"
    # Within this series the binary interface changed; what annotate built here is built for what is here.
    [[ $version != 4.6.[012] || -r $stamp ]] ||
        problem "Wireshark $version has another binary interface than 4.6.3, for which archives and packages are built: update Wireshark" \
            "Wireshark ${version}的二进制接口与4.6.3不同，而压缩包和软件包是为4.6.3构建的：请更新Wireshark"
}

# Each copy of the plugin that this Wireshark does not load, and why.
check_copies() {
    local personal global copy good='' said
    personal=$(folder 'Personal Plugins') global=$(folder 'Global Plugins')
    while IFS= read -r copy; do
        [[ $copy ]] || continue
        if [[ $copy != "$personal"/epan/* && $copy != "$global"/epan/* ]]; then
            problem "not where Wireshark $version looks: $copy (it looks in $personal/epan and $global/epan)" \
                "不在Wireshark ${version}查找的地方：${copy}（它在$personal/epan和$global/epan中查找）"
        elif [[ $plugins == *"$copy"* ]]; then
            good=$copy
        elif [[ $copy == "$personal"/* && $EUID -eq 0 ]]; then
            problem "root's Wireshark loads no personal plugins: $copy (plugin/annotate --install as root puts it into $global/epan)" \
                "root的Wireshark不加载个人插件：${copy}（以root身份执行 plugin/annotate --install，会装入$global/epan）"
        else
            said=$(printf '%s\n' "$complaints" | grep -m 1 tcpstate | sed 's/^[^ ]*: //')
            problem "Wireshark $version does not load $copy: ${said:-another one is loaded before it}" \
                "Wireshark ${version}不加载${copy}：${said:-在它之前已加载了另一个}"
        fi
    done <<<"$({ copies_below "$personal"; copies_below "$global"; } | LC_ALL=C sort -u)"
    [[ $good || $problems -gt 0 ]] ||
        problem "not installed: no tcpstate in $personal/epan or $global/epan (plugin/annotate --install, or plugin/doc/install.md)" \
            "没有安装：$personal/epan和$global/epan中都没有tcpstate（plugin/annotate --install，或见plugin/doc/README.zh.md）"
    said=$(printf '%s\n' "$plugins" | awk '$1 ~ /^tcpstate\./ { print $2; exit }')
    [[ ! $said || ! -r $checkout/plugin/VERSION || $said == "$(<"$checkout/plugin/VERSION")" ]] ||
        problem "the installed plugin is version $said, these sources are $(<"$checkout/plugin/VERSION")" \
            "已安装的插件是版本${said}，这份源代码是$(<"$checkout/plugin/VERSION")"
}

# Wireshark keeps switched off protocols in a file of each profile, a name a line.
check_protocol() {
    local config file profile
    config=$(folder 'Personal configuration')
    for file in "$config"/disabled_protos "$config"/profiles/*/disabled_protos; do
        grep -q '^[[:space:]]*tcpstate[[:space:]]*$' "$file" 2>/dev/null || continue
        profile=${file%/*}
        [[ $profile == "$config" ]] && profile=Default
        problem "the protocol is disabled in the profile ${profile##*/}: Analyze > Enabled Protocols > TCP State, or remove the line from $file" \
            "协议在配置文件${profile##*/}中被禁用：分析 > 启用的协议 > TCP State，或从${file}中删除这一行"
    done
}

check_profile() {
    local config global
    config=$(folder 'Personal configuration') global=$(folder 'Global configuration')
    [[ -r $config/profiles/$PROFILE/preferences || -r $global/profiles/$PROFILE/preferences ]] ||
        problem "the profile \"$PROFILE\" is missing: copy plugin/profile to $config/profiles/$PROFILE" \
            "缺少配置文件“${PROFILE}”：请把plugin/profile复制为$config/profiles/$PROFILE"
}

# Prints each problem; 0 if there is none, 1 otherwise.
diagnose() {
    local tshark version where plugins complaints said
    if ! find_tshark; then
        problem 'there is no tshark here: install Wireshark, or put its folder into PATH' \
            '这里没有tshark：请安装Wireshark，或把它的文件夹加入PATH'
        return 1
    fi
    said=$("$tshark" --version 2>&1)
    version=$(printf '%s\n' "$said" | sed -n 's/^TShark[^0-9]*\([0-9.]*[0-9]\).*/\1/p' | head -n 1)
    if [[ ! $version ]]; then
        said=$(printf '%s\n' "$said" | head -n 1)
        problem "$tshark does not run: $said" "${tshark}无法运行：$said"
        return 1
    fi
    where=$("$tshark" -G folders 2>/dev/null)
    plugins=$("$tshark" -G plugins 2>/dev/null | tr -d '\r' | tr '\\' / | grep tcpstate)
    complaints=$("$tshark" -G plugins 2>&1 >/dev/null | tr -d '\r')
    check_version
    check_copies
    check_protocol
    check_profile
    [[ $problems -eq 0 ]] || return 1
    told "nothing is wrong: Wireshark $version, the plugin and the profile \"$PROFILE\"" \
        "一切正常：Wireshark ${version}、插件和配置文件“${PROFILE}”"
}
