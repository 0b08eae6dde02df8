/* layers.h - what Wireshark says about a frame beside its bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Asked by who reads a frame (segment.c) and by who hands it on (packet-tcpstate.c).
 */
#ifndef TCPSTATE_LAYERS_H
#define TCPSTATE_LAYERS_H

#include "segment.h"

/* Find the protocols and fields of others that are needed; call once. */
void tcpstate_layers_handoff(void);

/* A frame's layers, as far as they matter. */
struct tcpstate_layers {
    unsigned tcp; /* TCP layers that no ICMP error quotes */
    bool icmp;
    bool quoted;  /* TCP behind ICMP: a quotation */
};
void tcpstate_count_layers(const packet_info *pinfo, struct tcpstate_layers *layers);

/* Whether the TCP dissector met these ports in this frame. */
bool tcpstate_has_tcp_ports(packet_info *pinfo, uint16_t source, uint16_t destination);

/* tcp.stream of a segment that Wireshark has just dissected; false if it knows
 * no conversation for it. */
bool tcpstate_stream_of(const packet_info *pinfo, const struct tcpstate_reading *reading, uint32_t *stream);

/* The same as Wireshark shows it in a visible tree, which is found sooner; false
 * where it does not, or may show that of another segment. */
bool tcpstate_stream_shown(const proto_tree *tree, const struct tcpstate_reading *reading, uint32_t *stream);

/* The protocol that Wireshark found above the segment, TCPSTATE_NO_APPLICATION or TCPSTATE_UNTOLD. */
int tcpstate_application_of(const packet_info *pinfo, const struct tcpstate_reading *reading);

/* With the preference "Label every segment" only: the fields that a tree must
 * hold for what follows, for set_postdissector_wanted_hfids(), which takes the
 * array over; and what Wireshark's sequence analysis calls a plain segment, for
 * .plain, on the first visit. */
GArray *tcpstate_layers_wanted(void);
uint8_t tcpstate_plain_step(proto_tree *tree, const struct tcpstate_segment *segment);

#endif
