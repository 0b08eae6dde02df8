/* pcapng-copy.h - copies a pcapng file, adding packet comments on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every other byte stays: Wireshark's own writer would leave out blocks that it
 * does not know, name resolution and interface statistics, and round time
 * stamps to nanoseconds.  Reads and writes in one stream, and holds one packet
 * at a time.
 */
#ifndef TCPSTATE_PCAPNG_COPY_H
#define TCPSTATE_PCAPNG_COPY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Comments that begin so are ours: an earlier one is replaced. */
#define TCPSTATE_COMMENT_PREFIX "tcpstate: "

struct tcpstate_copy;

/* Begin to copy; NULL and *problem (to be freed) when a file cannot be opened. */
struct tcpstate_copy *tcpstate_copy_begin(const char *from, const char *to, char **problem);

/* Copy as far as the packet whose block is at this offset, and that packet
 * with these comments (char *), which may be none.  Offsets must grow. */
void tcpstate_copy_packet(struct tcpstate_copy *copy, int64_t offset, const GPtrArray *comments);

/* Copy what follows the last packet, and close.  Returns NULL, or what went
 * wrong now or before (to be freed); the copy is then worth nothing. */
char *tcpstate_copy_end(struct tcpstate_copy *copy);

/* How many packets there were, and how many have a comment of ours; before
 * tcpstate_copy_end(). */
void tcpstate_copy_count(const struct tcpstate_copy *copy, unsigned *packets, unsigned *commented);

#endif
