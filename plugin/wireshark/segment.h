/* segment.h - from a dissected frame to the TCP segments in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_SEGMENT_H
#define TCPSTATE_SEGMENT_H

#include "compat.h"

#include "../core/tcpstate.h"

/* A frame with more TCP layers than this (tunnels in tunnels) has the rest
 * left alone. */
#define TCPSTATE_MOST_LAYERS 8

/* The two endpoints of a connection in one fixed order, so that either
 * direction has the same pair.  Bytes that are not used are zero. */
struct tcpstate_pair {
    uint8_t address[2][16];
    uint16_t port[2];
    uint8_t address_length; /* 4, 16, or what the link layer uses */
};

/* One segment, and where in the frame it was found. */
struct tcpstate_reading {
    struct tcpstate_segment segment;
    struct tcpstate_pair pair;
    uint32_t stream; /* tcp.stream */
    uint8_t layer;   /* 0 for the outermost TCP of the frame */
    bool quoted;     /* an ICMP error quotes it: not a segment, but word of one */
    int application; /* protocol found above it; TCPSTATE_NO_APPLICATION, TCPSTATE_UNTOLD */
    uint8_t plain;   /* enum tcpstate_step that Wireshark's own analysis suggests */
};

enum {
    TCPSTATE_NO_APPLICATION = -1, /* there is none, or Wireshark knows none */
    TCPSTATE_UNTOLD = -2,         /* a dissector waits for more before it tells */
};

/* Find the protocols and fields of others that are needed; call once. */
void tcpstate_segment_handoff(void);

/* The fields that a tree must hold for tcpstate_read_segments(), for
 * set_postdissector_wanted_hfids(), which takes the array over.  `analysis`:
 * also what Wireshark's sequence analysis finds, for .plain. */
GArray *tcpstate_segment_wanted(bool analysis);

/* First visit: read the frame's TCP segments from its tree, outermost first.
 * TCP headers quoted by ICMP and fragments are not segments.  Returns how
 * many. */
unsigned tcpstate_read_segments(proto_tree *tree, packet_info *pinfo,
                                struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS]);

/* Any visit: read the one segment of an ordinary frame from its bytes alone,
 * without .stream and .application.  On later visits Wireshark does not
 * prepare the fields that a post-dissector wants, so the tree may hold
 * nothing.  The answer depends on nothing but the frame, so the first visit
 * can tell which frames are not ordinary and remember those. */
bool tcpstate_read_ordinary(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading);

/* Any visit: the TCP header quoted by an ICMP "destination unreachable", as a
 * reading with .quoted.  Of eight quoted bytes (RFC 792) only the ports and
 * the sequence number are there. */
bool tcpstate_read_quoted(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading);

/* Whether two readings show the same: all that later visits need. */
bool tcpstate_same_reading(const struct tcpstate_reading *a, const struct tcpstate_reading *b);

/* Whether there is a TCP layer in the frame at all, quoted or not; `icmp`
 * tells whether there is an ICMP layer too. */
bool tcpstate_has_tcp(const packet_info *pinfo, bool *icmp);

#endif
