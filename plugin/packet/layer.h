/* layer.h - one layer of a frame: what the table of layers (walk.c) is made of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each layer is a function that steps over its header and says which layer
 * follows.  The order of the questions is Wireshark's.  Three answers end a
 * walk: DONE (what follows holds no TCP, or not enough of it was captured),
 * ODD (what follows may hold some: only dissection can tell) and, at a TCP
 * header, DONE again: what TCP carries is not looked into.
 */
#ifndef TCPSTATE_LAYER_H
#define TCPSTATE_LAYER_H

#include <stddef.h>

#include "bytes.h"
#include "header.h"

enum layer { DONE, ODD, ETHERNET, LLC, VLAN, MPLS, PPPOE, PPP, PPP_HDLC, SLL, SLL2, NUL, WLAN, RADIOTAP, IP,
             IPV4, IPV6, GRE, UDP, TCP, ICMP, ICMPV6, LAYERS };

struct walk {
    struct tcpstate_bytes bytes;
    struct tcpstate_payload ip; /* the last IP header */
    struct tcpstate_reading *reading;
    int64_t time;
    const uint8_t *reporter;    /* who sent the ICMP error that is being read */
    uint32_t frame;
    int at;
    uint8_t reporter_length;
    bool quoting;               /* an ICMP error quotes what follows */
    bool undelivered;           /* ... which was not delivered; directly behind it */
    uint8_t type, code;         /* of that error */
    bool found;
};

/* A row of a small table that a number is looked up in. */
struct row {
    uint16_t number;
    uint8_t layer;
};

static inline enum layer tcpstate_look_up(const struct row *rows, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].number == number)
            return (enum layer)rows[i].layer;
    return ODD;
}
#define TCPSTATE_LOOK_UP(rows, number) tcpstate_look_up((rows), sizeof(rows) / sizeof *(rows), (number))

static inline bool has(const struct walk *walk, int length) { return walk->at + length <= walk->bytes.captured; }

static inline const uint8_t *here(const struct walk *walk) { return walk->bytes.at + walk->at; }

static inline enum layer step_over(struct walk *walk, int length, enum layer next)
{
    walk->at += length;
    return next;
}

/* links.c */
enum layer tcpstate_ethernet(struct walk *walk);
enum layer tcpstate_llc(struct walk *walk);
enum layer tcpstate_vlan(struct walk *walk);
enum layer tcpstate_mpls(struct walk *walk);
enum layer tcpstate_pppoe(struct walk *walk);
enum layer tcpstate_ppp(struct walk *walk);
enum layer tcpstate_ppp_hdlc(struct walk *walk);
enum layer tcpstate_sll(struct walk *walk);
enum layer tcpstate_sll2(struct walk *walk);
enum layer tcpstate_nul(struct walk *walk);
enum layer tcpstate_radiotap(struct walk *walk);
enum layer tcpstate_wlan(struct walk *walk);

/* tunnels.c */
enum layer tcpstate_gre(struct walk *walk);
enum layer tcpstate_udp(struct walk *walk);

#endif
