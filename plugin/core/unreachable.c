/* unreachable.c - an ICMP error quotes a segment: the network could not deliver it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only a quoted SYN or SYN,ACK means anything here (RFC 9293 section 3.9.2.2).
 */
#include "evidence.h"

bool tcpstate_may_be_outstanding(const struct tcpstate_connection *connection, const struct tcpstate_segment *quoted)
{
    const struct tcpstate_endpoint *me = &connection->ends[quoted->from & 1], *peer = &connection->ends[!(quoted->from & 1)];

    return (me->known & KNOWS_SEQ) && seq_le(quoted->seq, me->snd_max)
           && (peer->known & KNOWS_ACK ? seq_ge(quoted->seq, peer->rcv_nxt)
                                       : !(me->known & KNOWS_ISN) || seq_ge(quoted->seq, me->isn));
}

/* The SYN,ACK: Linux forgets the SYN then. */
static void lose_syn_ack(const struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                         struct tcpstate_observation *observation)
{
    tcpstate_may_be(me, NOBODY_THERE);
    observation->step = TCPSTATE_STEP_NOT_DELIVERED;
    observation->answers = connection->milestones[TCPSTATE_MILESTONE_SYN_ACK];
}

/* The SYN: Linux gives the attempt up then; RFC 9293 lets it go on for some errors.  It did not arrive, so whoever was
 * to receive it has not moved. */
static void lose_syn(struct tcpstate_connection *connection, struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                     struct tcpstate_observation *observation)
{
    tcpstate_may_be(me, TCPSTATE_IN(CLOSED));
    if (peer->likely == TCPSTATE_UNKNOWN)
        tcpstate_leave_in(peer, TCPSTATE_ANY_STATE, TCPSTATE_UNKNOWN);
    observation->step = TCPSTATE_STEP_UNREACHABLE;
    observation->answers = connection->milestones[TCPSTATE_MILESTONE_SYN];
    if (connection->end == TCPSTATE_ENDING_NONE) {
        connection->end = TCPSTATE_ENDING_UNREACHABLE;
        observation->over = true;
    }
}

void tcpstate_observe_unreachable(struct tcpstate_connection *connection,
                                  const struct tcpstate_segment *segment,
                                  struct tcpstate_observation *observation)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];

    tcpstate_begin_observation(connection, observation);
    if (segment->seq != me->isn)
        return;
    if (me->state == TCPSTATE_SYN_SENT)
        lose_syn(connection, me, peer, observation);
    else if ((me->known & SENT_SYN_ACK) && (me->may & TCPSTATE_IN(SYN_RCVD)))
        lose_syn_ack(connection, me, observation);
    else
        return;
    me->known &= ~(uint32_t)AS_SENT;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_FAST_PATH;
    for (int i = 0; i < 2; i++) {
        observation->ends[i].after = connection->ends[i].state;
        observation->ends[i].after_inferred = is_inferred(&connection->ends[i]);
    }
    observation->changed = true;
}
