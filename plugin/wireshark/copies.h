/* copies.h - which segments were seen again, for later visits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A copy counts for nothing, on any visit, and most copies have no entry in the
 * timeline: here each is a bit.  A capture without copies has none of it.
 */
#ifndef TCPSTATE_COPIES_H
#define TCPSTATE_COPIES_H

#include <stdbool.h>
#include <stdint.h>

/* A capture file ends. */
void tcpstate_copies_end(void);

/* First visit: whether that layer of the frame is a copy.  The latest word on a frame holds. */
void tcpstate_copies_note(uint32_t frame, uint8_t layer, bool copy);

/* Later visits, in any order. */
bool tcpstate_copies_has(uint32_t frame, uint8_t layer);

#endif
