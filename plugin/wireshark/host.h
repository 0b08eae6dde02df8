/* host.h - what the shared parts ask of the program that they run in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections, timelines, texts and printed views run in two places: behind
 * Wireshark's dissection (host.c) and in the program "tcpstate", which reads
 * capture files by itself.  They ask this of either, and nothing else of epan;
 * so a frame need not be dissected to be understood.
 */
#ifndef TCPSTATE_HOST_H
#define TCPSTATE_HOST_H

#include "compat.h"

#include "segment.h"

/* Memory that lasts as long as the capture file is open. */
wmem_allocator_t *tcpstate_file_scope(void);

/* Whether anybody asks what a connection's timeline says of frames before its last entry. */
bool tcpstate_keeps_timelines(void);

/* Call back when a capture file begins or ends; either may be NULL. */
void tcpstate_on_file(void (*begin)(void), void (*end)(void));

/* The name of the file that the packet at hand comes from; NULL where nobody tells it.
 * The name lasts as long as the capture is open. */
const char *tcpstate_capture_name(void);

/* What makes a view print all: `in_tshark`, or the program's own option. */
const char *tcpstate_option_for_all(const char *in_tshark);

/* A protocol's name in display filters, and the one that people read; of a
 * number that tcpstate_application_of() returned, 0 or more. */
const char *tcpstate_protocol_filter_name(int application);
const char *tcpstate_protocol_short_name(int application);

/* An address of 4 or 16 bytes as text, allocated by `pool`; with `resolve` the
 * name that Wireshark has for it, which is one line that a terminal shows. */
const char *tcpstate_ip_text(wmem_allocator_t *pool, const uint8_t *bytes, unsigned length, bool resolve);

#endif
