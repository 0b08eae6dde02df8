/* beside.h - two connections of one four-tuple at once: their anchors, for later visits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which of the two a segment belongs to the core says (core/beside.c), by the numbers that each had
 * reached: its anchor.  It must be the same on every visit, so each anchor is kept with the frame that
 * moved it.  One moves when its connection has gone on by half a mebibyte: memory does not grow with
 * segments.
 */
#ifndef TCPSTATE_BESIDE_H
#define TCPSTATE_BESIDE_H

#include "compat.h"

#include "../core/tcpstate.h"

/* A capture file ends. */
void tcpstate_beside_end(void);

/* First visit: from `frame` on `latest`, a key of the caller's, and the one before it are side by side. */
void tcpstate_beside_add(const void *latest, uint32_t frame, const struct tcpstate_beside *began);

/* First visit: the frame moved the anchors that are told by .moved. */
void tcpstate_beside_moved(const void *latest, uint32_t frame, const struct tcpstate_beside *beside);

/* The anchors as they are for the segments of a frame; false: the two are not side by side then. */
bool tcpstate_beside_at(const void *latest, uint32_t frame, struct tcpstate_beside *beside);

/* The frame from which on they are. */
uint32_t tcpstate_beside_since(const void *latest);

/* Whether a segment is that of the one before. */
bool tcpstate_is_of_before(const void *latest, const struct tcpstate_segment *segment);

#endif
