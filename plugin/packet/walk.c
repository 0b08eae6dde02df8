/* walk.c - the table of layers, IP and what it carries; see walk.h, and layer.h for what a layer is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "walk.h"

#include <string.h>

#include "layer.h"

#define MOST_STEPS 64

/* ---- IP ---- */

static enum layer ip(struct walk *walk)
{
    if (!has(walk, 1))
        return DONE;
    switch (here(walk)[0] >> 4) {
    case 4: return IPV4;
    case 6: return IPV6;
    default: return DONE;
    }
}

static enum layer of_protocol(uint8_t protocol)
{
    static const struct row rows[] = {
        { 6, TCP },   { 17, UDP },  { 1, ICMP },  { 58, ICMPV6 }, { 47, GRE }, { 4, IP }, { 41, IPV6 },
        { 2, DONE },  /* IGMP */
        { 46, DONE }, /* RSVP */
        { 59, DONE }, /* nothing (RFC 8200 section 4.7) */
        { 88, DONE }, { 89, DONE }, /* EIGRP, OSPF */
        { 112, DONE }, /* VRRP */
        { 132, DONE }, /* SCTP */
    };
    return TCPSTATE_LOOK_UP(rows, protocol);
}

/* Of a fragment nothing can be said before the others are there; what carries no TCP need not be waited for. */
static enum layer of_fragment(const struct walk *walk, uint8_t protocol)
{
    enum layer next = of_protocol(protocol);

    return walk->quoting || next == ICMP || next == ICMPV6 ? DONE : next == DONE ? DONE : ODD;
}

static enum layer ipv4(struct walk *walk)
{
    enum { OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };

    if (!has(walk, 20) || (here(walk)[0] & 0x0f) < 5 || here(walk)[0] >> 4 != 4)
        return DONE;
    const uint8_t *header = here(walk);
    int length = (header[0] & 0x0f) * 4, total = tcpstate_be16(header + 2);
    if (total < length && total != 0) /* 0: a segmentation offload */
        return DONE;
    for (int option = 20; option < length && has(walk, length);) { /* the ends may be others than the header's */
        if (header[option] == OPTION_LOOSE_ROUTE || header[option] == OPTION_STRICT_ROUTE)
            return ODD;
        option += header[option] <= 1 || option + 1 == length || header[option + 1] < 2 ? 1 : header[option + 1];
    }
    if ((tcpstate_be16(header + 6) & 0x3fff) != 0)
        return of_fragment(walk, header[9]);
    if (!tcpstate_read_ip(&walk->bytes, walk->at, header[9], &walk->ip))
        return DONE;
    return step_over(walk, length, of_protocol(header[9]));
}

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60 };

static bool is_extension(uint8_t header)
{
    return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT || header == AUTHENTICATION
           || header == DESTINATION;
}

/* What an extension header of type `type` says against going on; IPV6: nothing. */
static enum layer judge_extension(const struct walk *walk, uint8_t type)
{
    const uint8_t *header = here(walk);

    if (!has(walk, 8))
        return DONE;
    if (type == ROUTING && header[3] != 0) /* on its way to another address */
        return ODD;
    if (type == FRAGMENT && (tcpstate_be16(header + 2) & 0xfff9) != 0)
        return of_fragment(walk, header[0]);
    return IPV6;
}

/* RFC 8200 section 4.  AH stands in front of what it protects, too (RFC 4302). */
static enum layer ipv6(struct walk *walk)
{
    if (!has(walk, 40) || here(walk)[0] >> 4 != 6)
        return DONE;
    int begin = walk->at;
    uint8_t next = here(walk)[6];
    if (next == HOP_BY_HOP && tcpstate_be16(here(walk) + 4) == 0)
        return ODD; /* a jumbogram (RFC 2675) */
    walk->at += 40;
    while (is_extension(next)) {
        enum layer judged = judge_extension(walk, next);
        if (judged != IPV6)
            return judged;
        const uint8_t *header = here(walk);
        walk->at += next == FRAGMENT ? 8 : 8 + header[1] * (next == AUTHENTICATION ? 4 : 8);
        next = header[0];
    }
    return tcpstate_read_ip(&walk->bytes, begin, next, &walk->ip) ? of_protocol(next) : DONE;
}

/* ---- What is looked for ---- */

/* A header of which too little is there still has its place among the streams. */
static void mention(struct walk *walk, struct tcpstate_reading *reading)
{
    const uint8_t *header = here(walk);

    tcpstate_begin_reading(reading, walk->frame, walk->time);
    tcpstate_read_ends(&walk->bytes, &walk->ip, reading);
    reading->mentioned = true;
    reading->counts = has(walk, 16);
    if (!reading->counts)
        return;
    reading->segment.ack = tcpstate_be32(header + 8);
    reading->segment.flags = header[13];
    reading->whole = !walk->quoting && walk->at + (header[12] >> 4) * 4 <= walk->ip.end;
}

/* Whether Wireshark may find frames in what TCP carries between two ports.  A
 * client of a port below 1024 may have any of these by chance. */
static bool carries_frames(uint16_t source, uint16_t destination)
{
    static const uint16_t ports[] = { 2002 /* rpcap */, 4739 /* IPFIX */, 6633, 6653 /* OpenFlow */ };

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if ((ports[i] == source && destination >= 1024) || (ports[i] == destination && source >= 1024))
            return true;
    return false;
}

static enum layer tcp(struct walk *walk)
{
    struct tcpstate_reading *reading = walk->reading;

    walk->ip.at = walk->at;
    if (!has(walk, 8))
        return DONE;
    if (!walk->quoting && carries_frames(tcpstate_be16(here(walk)), tcpstate_be16(here(walk) + 2)))
        return ODD;
    walk->found = true;
    if (!walk->quoting && tcpstate_read_header(&walk->bytes, &walk->ip, walk->frame, walk->time, reading)) {
        reading->innermost = reading->ordinary = true;
        return DONE;
    }
    mention(walk, reading);
    if (walk->undelivered && walk->ip.address_length == walk->reporter_length) {
        reading->quoted = true;
        reading->mentioned = false;
        reading->icmp_type = walk->type;
        reading->icmp_code = walk->code;
        memcpy(reading->reporter, walk->reporter, walk->reporter_length);
    }
    return DONE;
}

static enum layer quote(struct walk *walk, bool is_error, bool undelivered, enum layer next)
{
    if (!is_error || walk->quoting)
        return DONE;
    walk->quoting = true;
    walk->undelivered = undelivered;
    walk->type = here(walk)[0];
    walk->code = here(walk)[1];
    walk->reporter = walk->ip.source;
    walk->reporter_length = walk->ip.address_length;
    walk->bytes.reported = walk->ip.end;
    return step_over(walk, 8, next);
}

/* RFC 792.  Source quench and redirection say nothing against delivery. */
static enum layer icmp(struct walk *walk)
{
    enum { SOURCE_QUENCH = 4, REDIRECT = 5 };

    if (!has(walk, 8))
        return DONE;
    const uint8_t type = here(walk)[0];
    const bool undelivered = tcpstate_icmp_undelivered(true, type);
    return quote(walk, undelivered || type == SOURCE_QUENCH || type == REDIRECT, undelivered, IP);
}

/* RFC 4443 section 3. */
static enum layer icmpv6(struct walk *walk)
{
    enum { REDIRECT = 137 };

    if (!has(walk, 8))
        return DONE;
    const uint8_t type = here(walk)[0];
    if (type == REDIRECT) /* its options may quote a packet */
        return ODD;
    const bool undelivered = tcpstate_icmp_undelivered(false, type);
    return quote(walk, undelivered, undelivered, IPV6);
}

static enum layer (*const layers[LAYERS])(struct walk *) = {
    [ETHERNET] = tcpstate_ethernet, [LLC] = tcpstate_llc,   [VLAN] = tcpstate_vlan,
    [MPLS] = tcpstate_mpls,         [PPPOE] = tcpstate_pppoe, [PPP] = tcpstate_ppp,
    [PPP_HDLC] = tcpstate_ppp_hdlc, [SLL] = tcpstate_sll,   [SLL2] = tcpstate_sll2,
    [NUL] = tcpstate_nul,           [RADIOTAP] = tcpstate_radiotap, [WLAN] = tcpstate_wlan,
    [IP] = ip,     [IPV4] = ipv4, [IPV6] = ipv6, [GRE] = tcpstate_gre, [UDP] = tcpstate_udp,
    [TCP] = tcp,   [ICMP] = icmp, [ICMPV6] = icmpv6,
};

static const uint8_t first_layers[] = {
    [TCPSTATE_LINK_OTHER] = ODD, [TCPSTATE_LINK_ETHERNET] = ETHERNET, [TCPSTATE_LINK_IP] = IP,
    [TCPSTATE_LINK_IPV4] = IP,   [TCPSTATE_LINK_IPV6] = IPV6,         [TCPSTATE_LINK_PPP] = PPP_HDLC,
    [TCPSTATE_LINK_SLL] = SLL,   [TCPSTATE_LINK_SLL2] = SLL2,         [TCPSTATE_LINK_NULL] = NUL,
    [TCPSTATE_LINK_WLAN] = WLAN, [TCPSTATE_LINK_RADIOTAP] = RADIOTAP,
};

enum tcpstate_walked tcpstate_walk(enum tcpstate_link link, const struct tcpstate_bytes *bytes, uint32_t frame,
                                   int64_t time, struct tcpstate_reading *reading)
{
    struct walk walk = { .bytes = *bytes, .frame = frame, .time = time, .reading = reading };
    enum layer layer = (enum layer)first_layers[link];

    if (!walk.bytes.at) /* a frame without a byte; nothing can be added to NULL */
        walk.bytes.at = (const uint8_t *)"";
    for (int steps = 0; layer != DONE && layer != ODD; steps++)
        layer = steps < MOST_STEPS ? layers[layer](&walk) : ODD;
    return layer == ODD ? TCPSTATE_WALKED_ODD : walk.found ? TCPSTATE_WALKED_FOUND : TCPSTATE_WALKED_NOTHING;
}
