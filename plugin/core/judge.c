/* judge.c - the judge: who can have sent this segment, what may it move?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One judgement of each segment, made once, and const.  What holds of the segment by
 * itself stands here; what its flags make of it in judge-opening.c, judge-transfer.c
 * and judge-reset.c.
 */
#include "evidence.h"

bool tcpstate_is_acknowledged_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST))
               == (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK)
           && !(me->known & SENT_FIN) && (peer->known & SENT_FIN)
           && ((peer->known & CLAIMS) ? peer->claim : peer->rcv_nxt) == tcpstate_segment_next(segment)
           && (peer->known & (KNOWS_ACK | CLAIMS));
}

bool tcpstate_is_keep_alive(const struct tcpstate_endpoint *sender, const struct tcpstate_endpoint *receiver,
                            const struct tcpstate_segment *segment)
{
    if ((receiver->known & KNOWS_ACK)
        && (receiver->window == 0 || (segment->payload > 0 && seq_lt(receiver->rcv_nxt, sender->snd_max))))
        return false;
    return segment->payload <= 1 && segment->seq == sender->snd_max - 1
           && (segment->flags & (TCPSTATE_SYN_FIN_RST | TCPSTATE_FLAG_ACK)) == TCPSTATE_FLAG_ACK
           && sender->state == TCPSTATE_ESTABLISHED && (sender->known & (KNOWS_SEQ | KNOWS_ACK)) == (KNOWS_SEQ | KNOWS_ACK)
           && segment->ack == sender->rcv_nxt;
}

/* Whether the segment was sent after all that was seen of its sender, and not only
 * recorded after it: it goes on in numbers or time stamps, or nothing is on its way
 * so long.  What is not may have been overtaken, and takes no state away. */
static bool is_newest(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, bool sent_long_ago)
{
    const uint32_t next = tcpstate_segment_next(segment), sent = highest_sent(me, peer);

    if (!(me->known & KNOWS_SEQ))
        return true;
    if ((sent != me->snd_max && !seq_gt(next, sent)) || sent_long_ago)
        return false; /* behind what the other says to have had, or what was seen of it */
    if (me->last.frame == 0 || segment->time - me->last.time >= TCPSTATE_LONGEST_WAY)
        return true;
    if (tcpstate_compares_stamps(me, segment) && uses_stamps(peer) && segment->ts_val != me->ts_newest)
        return seq_gt(segment->ts_val, me->ts_newest);
    if (seq_gt(next, sent))
        return true;
    const bool claims = claims_what_may_be(me, peer);
    return (segment->flags & TCPSTATE_FLAG_ACK)
           && (!(claims || (me->known & KNOWS_ACK)) || seq_gt(segment->ack, claims ? me->claim : me->rcv_nxt));
}

/* A SYN,ACK of just the other's SYN, or the ACK of just that: these are the numbers
 * of the connection, whatever was seen beside them. */
static bool opens_by_numbers(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                             const struct tcpstate_segment *segment)
{
    return (peer->known & KNOWS_ISN) && segment->ack == peer->isn + 1
           && ((segment->flags & TCPSTATE_FLAG_SYN) || ((me->known & KNOWS_ISN) && segment->seq == me->isn + 1));
}

/* What holds of the segment by itself. */
static conditions conditions_of_segment(const struct tcpstate_segment *segment)
{
    const uint8_t urgent = TCPSTATE_FLAG_URG | TCPSTATE_FLAG_PSH;
    conditions is = segment->flags & (HAS_SYN | HAS_ACK | HAS_FIN | HAS_RST);

    is |= (segment->flags & urgent) == urgent ? HAS_URG_PSH : 0;
    is |= segment->payload > 0 ? HAS_DATA : 0;
    is |= (segment->options & TCPSTATE_OPTION_TFO_REQUEST) ? TFO_ASKS : 0;
    is |= (segment->options & TCPSTATE_OPTION_TFO_COOKIE) ? TFO_HAS_COOKIE : 0;
    is |= (segment->options & TCPSTATE_OPTION_MP_FASTCLOSE) ? MP_CLOSES_FAST : 0;
    return is;
}

/* Whether another machine may have sent it, or its sender before what was seen of it. */
static bool may_be_anothers(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    /* It goes on from a SYN that was taken for an old one. */
    const bool after_stale = connection->stale_frame != 0 && tcpstate_stale_from(connection) == (segment->from & 1)
                             && segment->seq == connection->stale_isn + 1;

    return comes_another_way(me, peer, segment) || after_stale || (me->known & REPLAYED)
           || may_precede_new_syn(me, peer, segment)
           || ((me->known & DISPUTED) && !opens_by_numbers(me, peer, segment));
}

/* What the ends have done before it. */
static conditions conditions_of(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const bool from_client = connection->client == (segment->from & 1);
    const bool sent_long_ago = tcpstate_was_sent_long_ago(me, segment);
    const bool at_once = segment->time - me->last.time < TCPSTATE_SHORTEST_RETRANSMISSION;
    const bool paused = me->last.frame == 0 || (!at_once && !sent_long_ago);
    conditions is = conditions_of_segment(segment);

    is |= (connection->facts & TCPSTATE_CONNECTION_FAST_OPEN) ? TFO_SENT : 0;
    is |= connection->end != TCPSTATE_ENDING_NONE ? IS_OVER : 0;
    is |= connection->client < 0 ? 0 : from_client ? FROM_CLIENT : FROM_SERVER;
    is |= (peer->known & SENT_FIN) ? PEER_SENT_FIN : 0;
    is |= (peer->known & SENT_SYN_ACK) ? PEER_ACCEPTED : 0;
    is |= (peer->known & ACKED_FIN) ? PEER_ACKED_FIN : 0;
    is |= (peer->known & SENT_DATA) ? PEER_SPOKE : 0;
    is |= (me->known & SENT_FIN) ? ALREADY_SENT_FIN : 0;
    is |= is_newest(me, peer, segment, sent_long_ago) ? NEWEST : 0;
    is |= sent_long_ago || may_be_anothers(connection, me, peer, segment) ? MAY_BE_ANOTHERS : 0;
    is |= paused ? AFTER_A_PAUSE : 0;
    return is;
}

/* Whether it acknowledges the SYN with which the other began anew, from an end that held the connection before; or more, in
 * numbers that it did not have there. */
static bool leaves_old(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (connection->facts & TCPSTATE_CONNECTION_CONTESTED) && connection->client != (segment->from & 1)
           && is_transfer(segment)
           && (covers_syn(peer, segment)
               || ((peer->known & KNOWS_ISN) && segment->ack - peer->isn - 1 < MOST_UNSEEN
                   && (me->known & KNOWS_SEQ) && seq_apart(segment->seq, me->snd_max, MOST_UNSEEN)));
}

void tcpstate_judge(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct judgement *judgement)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    struct tcpstate_endpoint fresh;
    const bool leaves = leaves_old(connection, me, peer, segment);

    if (leaves) {
        fresh = *me;
        fresh.known &= KEPT_OF_OLD;
        tcpstate_is_sent_syn(&fresh);
        me = &fresh;
    }
    const uint8_t flags = segment->flags;
    /* Nothing of the other end is on its way any more. */
    const bool silent = peer->last.frame == 0 || segment->time - peer->last.time >= TCPSTATE_LONGEST_WAY;

    *judgement = (struct judgement){ .is = conditions_of(connection, me, peer, segment),
                                     .senders = TCPSTATE_ANY_STATE };
    judgement->is |= leaves ? LEAVES_OLD : 0;
    /* No TCP sends a SYN with FIN (RFC 9293 section 3.10.7.2), nor a segment without
     * ACK once it is past SYN_SENT (section 3.10.7.4, fifth check: dropped).  They
     * prove nothing and move nobody.  With RST, RST is looked at first. */
    if (flags & TCPSTATE_FLAG_RST)
        tcpstate_judge_reset(connection, me, peer, segment, judgement);
    else if ((flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK))
        tcpstate_judge_syn_ack(connection, me, peer, segment, judgement);
    else if ((flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN)) == TCPSTATE_FLAG_SYN)
        tcpstate_judge_syn(connection, me, peer, segment, judgement);
    else if (flags & TCPSTATE_FLAG_ACK)
        tcpstate_judge_transfer(connection, me, peer, segment, judgement);
    else if (flags & TCPSTATE_FLAG_SYN)
        /* Some take it for a SYN, and one in the window ends an attempt (section 3.10.7.4, fourth check). */
        judgement->may_arrive |= BIT(TCPSTATE_GETS_SYN) | (peer->state == TCPSTATE_SYN_RCVD ? BIT(TCPSTATE_GETS_RST) : 0);
    judgement->lost_for_ever |= silent ? judgement->lost : 0;
}
