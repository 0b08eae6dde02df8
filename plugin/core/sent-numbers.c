/* sent-numbers.c - how far the numbers go that an end has sent: from its ISN to its FIN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is kept is bounded: a few numbers and one range behind a hole, whatever is sent.
 */
#include "evidence.h"

void tcpstate_extend(struct tcpstate_endpoint *me, uint32_t seq, uint32_t next)
{
    if (!(me->known & KNOWS_SEQ)) {
        me->known |= KNOWS_SEQ;
        me->snd_nxt = me->snd_max = me->out_of_order = next;
        me->fin_from = seq - 2; /* what lies right before it may be a FIN, or data before another */
        if (!(me->known & KNOWS_ISN))
            me->isn = seq - 1;
        return;
    }
    bool has_out_of_order = me->out_of_order != me->snd_max;
    if (seq_le(seq, me->snd_nxt)) {
        if (seq_gt(next, me->snd_nxt))
            me->snd_nxt = next;
        if (seq_ge(me->snd_nxt, me->out_of_order) && seq_lt(me->snd_nxt, me->snd_max))
            me->snd_nxt = me->snd_max;
    } else if (seq_gt(seq, me->snd_max)) {
        me->out_of_order = seq;
        if (seq_gt(next, me->snd_max))
            me->snd_max = next;
        return;
    } else if (seq_lt(seq, me->out_of_order) && seq_ge(next, me->out_of_order)) {
        me->out_of_order = seq; /* it touches the range from below */
    }
    if (seq_gt(next, me->snd_max)) {
        me->snd_max = next;
        if (!has_out_of_order)
            me->out_of_order = next;
    }
    if (me->snd_nxt == me->snd_max)
        me->out_of_order = me->snd_max;
}

void tcpstate_learn_isn(struct tcpstate_endpoint *end, uint32_t isn, bool alone)
{
    const bool knew = end->known & KNOWS_SEQ;

    if (alone || !knew || isn - end->isn >= MOST_UNSEEN) /* else before the first that was seen of it */
        end->isn = isn;
    end->known |= KNOWS_ISN;
    if (!knew || end->snd_max - isn >= MOST_UNSEEN) {
        end->known |= knew ? DISPUTED : 0; /* what was seen of it has other numbers */
        end->known |= KNOWS_SEQ;
        end->snd_nxt = end->snd_max = end->out_of_order = isn + 1;
        end->fin_from = alone ? isn + 1 : isn;
    }
}

void tcpstate_keep_fin_from(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    uint32_t to = segment->seq + segment->payload + ((segment->flags & TCPSTATE_FLAG_SYN) != 0);

    if ((segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_SYN)) && seq_gt(to, me->fin_from)
        && seq_lt(segment->seq, me->snd_nxt + MOST_UNSEEN))
        me->fin_from = (me->known & SENT_FIN) && me->snd_nxt == me->fin + 1 ? me->fin : to; /* the last hole before it */
}

void tcpstate_take_fin(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                       const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;

    if (me->known & SENT_FIN) {
        me->known |= me->fin != tcpstate_segment_next(segment) - 1 ? FIN_DISPUTED : 0;
        return;
    }
    me->fin = tcpstate_segment_next(segment) - 1;
    me->known = (me->known & ~(uint32_t)FIN_IN_DOUBT) | SENT_FIN;
    if (connection->active_closer < 0)
        connection->active_closer = (int8_t)(connection->ends[!from].known & SENT_FIN ? !from : from);
}

void tcpstate_doubt_fin(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    const uint32_t fin = tcpstate_segment_next(segment) - 1;

    if (!(segment->flags & TCPSTATE_FLAG_FIN) || (me->known & SENT_FIN))
        return;
    if ((me->known & FIN_IN_DOUBT) && me->fin != fin)
        me->known |= FIN_DISPUTED; /* one of the two is a stranger's */
    me->fin = fin;
    me->known |= FIN_IN_DOUBT;
}
