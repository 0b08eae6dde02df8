/* walk.h - the TCP segments of a frame, found layer by layer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What Wireshark's dissectors find behind link headers, tags, labels and
 * tunnels, with their default preferences, without asking them.  Where the
 * table of layers cannot say what they would find, it says that, and a frame
 * has to be dissected.
 */
#ifndef TCPSTATE_WALK_H
#define TCPSTATE_WALK_H

#include "header.h"

/* What a frame begins with. */
enum tcpstate_link {
    TCPSTATE_LINK_OTHER, /* nothing that the table has */
    TCPSTATE_LINK_ETHERNET,
    TCPSTATE_LINK_IP, /* version 4 or 6 */
    TCPSTATE_LINK_IPV4,
    TCPSTATE_LINK_IPV6,
    TCPSTATE_LINK_PPP,
    TCPSTATE_LINK_SLL,  /* Linux cooked capture */
    TCPSTATE_LINK_SLL2,
    TCPSTATE_LINK_NULL, /* BSD loopback, in either byte order */
    TCPSTATE_LINK_WLAN, /* 802.11 */
    TCPSTATE_LINK_RADIOTAP,
};

enum tcpstate_walked {
    TCPSTATE_WALKED_NOTHING, /* no TCP, or too little of it */
    TCPSTATE_WALKED_FOUND,
    TCPSTATE_WALKED_ODD,     /* the table cannot say */
};

/* Find the TCP header of a frame: its segment, or what an ICMP error quotes
 * (.quoted, .mentioned).  A frame of which dissection may find more than one is
 * odd. */
enum tcpstate_walked tcpstate_walk(enum tcpstate_link link, const struct tcpstate_bytes *bytes, uint32_t frame,
                                   int64_t time, struct tcpstate_reading *reading);

#endif
