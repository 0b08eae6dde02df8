/* census.h - where both ends of each connection stand, segment after segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One entry per connection, and constant work per segment.  A TIME_WAIT ends
 * without a segment (tcpstate_incarnation_time_wait_ends()): who counts ends is not told.
 */
#ifndef TCPSTATE_CENSUS_H
#define TCPSTATE_CENSUS_H

#include "per-connection.h"
#include "views.h"

struct tcpstate_stand {
    const struct tcpstate_incarnation *incarnation;
    int64_t since[2];
    uint8_t state[2];
    bool inferred[2];
    bool over; /* the four-tuple's next connection has begun, and so the ends hold it no longer */
};

/* Whether an end that stands so has a socket that "ss" would list. */
static inline bool tcpstate_has_socket(enum tcpstate_state state)
{
    return state != TCPSTATE_CLOSED && state != TCPSTATE_LISTEN && state != TCPSTATE_UNKNOWN;
}

/* One end has a socket where it stands from now on (1), or not there any more (-1). */
typedef void tcpstate_census_changes(void *whom, const struct tcpstate_stand *stand, int end, int change, int64_t now);

struct tcpstate_census {
    struct tcpstate_per_connection stands; /* of struct tcpstate_stand */
    int64_t start;                         /* of the capture; TCPSTATE_NO_TIME: nothing was taken */
    int64_t moment;                        /* the latest time of a segment; INT64_MIN: none */
    tcpstate_census_changes *changes;      /* or NULL: nobody follows */
    void *whom;
};

void tcpstate_census_begin(struct tcpstate_census *census, tcpstate_census_changes *changes, void *whom);
void tcpstate_census_end(struct tcpstate_census *census);
void tcpstate_census_clear(struct tcpstate_census *census);

struct tcpstate_stand *tcpstate_census_at(const struct tcpstate_census *census, unsigned index);

void tcpstate_census_take(struct tcpstate_census *census, const struct tcpstate_tapped *tapped);

#endif
