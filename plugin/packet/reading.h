/* reading.h - one TCP segment as it was found in a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_READING_H
#define TCPSTATE_READING_H

#include "../core/tcpstate.h"

/* A frame with more TCP layers than this (tunnels in tunnels) has the rest
 * left alone. */
#define TCPSTATE_MOST_LAYERS 8

/* The two endpoints of a connection in one fixed order, so that either
 * direction has the same pair.  Bytes that are not used are zero. */
struct tcpstate_pair {
    uint8_t address[2][16];
    uint16_t port[2];
    uint8_t address_length; /* 4 or 16 */
};

/* One segment, and where in the frame it was found. */
struct tcpstate_reading {
    struct tcpstate_segment segment;
    struct tcpstate_pair pair;
    uint32_t stream; /* tcp.stream, where .has_stream: for the tree */
    uint8_t layer;   /* 0 for the outermost TCP of the frame */
    bool innermost;  /* no TCP layer lies above it */
    bool ordinary;   /* the frame's only TCP layer, where its addresses and ports say that it is */
    bool has_stream; /* somebody asked for it, and Wireshark knows it */
    bool quoted;     /* an ICMP error quotes it: not a segment, but word of one */
    bool mentioned;  /* neither: a header quoted otherwise, or not a whole one; it only counts for tcp.stream */
    bool counts;     /* Wireshark's TCP dissector reads far enough to find its stream */
    bool whole;      /* ... and its length is known */
    uint8_t plain;   /* enum tcpstate_step that Wireshark's own analysis suggests */
    uint8_t icmp_type, icmp_code; /* with .quoted: the error's */
    uint8_t reporter[16]; /* with .quoted: who sent the ICMP error, as long as the pair's addresses */
};

#endif
