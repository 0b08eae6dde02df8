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

#include "../packet/reading.h"

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
