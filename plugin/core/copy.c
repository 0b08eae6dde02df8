/* copy.c - a segment that was sent once, and is captured again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * That it is one, sighting.c has found.  It is no step and moves nobody; but a copy that comes late may be no copy after
 * all, and tells of how the capture was made.
 */
#include "evidence.h"

/* A SYN without an IP identification, seen again later than any copy made on the spot: a
 * host that has crashed, and always takes the same number, sends just that. */
static void doubt_by_copy(const struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, uint32_t digest)
{
    /* Nothing of it is new, but it may have been captured at the other point alone, and be what its sender sent behind
     * its SYN,ACK. */
    if (is_transfer(segment) && me->likely == TCPSTATE_SYN_RCVD)
        tcpstate_may_be(me, TCPSTATE_IN(ESTABLISHED));
    if ((segment->flags & TCPSTATE_FLAG_ACK) && (connection->facts & TCPSTATE_CONNECTION_SEEN_LATER))
        return; /* where the capture has other segments again that late, too */
    if (!(segment->flags & TCPSTATE_FLAG_SYN) || segment->ip_id != 0
        || (me->last_control.digest == digest && segment->time - me->last_control.time < TCPSTATE_COPY_TIME))
        return;
    me->known &= ~(uint32_t)AS_SENT;
    tcpstate_may_be(me, segment->flags & TCPSTATE_FLAG_ACK ? TCPSTATE_IN(SYN_RCVD) : TCPSTATE_IN(SYN_SENT));
    if (tcpstate_suspect_new_beginning(me, peer))
        me->last_control.time = segment->time;
}

/* A copy that no mirror port or bridge makes on the spot, known by its identification or its
 * time stamp: the capture is made of two. */
static bool is_late(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment, uint32_t digest)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const int64_t first = digest == me->last.digest           ? me->last.time
                          : digest == me->last_control.digest ? me->last_control.time
                                                              : connection->moments[TCPSTATE_MOMENT_SYN];

    return (segment->ip_id != 0 || (segment->options & TCPSTATE_OPTION_TIMESTAMPS)) && first != TCPSTATE_NO_TIME
           && segment->time - first >= TCPSTATE_COPY_TIME;
}

/* Where the first sighting was a step, say why this one is none; copies of plain
 * data are not worth remembering. */
static void tell_copy(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      uint32_t digest, struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    bool of_step = segment->flags & TCPSTATE_SYN_FIN_RST;

    observation->copy = true;
    for (int i = 0; i < TCPSTATE_MILESTONES; i++)
        of_step |= digest == me->last.digest && connection->milestones[i] == me->last.frame;
    if (!of_step)
        return;
    observation->step = TCPSTATE_STEP_COPY;
    if (digest == me->last.digest)
        observation->answers = me->last.frame;
    else if (digest == me->last_control.digest)
        observation->answers = me->last_control.frame;
    else if (segment->flags & TCPSTATE_FLAG_SYN)
        observation->answers = (segment->flags & TCPSTATE_FLAG_ACK) ? connection->milestones[TCPSTATE_MILESTONE_SYN_ACK]
                                                                    : me->syn_frame;
    observation->changed = true;
}

void tcpstate_take_copy(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, uint32_t digest,
                        struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const bool late = is_late(connection, segment, digest); /* before it is doubted whose it is */

    doubt_by_copy(connection, me, peer, segment, digest);
    connection->facts |= (late ? TCPSTATE_CONNECTION_SEEN_LATER : 0)
                         | (segment->flags & TCPSTATE_FLAG_RST ? 0 : TCPSTATE_CONNECTION_SEEN_TWICE);
    tcpstate_learn_other_point(me, segment);
    observation->ends[segment->from & 1].after_inferred = is_inferred(me);
    tell_copy(connection, segment, digest, observation);
}
