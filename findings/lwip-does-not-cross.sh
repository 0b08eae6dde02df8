#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lwip-does-not-cross: do two hosts with lwIP that call each other at once meet?
#
# Guess:   yes: each gets a SYN while it waits in SYN_SENT, and answers with SYN,ACK.  RFC 9293 (section 3.5, MUST-10) asks every TCP
#          for this simultaneous open, and it is what goes through two NATs.
# Happens: lwIP takes no notice of a SYN without ACK in SYN_SENT: no segment comes back, and it stays there.  Two such hosts
#          send SYNs to each other until both give up.  A SYN,ACK, from a host that does answer, opens the connection.
# Seen:    lwIP 2.1.3 (Debian 12's liblwip0); needs a C compiler

set -euo pipefail
packages=(liblwip0=2.1.3+dfsg1-2 liblwip-dev=2.1.3+dfsg1-2)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
# With them, the libraries that they need and this machine lacks.
mapfile -t needed < <(apt-get -qq -s install --no-install-recommends --allow-downgrades "${packages[@]}" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+)( \[[^]]*\])? \(([^ ]+) .*/\1=\3/p')
apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" "${needed[@]}" || {
    echo "${0##*/}: not to be had: is apt-get update due, or has Debian newer ones?" >&2
    exit 2
}
root=$work/root
for package in *.deb; do dpkg -x "$package" "$root"; done
export HOME=$work LC_ALL=C.UTF-8 PATH=$root/usr/bin:$root/usr/sbin:$PATH
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu

changed=0
# so WHAT EXPECTED SEEN: tells what was seen, and whether it is still so.
so() {
    if [[ $2 == "$3" ]]; then
        printf 'still so: %s: %s\n' "$1" "${3//$'\n'/ | }"
    else
        printf 'CHANGED:  %s: %s\n     not  %s\n' "$1" "${3//$'\n'/ | }" "${2//$'\n'/ | }"
        changed=1
    fi
}

cat >lwip.c <<'END'
#include <lwip/inet_chksum.h>
#include <lwip/init.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
static struct netif netif;
static struct tcp_pcb *accepted;
static u32_t its_next;      /* what follows the last segment that lwIP sent */

static u32_t number(const u8_t *at) { u32_t n; memcpy(&n, at, 4); return ntohl(n); }

/* Prints a segment of lwIP's. */
static err_t sent(struct netif *n, struct pbuf *p, const ip4_addr_t *to)
{
    u8_t b[1600];
    (void)n; (void)to;
    int size = pbuf_copy_partial(p, b, sizeof b, 0);
    const u8_t *tcp = b + (b[0] & 15) * 4;
    int data = size - (b[0] & 15) * 4 - (tcp[12] >> 4) * 4;
    printf("%s%s%s%s seq %u ack %u\n", tcp[13] & SYN ? "S" : "", tcp[13] & FIN ? "F" : "", tcp[13] & RST ? "R" : "",
        tcp[13] & ACK ? "A" : "", number(tcp + 4), number(tcp + 8));
    its_next = number(tcp + 4) + (u32_t)data + (tcp[13] & FIN) + (tcp[13] >> 1 & 1);
    return ERR_OK;
}

static err_t ready(struct netif *n) { n->output = sent; n->mtu = 1500; return ERR_OK; }

/* Hands lwIP a segment of the client's. */
static void client(int port, int to, u8_t flags, u32_t seq, u32_t ack, const char *data)
{
    size_t size = 40 + strlen(data);
    u8_t b[200] = {0x45, 0, 0, (u8_t)size, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
        (u8_t)(port >> 8), (u8_t)port, 0, (u8_t)to};
    seq = htonl(seq); ack = htonl(ack);
    memcpy(b + 24, &seq, 4); memcpy(b + 28, &ack, 4);
    b[32] = 0x50; b[33] = flags; b[34] = 0xfa; memcpy(b + 40, data, size - 40);
    u16_t sum = inet_chksum(b, 20);
    memcpy(b + 10, &sum, 2);
    struct pbuf *p = pbuf_alloc(PBUF_LINK, (u16_t)size, PBUF_RAM);
    pbuf_take(p, b, (u16_t)size);
    ip4_addr_t source, target;
    memcpy(&source, b + 12, 4); memcpy(&target, b + 16, 4);
    pbuf_remove_header(p, 20);
    sum = inet_chksum_pseudo(p, IP_PROTO_TCP, (u16_t)(size - 20), &source, &target);
    pbuf_take_at(p, &sum, 2, 16);
    pbuf_add_header(p, 20);
    ip4_input(p, &netif);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error) { (void)arg; (void)error; accepted = pcb; return ERR_OK; }

/* The handshake from `port`, with sequence number 1000; returns lwIP's next. */
static u32_t open_from(int port)
{
    client(port, 80, SYN, 1000, 0, "");
    client(port, 80, ACK, 1001, its_next, "");
    return its_next;
}

static void scenario(void);

int main(void)
{
    ip4_addr_t here, mask, gateway;
    lwip_init();
    IP4_ADDR(&here, 192, 0, 2, 2); IP4_ADDR(&mask, 255, 255, 255, 0); IP4_ADDR(&gateway, 192, 0, 2, 1);
    netif_add(&netif, &here, &mask, &gateway, NULL, ready, ip4_input);
    netif_set_default(&netif); netif_set_up(&netif); netif_set_link_up(&netif);
    struct tcp_pcb *pcb = tcp_new();
    tcp_bind(pcb, IP_ANY_TYPE, 80);
    tcp_accept(tcp_listen(pcb), on_accept);
    scenario();
    return 0;
}
END
cat >scenario.c <<'END'
static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
    (void)arg; (void)pcb; (void)error;
    puts("connected");
    return ERR_OK;
}

/* lwIP calls port 5000 from its own port 81, and that port calls back before it has an answer. */
static void scenario(void)
{
    const ip_addr_t peer = IPADDR4_INIT_BYTES(192, 0, 2, 1);
    struct tcp_pcb *pcb = tcp_new();
    tcp_bind(pcb, IP_ANY_TYPE, 81);
    puts("calls:");
    tcp_connect(pcb, &peer, 5000, on_connected);
    u32_t next = its_next;
    puts("SYN:");
    client(5000, 81, SYN, 1000, 0, "");
    puts(pcb->state == SYN_SENT ? "in SYN_SENT" : "elsewhere");
    puts("SYN,ACK:");
    client(5000, 81, SYN | ACK, 1000, next, "");
    puts(pcb->state == ESTABLISHED ? "in ESTABLISHED" : "elsewhere");
}
END
cat scenario.c >>lwip.c
"${CC:-cc}" -o lwip lwip.c -I"$root/usr/include/lwip" -I"$root/usr/include" -L"$root/usr/lib/x86_64-linux-gnu" -llwip
./lwip >answers.txt

between() { sed -n "/^$1:/,/^$2/{/:\$/d;p}" answers.txt; }
so "when it calls" "S seq 6509 ack 0" "$(between calls SYN:)"
so "to a SYN" "in SYN_SENT" "$(between SYN SYN,ACK:)"
so "to a SYN,ACK" "connected
A seq 6510 ack 1001
in ESTABLISHED" "$(between SYN,ACK nothing)"

exit $changed
