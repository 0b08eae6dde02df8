/* tunnels.c - what carries frames or packets of others; see layer.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layer.h"

/* RFC 2784, RFC 2890, and PPTP's version 1 (RFC 2637 section 4.1). */
enum layer tcpstate_gre(struct walk *walk)
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
    return step_over(walk, length, TCPSTATE_LOOK_UP(rows, type));
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

/* 3GPP TS 29.281 section 5.1: a T-PDU is what a user sent.  Where that does not say the length
 * that is left for it in the datagram, Wireshark reads it before 4.6, and no longer since. */
static enum layer gtp_u(struct walk *walk)
{
    enum { ECHO_REQUEST = 1, ECHO_RESPONSE = 2, T_PDU = 255, OPTIONAL = 0x07, EXTENSION = 0x04, IPV6_HEADER = 40 };

    if (!has(walk, 8))
        return DONE;
    const uint8_t *header = here(walk);
    if (header[1] == ECHO_REQUEST || header[1] == ECHO_RESPONSE)
        return DONE;
    int length = tcpstate_be16(header - 4) - 8; /* UDP's */
    if (header[0] >> 5 != 1 || !(header[0] & 0x10) || header[1] != T_PDU || tcpstate_be16(header + 2) + 8 != length)
        return ODD;
    walk->at += 8;
    if ((header[0] & OPTIONAL) && !skip_gtp_extensions(walk, header[0] & EXTENSION))
        return DONE;
    if (!has(walk, 6))
        return DONE;
    const uint8_t *packet = here(walk);
    int left = length - (int)(packet - header);
    if (packet[0] >= 0x45 && packet[0] <= 0x4e && tcpstate_be16(packet + 2) == left)
        return IPV4;
    return packet[0] >> 4 == 6 && tcpstate_be16(packet + 4) + IPV6_HEADER == left ? IPV6 : ODD;
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
    return step_over(walk, length, TCPSTATE_LOOK_UP(rows, tcpstate_be16(here(walk) + 2)));
}

/* Ports behind which Wireshark finds IP. */
static bool is_tunnel(uint16_t port)
{
    switch (port) {
    case 1701: /* L2TP */
    case 2055: case 4739: case 9995: case 9996: case 6343: /* NetFlow, IPFIX, sFlow: they quote packets */
    case 2152: /* GTP-U */
    case 3386: /* GTP' */
    case 3544: /* Teredo */
    case 3868: case 4341: case 4342: /* LISP */
    case 4500: /* ESP in UDP */
    case 4729: /* GSMTAP */
    case 4754: case 6635: /* GRE, MPLS in UDP */
    case 4789: case 4790: case 6081: /* VXLAN, VXLAN-GPE, Geneve */
    case 5000: case 5072: case 5246: case 5247: case 5555: case 6080: case 8472: case 12222: case 12223: case 30030:
    case 37008: /* radio and mirrored packets */
        return true;
    default:
        return false;
    }
}

enum layer tcpstate_udp(struct walk *walk)
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
