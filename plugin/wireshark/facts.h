/* facts.h - what is known of a connection by now.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only read; asked on any visit, and by the views when the capture has been read.
 */
#ifndef TCPSTATE_FACTS_H
#define TCPSTATE_FACTS_H

#include "../core/tcpstate.h"
#include "../packet/reading.h"

struct tcpstate_incarnation;

/* Frames of this connection's milestones, 0 where there is none (yet), and times of
 * its moments, TCPSTATE_NO_TIME likewise; valid until another connection is looked at. */
const uint32_t *tcpstate_incarnation_milestones(const struct tcpstate_incarnation *incarnation);
const int64_t *tcpstate_incarnation_moments(const struct tcpstate_incarnation *incarnation);

/* The initial sequence numbers of endpoints 0 and 1 as they were known at a
 * frame.  Returns which are: bit 0 and bit 1. */
unsigned tcpstate_incarnation_isns(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint32_t isn[2]);

/* What became of the connection: as it ended, if it did, else as far as seen. */
void tcpstate_incarnation_outcome(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome);

/* Who waits for what on a connection that is not over, and for how many
 * nanoseconds until the capture's end; -1: nobody. */
int64_t tcpstate_incarnation_waits(const struct tcpstate_incarnation *incarnation, struct tcpstate_wait *wait);

/* Whether something is missing only because the capture ends: what has not come a second after it was
 * due may still be on its way. */
bool tcpstate_outcome_is_early(const struct tcpstate_outcome *outcome);

/* What the core remembers of it; valid until another connection is looked at. */
const struct tcpstate_connection *tcpstate_incarnation_connection(const struct tcpstate_incarnation *incarnation);

/* All that is known of a connection by now: after the capture file has been
 * read, the whole of it, in one pass as well as in two. */
struct tcpstate_summary {
    uint32_t stream;                    /* tcp.stream, the first it had; or TCPSTATE_NO_STREAM */
    uint32_t number;                    /* its own number in the capture file, from 0 */
    struct tcpstate_pair pair;          /* its endpoints 0 and 1 */
    int client;                         /* endpoint 0 or 1, or -1: roles unknown */
    bool roles_inferred;                /* .client is known, but no SYN or SYN,ACK tells it */
    int application;                    /* protocol number of its first data, or -1 */
    struct tcpstate_outcome outcome;
    uint32_t first_frame;
    uint32_t milestones[TCPSTATE_MILESTONES]; /* frames, 0: not seen */
    int64_t moments[TCPSTATE_MOMENTS];  /* nanoseconds since 1970, or TCPSTATE_NO_TIME */
};
void tcpstate_incarnation_summary(const struct tcpstate_incarnation *incarnation, struct tcpstate_summary *summary);

/* Nanoseconds between the first and the last segment. */
int64_t tcpstate_incarnation_duration(const struct tcpstate_incarnation *incarnation);

/* Whether the capture lacks the connection's beginning. */
bool tcpstate_incarnation_is_midstream(const struct tcpstate_incarnation *incarnation);

/* Whether data of it was acknowledged by now that the capture does not hold. */
bool tcpstate_lacks_segments(const struct tcpstate_connection *connection);
bool tcpstate_incarnation_lacks_segments(const struct tcpstate_incarnation *incarnation);

/* Whether one end acknowledges what the other sent, and nothing of that was captured by now. */
bool tcpstate_incarnation_is_one_sided(const struct tcpstate_incarnation *incarnation);

/* When the TIME_WAIT of an end of it ends, or has ended: nothing on the wire does that.  A FIN seen again
 * begins it anew. */
int64_t tcpstate_incarnation_time_wait_ends(const struct tcpstate_incarnation *incarnation);

/* Its own number in the capture file, from 0, in the order of their first segments:
 * tcpstate.connection.  Equals tcp.stream where Wireshark splits as we do. */
uint32_t tcpstate_incarnation_number(const struct tcpstate_incarnation *incarnation);

/* The frame that opened the connection that had this four-tuple before; 0: none. */
uint32_t tcpstate_incarnation_previous(const struct tcpstate_incarnation *incarnation);

/* Frame of its last segment so far; copies that the capture made not counted. */
uint32_t tcpstate_incarnation_last_frame(const struct tcpstate_incarnation *incarnation);

#endif
