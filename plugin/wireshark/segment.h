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

/* Read a frame's TCP segments, outermost first; on any visit the same.  TCP
 * headers quoted by ICMP, fragments and headers cut short are no segments; the
 * header quoted by an ICMP "destination unreachable" comes alone, as a reading
 * with .quoted.  Of eight quoted bytes (RFC 792) only the ports and the
 * sequence number are there.  Returns how many. */
unsigned tcpstate_read_frame(tvbuff_t *tvb, packet_info *pinfo,
                             struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS]);

#endif
