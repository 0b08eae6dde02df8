/* segment.h - from a dissected frame to the TCP segments in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A frame is read from its bytes, guided by what every dissection leaves
 * behind: the list of layers, the innermost addresses and ports.  No tree is
 * asked for: Wireshark would have to make one for every packet, which costs
 * more than all that this plugin does, and on later visits it need not hold
 * what a post-dissector wants.  So each visit reads the same.
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
    uint8_t address_length; /* 4 or 16 */
};

/* One segment, and where in the frame it was found. */
struct tcpstate_reading {
    struct tcpstate_segment segment;
    struct tcpstate_pair pair;
    uint32_t stream; /* tcp.stream, where .has_stream; for views, see tcpstate_stream_of() */
    uint8_t layer;   /* 0 for the outermost TCP of the frame */
    bool innermost;  /* no TCP layer lies above it */
    bool ordinary;   /* the frame's only TCP layer, where its addresses and ports say that it is */
    bool has_stream; /* somebody asked for it, and Wireshark knows it */
    bool quoted;     /* an ICMP error quotes it: not a segment, but word of one */
    uint8_t plain;   /* enum tcpstate_step that Wireshark's own analysis suggests */
    uint8_t reporter[16]; /* with .quoted: who sent the ICMP error, as long as the pair's addresses */
};

/* Find the protocols and fields of others that are needed; call once. */
void tcpstate_segment_handoff(void);

/* Read a frame's TCP segments, outermost first; on any visit the same.  TCP
 * headers quoted by ICMP, fragments and headers cut short are no segments; the
 * header quoted by an ICMP "destination unreachable" comes alone, as a reading
 * with .quoted.  Of eight quoted bytes (RFC 792) only the ports and the
 * sequence number are there.  Returns how many. */
unsigned tcpstate_read_frame(tvbuff_t *tvb, packet_info *pinfo,
                             struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS]);

/* tcp.stream of a segment that Wireshark has just dissected; false if it knows
 * no conversation for it. */
bool tcpstate_stream_of(const packet_info *pinfo, const struct tcpstate_reading *reading, uint32_t *stream);

/* The same as Wireshark shows it in a visible tree, which is found sooner; false
 * where it does not, or may show that of another segment. */
bool tcpstate_stream_shown(const proto_tree *tree, const struct tcpstate_reading *reading, uint32_t *stream);

enum {
    TCPSTATE_NO_APPLICATION = -1, /* there is none, or Wireshark knows none */
    TCPSTATE_UNTOLD = -2,         /* a dissector waits for more before it tells */
};

/* The protocol that Wireshark found above the segment, or one of the above. */
int tcpstate_application_of(const packet_info *pinfo, const struct tcpstate_reading *reading);

/* With the preference "Label every segment" only: the fields that a tree must
 * hold for what follows, for set_postdissector_wanted_hfids(), which takes the
 * array over; and what Wireshark's sequence analysis calls a plain segment, for
 * .plain, on the first visit. */
GArray *tcpstate_segment_wanted(void);
uint8_t tcpstate_plain_step(proto_tree *tree, const struct tcpstate_segment *segment);

#endif
