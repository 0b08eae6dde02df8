/* judge-numbers.c - do the numbers of an ACK, of data or of a FIN fit what is known of the ends?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Its receiver must refuse it (RFC 9293 section 3.10.7.4, first check; RFC 7323 section 5.3, PAWS); nobody in the
 * connection can have sent it; or the capture holds something against it.
 */
#include "evidence.h"

/* A FIN behind so much that was not captured that its number is below that of the SYN again. */
static bool turns_round(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                        const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_FIN) && (me->known & KNOWS_SEQ)
           && me->snd_max - segment->seq - segment->payload >= MOST_UNSEEN && only_flags_were_seen(connection, me, peer, segment);
}

bool tcpstate_is_old(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                     const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const uint32_t end = segment->seq + segment->payload;

    if (turns_round(connection, me, peer, segment))
        return false;
    if (is_below_isn(me, segment))
        return true;
    if (!(peer->known & KNOWS_ACK))
        return false;
    /* What was acknowledged last, and is not known to be data, may have been this FIN. */
    const uint32_t acknowledged = me->known & KNOWS_SEQ ? me->snd_max : peer->rcv_nxt;
    if (end + 1 == acknowledged && (!(me->known & KNOWS_SEQ) || seq_ge(end, me->fin_from)))
        return false;
    return seq_lt(end, peer->rcv_nxt);
}

bool tcpstate_is_outdated(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment)
{
    return tcpstate_is_older_stamp(me, segment) && uses_stamps(peer);
}

/* All of its numbers that can be compared are farther from those that are known than what is sent
 * unseen, and one of them goes back: of another connection. */
static bool is_of_other_numbers(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment)
{
    const bool has_seq = me->known & KNOWS_SEQ, has_ack = peer->known & KNOWS_SEQ;

    if ((has_seq && !seq_apart(segment->seq, me->snd_max, MOST_UNSEEN)) || peer->likely == TCPSTATE_SYN_SENT)
        return false; /* as in a challenge to a new SYN (RFC 9293 figure 9) */
    if (has_ack && !seq_apart(segment->ack, peer->snd_max, MOST_UNSEEN))
        return false;
    return (has_seq && seq_lt(segment->seq, me->snd_max)) || (has_ack && seq_lt(segment->ack, peer->snd_max));
}

/* Whether the number lies so far before the first that was seen of the end, whose SYN was not. */
static bool is_before_the_first(const struct tcpstate_endpoint *end, uint32_t number, uint32_t by)
{
    return (end->known & (KNOWS_SEQ | KNOWS_ISN)) == KNOWS_SEQ && end->isn - number < FAR && end->isn - number >= by;
}

/* Long before the first that was seen of either, and not a moment after that: of another connection. */
static bool is_from_before(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                           const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return segment->time - connection->moments[TCPSTATE_MOMENT_FIRST] >= TCPSTATE_SHORTEST_RETRANSMISSION
           && (is_before_the_first(me, segment->seq + segment->payload, segment->payload > 0 ? FAR / 8 : LITTLE)
               || (goes_back(me, segment) && is_before_the_first(peer, segment->ack, LITTLE)));
}

bool tcpstate_is_stray(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const bool holds = (connection->facts & TCPSTATE_CONNECTION_CONTESTED) != 0;

    if ((segment->flags & TCPSTATE_FLAG_FIN) && only_flags_were_seen(connection, me, peer, segment))
        return (me->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && tcpstate_segment_next(segment) != me->fin + 1; /* it has one */
    if (me->likely == TCPSTATE_SYN_SENT && !covers_syn(peer, segment)
        && !tcpstate_acks_unseen(connection, me, peer, segment))
        return true;
    if (holds)
        return false;
    /* Beyond a FIN there is nothing. */
    if (((me->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && seq_gt(segment->seq, me->fin + 1))
        || ((peer->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && seq_gt(segment->ack, peer->fin + 1)))
        return true;
    if (is_of_other_numbers(me, peer, segment) || is_from_before(connection, me, peer, segment))
        return true;
    /* What the other has acknowledged, however far, is not; the capture lacks much. */
    const bool claimed = (peer->known & CLAIMS) && segment->seq + 1 - peer->claim <= receive_window(peer) + 1;
    if ((me->known & KNOWS_ISN) && acks_below_isn(peer, segment))
        return true;
    return (!claimed && (me->known & KNOWS_SEQ) && seq_apart(segment->seq, me->snd_max, FAR))
           || (!claimed && !(segment->flags & TCPSTATE_FLAG_FIN) && is_below_isn(me, segment) && !tcpstate_is_keep_alive(me, peer, segment))
           || ((peer->known & KNOWS_SEQ) && seq_apart(segment->ack, peer->snd_max, FAR));
}

bool tcpstate_is_old_duplicate(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                               const struct tcpstate_segment *segment)
{
    return !is_below_isn(me, segment) && !(acks_below_isn(peer, segment) && peer->isn - segment->ack >= LITTLE)
           && (me->known & KNOWS_SEQ) && me->snd_max - segment->seq <= UINT16_MAX
           && (!(peer->known & KNOWS_SEQ) || peer->snd_max - segment->ack <= UINT16_MAX);
}

bool tcpstate_fits_in(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, bool refused)
{
    const uint32_t expects = (peer->known & CLAIMS) && seq_gt(peer->claim, peer->rcv_nxt) ? peer->claim : peer->rcv_nxt;

    if ((segment->flags & TCPSTATE_FLAG_FIN) && !refused && (me->known & (KNOWS_SEQ | SENT_FIN)) == KNOWS_SEQ
        && me->fin_from - (segment->seq + segment->payload) - 1 < FAR)
        return false;
    return !(peer->known & KNOWS_ACK) || seq_le(segment->seq, expects + receive_window(peer));
}
