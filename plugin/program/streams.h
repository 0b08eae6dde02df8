/* streams.h - tcp.stream, counted as Wireshark counts it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's TCP dissector numbers four-tuples in the order in which it meets
 * them, in ICMP errors too, and anew at a SYN with another initial sequence
 * number than the one that it knows of that end.
 */
#ifndef TCPSTATE_STREAMS_H
#define TCPSTATE_STREAMS_H

#include "../wireshark/connections.h"

/* What connections.c asks; streams are counted from 0 from now on. */
struct tcpstate_asked tcpstate_streams_begin(void);
void tcpstate_streams_end(void);

/* A header that is no segment of a connection, but counts. */
void tcpstate_streams_mention(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading);

#endif
