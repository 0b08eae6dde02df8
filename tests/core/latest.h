/* latest.h - a four-tuple of which only the latest connection is remembered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LATEST_H
#define LATEST_H

#include "tcpstate.h"

/* Hand a segment to the core; a connection that it opens takes the place of `latest`. */
static inline void observe_latest(struct tcpstate_connection *latest, const struct tcpstate_segment *segment, int64_t two_msl,
                                  struct tcpstate_observation *seen)
{
    struct tcpstate_connection next;

    tcpstate_observe(&(struct tcpstate_remembered){ .latest = latest, .next = &next }, segment, two_msl, seen);
    if (seen->incarnation == TCPSTATE_INCARNATION_NEXT)
        *latest = next;
}

#endif
