/* layers.h - what Wireshark says about a frame beside its bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Shared by the files that read a frame (see segment.h) and nobody else.
 */
#ifndef TCPSTATE_LAYERS_H
#define TCPSTATE_LAYERS_H

#include "segment.h"

/* A frame's layers, as far as they matter. */
struct tcpstate_layers {
    unsigned tcp; /* TCP layers that no ICMP error quotes */
    bool icmp;
    bool quoted;  /* TCP behind ICMP: a quotation */
};
void tcpstate_count_layers(const packet_info *pinfo, struct tcpstate_layers *layers);

/* Whether the TCP dissector met these ports in this frame. */
bool tcpstate_has_tcp_ports(packet_info *pinfo, uint16_t source, uint16_t destination);

#endif
