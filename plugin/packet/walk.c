/* walk.c - the table of layers; see walk.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each layer is a function that steps over its header and says which layer
 * follows.  The order of the questions is Wireshark's.  Three answers end a
 * walk: DONE (what follows holds no TCP, or not enough of it was captured),
 * ODD (what follows may hold some: only dissection can tell) and, at a TCP
 * header, DONE again: what TCP carries is not looked into.
 */
#include "walk.h"

#include <string.h>

#include "bytes.h"
#include "wlan.h"

enum layer { DONE, ODD, ETHERNET, LLC, VLAN, MPLS, PPPOE, PPP, PPP_HDLC, SLL, SLL2, NUL, WLAN, RADIOTAP, IP,
             IPV4, IPV6, GRE, UDP, TCP, ICMP, ICMPV6, LAYERS };

#define MOST_STEPS 64

struct walk {
    struct tcpstate_bytes bytes;
    int at;
    struct tcpstate_payload ip; /* the last IP header */
    struct tcpstate_payload error; /* of the ICMP error that is being read */
    bool quoting;               /* an ICMP error quotes what follows */
    bool unreachable;           /* ... which was not delivered; directly behind it */
    uint32_t frame;
    int64_t time;
    struct tcpstate_reading *reading;
    bool found;
};

/* A row of a small table that a number is looked up in. */
struct row {
    uint16_t number;
    uint8_t layer;
};

static enum layer look_up(const struct row *rows, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].number == number)
            return (enum layer)rows[i].layer;
    return ODD;
}
#define LOOK_UP(rows, number) look_up((rows), sizeof(rows) / sizeof *(rows), (number))

static bool has(const struct walk *walk, int length) { return walk->at + length <= walk->bytes.captured; }

static const uint8_t *here(const struct walk *walk) { return walk->bytes.at + walk->at; }

static enum layer step_over(struct walk *walk, int length, enum layer next)
{
    walk->at += length;
    return next;
}

/* ---- Links ---- */

/* EtherTypes, the commonest first.  Those with DONE never hold TCP. */
static enum layer of_ethertype(uint16_t type)
{
    static const struct row rows[] = {
        { 0x0800, IP },   { 0x86dd, IPV6 }, { 0x8100, VLAN },  { 0x0806, DONE }, /* ARP */
        { 0x88a8, VLAN }, { 0x9100, VLAN }, { 0x8847, MPLS },  { 0x8848, MPLS }, { 0x8864, PPPOE },
        { 0x8863, DONE }, /* PPPoE discovery */
        { 0x888e, DONE }, /* EAPOL */
        { 0x88cc, DONE }, /* LLDP */
        { 0x8809, DONE }, /* slow protocols */
        { 0x8899, DONE }, /* Realtek */
        { 0x9000, DONE }, /* loopback test */
        { 0x8035, DONE }, /* RARP */
        { 0x88f7, DONE }, /* PTP */
        { 0x8902, DONE }, /* CFM */
        { 0x8892, DONE }, /* PROFINET */
        { 0x809b, DONE }, { 0x80f3, DONE }, /* AppleTalk */
        { 0x8137, DONE }, /* IPX */
        { 0x6002, DONE }, { 0x6003, DONE }, { 0x6004, DONE }, /* DEC */
        { 0x88e1, DONE }, { 0x887b, DONE }, /* HomePlug */
    };
    return LOOK_UP(rows, type);
}

/* A type, or, up to 1500, the length of what LLC follows (IEEE 802.3 section 3.2.6). */
static enum layer of_type_or_length(struct walk *walk, int header, uint16_t type)
{
    return step_over(walk, header, type > 1500 ? of_ethertype(type) : LLC);
}

static enum layer ethernet(struct walk *walk)
{
    static const uint8_t isl[] = { 0x01, 0x00, 0x0c, 0x00, 0x00 }, isl_too[] = { 0x03, 0x00, 0x0c, 0x00, 0x00 };

    if (!has(walk, 14))
        return DONE;
    const uint8_t *header = here(walk);
    if (memcmp(header, isl, sizeof isl) == 0 || memcmp(header, isl_too, sizeof isl_too) == 0)
        return ODD;
    return of_type_or_length(walk, 14, tcpstate_be16(header + 12));
}

static enum layer vlan(struct walk *walk)
{
    return has(walk, 4) ? of_type_or_length(walk, 4, tcpstate_be16(here(walk) + 2)) : DONE;
}

static enum layer llc(struct walk *walk)
{
    static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00 };
    enum { SAP_IP = 0x06, SAP_SNAP = 0xaa, SAP_IPX_RAW = 0xff };

    if (!has(walk, 3))
        return DONE;
    const uint8_t *header = here(walk);
    if (header[0] == SAP_SNAP)
        return has(walk, 8) && memcmp(header, snap, sizeof snap) == 0
                   ? step_over(walk, 8, of_ethertype(tcpstate_be16(header + 6)))
                   : ODD;
    return header[0] == SAP_IP || header[0] == SAP_IPX_RAW ? ODD : DONE;
}

/* RFC 3032.  What follows the last label tells by its first four bits. */
static enum layer mpls(struct walk *walk)
{
    enum { FIRST_UNRESERVED = 16, EXPLICIT_NULL_V6 = 2, ROUTER_ALERT = 1 };

    if (!has(walk, 4))
        return DONE;
    uint32_t label = tcpstate_be32(here(walk)) >> 12;
    bool bottom = here(walk)[2] & 1;
    walk->at += 4;
    if (label < FIRST_UNRESERVED && label > EXPLICIT_NULL_V6)
        return ODD;
    if (!bottom)
        return MPLS;
    if (!has(walk, 1))
        return DONE;
    switch (here(walk)[0] >> 4) {
    case 4: return IP;
    case 6: return IPV6;
    default: return ODD; /* a pseudowire: with or without a control word? */
    }
}

static enum layer pppoe(struct walk *walk)
{
    return has(walk, 6) ? step_over(walk, 6, PPP) : DONE;
}

/* RFC 1661 section 2; the first byte of the protocol may be left out (section 6.5). */
static enum layer ppp(struct walk *walk)
{
    static const struct row rows[] = {
        { 0x0021, IP },   { 0x0057, IPV6 }, { 0x0281, MPLS }, { 0x0283, MPLS },
        { 0xc021, DONE }, { 0xc023, DONE }, { 0xc025, DONE }, { 0xc223, DONE }, /* LCP, PAP, LQR, CHAP */
        { 0x8021, DONE }, { 0x8057, DONE }, { 0x80fd, DONE }, { 0x8281, DONE }, /* control of the above */
    };

    if (!has(walk, 2))
        return DONE;
    if (here(walk)[0] & 1)
        return step_over(walk, 1, LOOK_UP(rows, walk->bytes.at[walk->at]));
    return step_over(walk, 2, LOOK_UP(rows, tcpstate_be16(here(walk))));
}

/* RFC 1662: address and control may be left out. */
static enum layer ppp_hdlc(struct walk *walk)
{
    if (!has(walk, 2))
        return DONE;
    if (tcpstate_be16(here(walk)) == 0xff03)
        return step_over(walk, 2, PPP);
    return here(walk)[0] == 0x00 || here(walk)[0] == 0xc0 || here(walk)[0] == 0x80 ? PPP : ODD;
}

static enum layer of_cooked(struct walk *walk, int header, uint16_t hardware, uint16_t type)
{
    enum { NETLINK = 824, IP_GRE = 778, IEEE80211_RADIOTAP = 803, LINUX_LLC = 4 };

    if (hardware == NETLINK)
        return DONE;
    if (hardware == IP_GRE || hardware == IEEE80211_RADIOTAP)
        return ODD;
    walk->at += header;
    return type > 1536 ? of_ethertype(type) : type == LINUX_LLC ? LLC : DONE;
}

static enum layer sll(struct walk *walk)
{
    const uint8_t *header = here(walk);

    return has(walk, 16) ? of_cooked(walk, 16, tcpstate_be16(header + 2), tcpstate_be16(header + 14)) : DONE;
}

static enum layer sll2(struct walk *walk)
{
    const uint8_t *header = here(walk);

    return has(walk, 20) ? of_cooked(walk, 20, tcpstate_be16(header + 8), tcpstate_be16(header)) : DONE;
}

/* An address family of BSD's in either byte order; IPv6 has another number in each BSD. */
static enum layer nul(struct walk *walk)
{
    if (!has(walk, 4))
        return DONE;
    uint32_t family = tcpstate_be32(here(walk));
    if ((family & 0xffffff) == 0)
        family >>= 24;
    switch (family) {
    case 2: return step_over(walk, 4, IP);
    case 24: case 28: case 30: return step_over(walk, 4, IPV6);
    default: return ODD;
    }
}

static enum layer step_over_wlan(struct walk *walk, int length, enum layer next)
{
    return length == TCPSTATE_WLAN_ODD       ? ODD
           : length == TCPSTATE_WLAN_NOTHING ? DONE
                                             : step_over(walk, length, next);
}

static enum layer radiotap(struct walk *walk)
{
    return step_over_wlan(walk, tcpstate_radiotap_length(here(walk), walk->bytes.captured - walk->at), WLAN);
}

/* Some hardware puts an Ethernet frame here instead of LLC, which Wireshark looks for; from EAPOL it
 * has the keys of what follows. */
static enum layer wlan(struct walk *walk)
{
    static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00 };
    enum { EAPOL = 0x888e };
    enum layer next = step_over_wlan(walk, tcpstate_wlan_length(here(walk), walk->bytes.captured - walk->at), LLC);

    if (next != LLC)
        return next;
    if (!has(walk, 8))
        return DONE;
    return memcmp(here(walk), snap, sizeof snap) == 0 && tcpstate_be16(here(walk) + 6) != EAPOL ? LLC : ODD;
}

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
    return LOOK_UP(rows, protocol);
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

/* ---- Tunnels ---- */

/* RFC 2784, RFC 2890, and PPTP's version 1 (RFC 2637 section 4.1). */
static enum layer gre(struct walk *walk)
{
    enum { CHECKSUM = 0x8000, ROUTES = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACKNOWLEDGED = 0x0080 };
    static const struct row rows[] = { { 0x0800, IP }, { 0x86dd, IPV6 }, { 0x6558, ETHERNET }, { 0x8847, MPLS },
                                       { 0x8848, MPLS } };

    if (!has(walk, 4))
        return DONE;
    uint16_t flags = tcpstate_be16(here(walk)), type = tcpstate_be16(here(walk) + 2);
    int length = 4 + (flags & CHECKSUM ? 4 : 0) + (flags & KEY ? 4 : 0) + (flags & SEQUENCE ? 4 : 0);
    if ((flags & ROUTES) || (flags & 7) > 1)
        return ODD;
    if ((flags & 7) == 1) {
        length += flags & ACKNOWLEDGED ? 4 : 0;
        if (type != 0x880b || !(flags & KEY) || (flags & CHECKSUM))
            return ODD;
        return flags & SEQUENCE ? step_over(walk, length, PPP_HDLC) : DONE; /* nothing but an acknowledgment */
    }
    return step_over(walk, length, LOOK_UP(rows, type));
}

/* The optional fields and extension headers of GTP-U; false if too little of them was captured. */
static bool skip_gtp_extensions(struct walk *walk, bool any)
{
    if (!has(walk, 4))
        return false;
    uint8_t next = any ? here(walk)[3] : 0;
    walk->at += 4;
    while (next != 0) {
        int length = has(walk, 1) ? here(walk)[0] * 4 : 0;
        if (length == 0 || !has(walk, length))
            return false;
        next = here(walk)[length - 1];
        walk->at += length;
    }
    return true;
}

/* 3GPP TS 29.281 section 5.1: a T-PDU is what a user sent. */
static enum layer gtp_u(struct walk *walk)
{
    enum { ECHO_REQUEST = 1, ECHO_RESPONSE = 2, T_PDU = 255, OPTIONAL = 0x07, EXTENSION = 0x04 };

    if (!has(walk, 8))
        return DONE;
    const uint8_t *header = here(walk);
    if (header[1] == ECHO_REQUEST || header[1] == ECHO_RESPONSE)
        return DONE;
    if (header[0] >> 5 != 1 || !(header[0] & 0x10) || header[1] != T_PDU)
        return ODD;
    walk->at += 8;
    if ((header[0] & OPTIONAL) && !skip_gtp_extensions(walk, header[0] & EXTENSION))
        return DONE;
    if (!has(walk, 1))
        return DONE;
    uint8_t first = here(walk)[0];
    return first >= 0x45 && first <= 0x4e ? IPV4 : first >> 4 == 6 ? IPV6 : ODD;
}

/* RFC 8926 section 3.4. */
static enum layer geneve(struct walk *walk)
{
    static const struct row rows[] = { { 0x6558, ETHERNET }, { 0x0800, IP }, { 0x86dd, IPV6 } };

    if (!has(walk, 8))
        return DONE;
    int length = 8 + (here(walk)[0] & 0x3f) * 4;
    if (here(walk)[0] >> 6 != 0)
        return ODD;
    return step_over(walk, length, LOOK_UP(rows, tcpstate_be16(here(walk) + 2)));
}

/* Ports behind which Wireshark finds IP. */
static bool is_tunnel(uint16_t port)
{
    static const uint16_t ports[] = {
        1701, /* L2TP */
        2055, 4739, 9995, 9996, 6343, /* NetFlow, IPFIX, sFlow: they quote packets */
        2152, /* GTP-U */
        3386, /* GTP' */
        3544, /* Teredo */
        3868, 4341, 4342, /* LISP */
        4500, /* ESP in UDP */
        4729, /* GSMTAP */
        4754, 6635, /* GRE, MPLS in UDP */
        4789, 4790, 6081, /* VXLAN, VXLAN-GPE, Geneve */
        5000, 5072, 5246, 5247, 5555, 6080, 8472, 12222, 12223, 30030, 37008, /* radio and mirrored packets */
    };

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (ports[i] == port)
            return true;
    return false;
}

static enum layer udp(struct walk *walk)
{
    enum { DNS = 53, NTP = 123, GTP_U = 2152, VXLAN = 4789, GENEVE = 6081 };

    if (!has(walk, 8))
        return DONE;
    uint16_t source = tcpstate_be16(here(walk)), destination = tcpstate_be16(here(walk) + 2);
    if (!is_tunnel(source) && !is_tunnel(destination))
        return DONE;
    walk->at += 8;
    /* Wireshark asks the lower port first: what a client sends to these from a port above is theirs. */
    if (destination == DNS || destination == NTP || source == DNS || source == NTP)
        return DONE;
    /* Below 1024 stand those that it knows. */
    if (destination > source && source < 1024)
        return ODD;
    switch (destination) {
    case GTP_U: return gtp_u(walk);
    case VXLAN: return has(walk, 8) ? step_over(walk, 8, ETHERNET) : DONE; /* RFC 7348 section 5 */
    case GENEVE: return geneve(walk);
    default: return ODD;
    }
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
    if (walk->unreachable && walk->ip.address_length == walk->error.address_length) {
        reading->quoted = true;
        reading->mentioned = false;
        memcpy(reading->reporter, walk->error.source, walk->error.address_length);
    }
    return DONE;
}

static enum layer quote(struct walk *walk, bool is_error, bool unreachable, enum layer next)
{
    if (!is_error || walk->quoting)
        return DONE;
    walk->quoting = true;
    walk->unreachable = unreachable;
    walk->error = walk->ip;
    walk->bytes.reported = walk->ip.end;
    return step_over(walk, 8, next);
}

/* RFC 792. */
static enum layer icmp(struct walk *walk)
{
    enum { UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };

    if (!has(walk, 8))
        return DONE;
    uint8_t type = here(walk)[0];
    return quote(walk,
                 type == UNREACHABLE || type == SOURCE_QUENCH || type == REDIRECT || type == TIME_EXCEEDED
                     || type == PARAMETER_PROBLEM,
                 type == UNREACHABLE, IP);
}

/* RFC 4443 section 3. */
static enum layer icmpv6(struct walk *walk)
{
    enum { UNREACHABLE = 1, PARAMETER_PROBLEM = 4, REDIRECT = 137 };

    if (!has(walk, 8))
        return DONE;
    uint8_t type = here(walk)[0];
    if (type == REDIRECT) /* its options may quote a packet */
        return ODD;
    return quote(walk, type >= UNREACHABLE && type <= PARAMETER_PROBLEM, type == UNREACHABLE, IPV6);
}

static enum layer (*const layers[LAYERS])(struct walk *) = {
    [ETHERNET] = ethernet, [LLC] = llc,   [VLAN] = vlan,   [MPLS] = mpls, [PPPOE] = pppoe,     [PPP] = ppp,
    [PPP_HDLC] = ppp_hdlc, [SLL] = sll,   [SLL2] = sll2,   [NUL] = nul,   [RADIOTAP] = radiotap, [WLAN] = wlan,
    [IP] = ip,             [IPV4] = ipv4, [IPV6] = ipv6,   [GRE] = gre,   [UDP] = udp,         [TCP] = tcp,
    [ICMP] = icmp,         [ICMPV6] = icmpv6,
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

    for (int steps = 0; layer != DONE && layer != ODD; steps++)
        layer = steps < MOST_STEPS ? layers[layer](&walk) : ODD;
    return layer == ODD ? TCPSTATE_WALKED_ODD : walk.found ? TCPSTATE_WALKED_FOUND : TCPSTATE_WALKED_NOTHING;
}
