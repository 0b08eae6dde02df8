/* counts.h - how many ends of connections are in a state, after each frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nothing is counted until somebody asks, on a later visit.  Then it is counted
 * from what is kept of the connections, once, and again where the capture has
 * grown since: memory grows with what happens on connections, not with segments,
 * and the answer is the same in any order of visits.
 */
#ifndef TCPSTATE_COUNTS_H
#define TCPSTATE_COUNTS_H

#include "../core/tcpstate.h"
#include "compat.h"

/* Register the callbacks that begin and end a capture file. */
void tcpstate_counts_register(void);

/* Later visits: how many ends are in the state after the frame of this time, or of them, those of which
 * that is inferred.  False if nobody can say: TIME_WAITs end by time, and the capture's goes back by as much. */
bool tcpstate_counts_after(uint32_t frame, int64_t time, enum tcpstate_state state, bool inferred, uint32_t *number);

#endif
