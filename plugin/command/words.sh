# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# words.sh - how the command speaks.
#
# Scope: messages, on standard error, and the text of --help.

english_usage() {
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

chinese_usage() {
    cat <<'END'
用法：plugin/annotate [--language auto|en|zh] FILE [tshark的选项]
      plugin/annotate [--language auto|en|zh] -i INTERFACE [tshark的选项]
      plugin/annotate --save OUT.pcapng FILE [-o NAME:VALUE] [-d TYPE==SELECTOR,PROTOCOL]
      plugin/annotate --page OUT.html FILE... [FILTER] [tshark的选项]
      plugin/annotate --report [--json] | --connections [--json] | --ladder FILE [FILTER] [tshark的选项]
      plugin/annotate --install [--into PROFILE] | --uninstall | --check | --version | --help

打印一个抓包，并给出每个TCP连接的状态：“分析”列说明步骤（第一次握手、第二次挥手……），另有两列是每个分组之后
客户端和服务器的状态；“?”表示推断：该端至此发出的报文段尚不能证明。不知道谁是客户端时，状态前是A:和B:（A的地址和端口较小）。

  FILE            抓包文件，Wireshark能读的格式都可以；- 表示标准输入
  -i INTERFACE    实时抓包（tshark -D 列出接口）
  tshark的选项    原样交给tshark：-V、-Y FILTER、-T json、-c 10……
  --language L    标签的语言；auto按语言环境
  --save OUT      另存为pcapng，每个步骤带有分组注释：没有本插件的Wireshark也能显示（过滤器 frame.comment）
  --page OUT      生成一个网页，供没有Wireshark的同事或课堂使用：连接列表、时序图、逐步说明、状态图、测验；
                  可以有多个FILE，全部放入同一网页
  --report        按结果列出各连接，以及其中最糟的；没有FILTER和选项时由程序tcpstate回答，快得多；
                  加上 --json 则每行一个JSON对象
  --ladder        每个连接画成教科书式的时序图
  --connections   每个连接一行；加上 --json 则每行一个JSON对象
  FILTER          显示过滤器：只处理它选出的分组
  -q -z VIEW      放在FILE之后，另一种视图：tcpstate,sockets是各主机上 ss -tan 会列出的套接字，
                  tcpstate,tree是统计（README.md 列出全部）
  --install       只安装插件和配置文件“TCP State”、“TCP 状态”
  --into PROFILE  还在您的这个配置文件中加入“分析”列（Wireshark启动时用的是“Default”）；旁边留有备份
  --uninstall     只删除所安装的内容，保留您改动过的
  --check         检查安装有什么问题，每个问题一行：属于另一个Wireshark的插件、错误的文件夹、被禁用的协议……

首次调用会用apt安装缺少的软件包，构建并安装插件：root装入Wireshark的全局插件文件夹，其他用户装入自己的。
之后 `wireshark -C "TCP 状态" FILE` 在窗口中显示同样的内容。
END
}

# As the plugin's "auto" does, by gettext's rules: the locale C ignores LANGUAGE.
speaks_chinese() {
    local meant=${LC_ALL:-${LC_MESSAGES:-${LANG:-C}}}
    if [[ $meant != C && $meant != POSIX ]]; then meant=${LANGUAGE:-$meant}; fi
    [[ ${language-} == zh || (${language-} != en && $meant == zh*) ]]
}

usage() { if speaks_chinese; then chinese_usage; else english_usage; fi; }

# told ENGLISH CHINESE: the one that the user reads.
told() { if speaks_chinese; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

# The plugin's version, and that of the Wireshark that would load it.
version() {
    printf 'tcpstate %s\n' "$(<"$checkout/plugin/VERSION")"
    tshark --version 2>/dev/null | head -n 1
}

# say ENGLISH CHINESE; die, usage_error, failed, not_saved and problem take both, too.
say() { printf 'annotate: %s\n' "$(told "$@")" >&2; }
die() { say "$1" "$2"; exit "${3:-1}"; }

# A name for a message: on one line, whatever characters it contains.
shown() {
    if [[ -z $1 || $1 == *[[:cntrl:]]* ]]; then printf '%q' "$1"; else printf '%s' "$1"; fi
}

usage_error() { die "$1 (plugin/annotate --help explains)" "$2（plugin/annotate --help有说明）" 2; }
