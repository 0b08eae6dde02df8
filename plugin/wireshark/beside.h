/* beside.h - two connections of one four-tuple at once, told apart by their numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which of the two a segment belongs to must be the same on every visit, so it is
 * decided by what is kept for good: anchors, the numbers that each connection had
 * reached at a frame.  One is added whenever a connection has gone on by half a
 * mebibyte: memory does not grow with segments.
 */
#ifndef TCPSTATE_BESIDE_H
#define TCPSTATE_BESIDE_H

#include "compat.h"

#include "../core/tcpstate.h"

/* A capture file ends. */
void tcpstate_beside_end(void);

/* From `frame` on, and before the time `until`, `before` and `latest`, a key of the caller's, are side by side. */
void tcpstate_beside_add(const void *latest, uint32_t frame, int64_t until, const struct tcpstate_connection *before_connection,
                         const struct tcpstate_connection *latest_connection);

/* The frame from which on they are. */
uint32_t tcpstate_beside_since(const void *latest);

/* Whether a segment of that frame or a later one is that of the one before. */
bool tcpstate_beside_is_before(const void *latest, const struct tcpstate_segment *segment);

/* First visit: it was taken by the one before, or by the latest. */
void tcpstate_beside_took(const void *latest, bool before, const struct tcpstate_segment *segment);

#endif
