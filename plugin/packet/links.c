/* links.c - what a frame begins with, and the tags and labels behind it; see layer.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "layer.h"
#include "wlan.h"

/* LLC behind which SNAP has an EtherType (RFC 1042). */
static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00 };

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
    return TCPSTATE_LOOK_UP(rows, type);
}

/* A type, or, up to 1500, the length of what LLC follows (IEEE 802.3 section 3.2.6). */
static enum layer of_type_or_length(struct walk *walk, int header, uint16_t type)
{
    return step_over(walk, header, type > 1500 ? of_ethertype(type) : LLC);
}

enum layer tcpstate_ethernet(struct walk *walk)
{
    static const uint8_t isl[] = { 0x01, 0x00, 0x0c, 0x00, 0x00 }, isl_too[] = { 0x03, 0x00, 0x0c, 0x00, 0x00 };

    if (!has(walk, 14))
        return DONE;
    const uint8_t *header = here(walk);
    if (memcmp(header, isl, sizeof isl) == 0 || memcmp(header, isl_too, sizeof isl_too) == 0)
        return ODD;
    return of_type_or_length(walk, 14, tcpstate_be16(header + 12));
}

enum layer tcpstate_vlan(struct walk *walk)
{
    return has(walk, 4) ? of_type_or_length(walk, 4, tcpstate_be16(here(walk) + 2)) : DONE;
}

enum layer tcpstate_llc(struct walk *walk)
{
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
enum layer tcpstate_mpls(struct walk *walk)
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

enum layer tcpstate_pppoe(struct walk *walk)
{
    return has(walk, 6) ? step_over(walk, 6, PPP) : DONE;
}

/* RFC 1661 section 2; the first byte of the protocol may be left out (section 6.5). */
enum layer tcpstate_ppp(struct walk *walk)
{
    static const struct row rows[] = {
        { 0x0021, IP },   { 0x0057, IPV6 }, { 0x0281, MPLS }, { 0x0283, MPLS },
        { 0xc021, DONE }, { 0xc023, DONE }, { 0xc025, DONE }, { 0xc223, DONE }, /* LCP, PAP, LQR, CHAP */
        { 0x8021, DONE }, { 0x8057, DONE }, { 0x80fd, DONE }, { 0x8281, DONE }, /* control of the above */
    };

    if (!has(walk, 2))
        return DONE;
    if (here(walk)[0] & 1)
        return step_over(walk, 1, TCPSTATE_LOOK_UP(rows, walk->bytes.at[walk->at]));
    return step_over(walk, 2, TCPSTATE_LOOK_UP(rows, tcpstate_be16(here(walk))));
}

/* RFC 1662: address and control may be left out. */
enum layer tcpstate_ppp_hdlc(struct walk *walk)
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

enum layer tcpstate_sll(struct walk *walk)
{
    const uint8_t *header = here(walk);

    return has(walk, 16) ? of_cooked(walk, 16, tcpstate_be16(header + 2), tcpstate_be16(header + 14)) : DONE;
}

enum layer tcpstate_sll2(struct walk *walk)
{
    const uint8_t *header = here(walk);

    return has(walk, 20) ? of_cooked(walk, 20, tcpstate_be16(header + 8), tcpstate_be16(header)) : DONE;
}

/* An address family of BSD's in either byte order; IPv6 has another number in each BSD. */
enum layer tcpstate_nul(struct walk *walk)
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

enum layer tcpstate_radiotap(struct walk *walk)
{
    return step_over_wlan(walk, tcpstate_radiotap_length(here(walk), walk->bytes.captured - walk->at), WLAN);
}

/* Some hardware puts an Ethernet frame here instead of LLC, which Wireshark looks for; from EAPOL it
 * has the keys of what follows. */
enum layer tcpstate_wlan(struct walk *walk)
{
    enum { EAPOL = 0x888e };
    enum layer next = step_over_wlan(walk, tcpstate_wlan_length(here(walk), walk->bytes.captured - walk->at), LLC);

    if (next != LLC)
        return next;
    if (!has(walk, 8))
        return DONE;
    return memcmp(here(walk), snap, sizeof snap) == 0 && tcpstate_be16(here(walk) + 6) != EAPOL ? LLC : ODD;
}
