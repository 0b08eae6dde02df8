/* fast-path.c - the segments that most of a capture is made of, sooner: as Linux's
 * tcp_rcv_established() has a fast path, by header prediction.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The next data of a connection that is open from both ends, or an ACK of what
 * was seen, has no step and moves nobody.  This is only ever an optimisation: it
 * says and remembers, bit by bit, what the slow path would
 * (tests/core/properties.c and tests/fuzz/core.c hold the two against each
 * other), or it changes nothing and returns false.
 */
#include "evidence.h"

#define MOST_DATA (UINT32_C(1) << 30) /* far enough from where sequence numbers turn round */

/* All that the end sent was seen, and it is open for certain. */
static bool is_in_line(const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *other)
{
    const uint32_t needs = KNOWS_SEQ | KNOWS_ACK;
    const uint32_t odd = EXPIRED | SENT_FIN | SENT_RST | RST_IN_ITS_NAME | CLAIMS | PROVOKED | SIGNED | AS_SENT
                         | DISPUTED | BEGAN_ANEW | REPLAYED | FIN_DISPUTED | FIN_IN_DOUBT | MAY_REPEAT;

    return end->after == TCPSTATE_IN(ESTABLISHED) && (end->pending | end->doubtful) == 0
           && (end->known & (needs | odd)) == needs && end->keep_alives == 0
           && end->snd_nxt == end->snd_max && end->fin_from == end->snd_max
           && (!(other->known & KNOWS_ISN) || seq_gt(end->rcv_nxt, other->isn) || other->snd_max - other->isn >= FAR);
}

void tcpstate_check_fast_path(struct tcpstate_connection *connection)
{
    if (is_in_line(&connection->ends[0], &connection->ends[1]) && is_in_line(&connection->ends[1], &connection->ends[0]) && connection->client >= 0
        && connection->last_reset == TCPSTATE_NO_TIME
        && !(connection->facts & (TCPSTATE_CONNECTION_RESTORED | TCPSTATE_CONNECTION_CONTESTED | TCPSTATE_CONNECTION_SEEN_LATER)))
        connection->facts |= TCPSTATE_CONNECTION_FAST_PATH;
    else
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_FAST_PATH;
}

bool tcpstate_take_fast_path(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                             struct tcpstate_observation *observation)
{
    static const struct tcpstate_observation nothing = {
        .ends = { { .before = TCPSTATE_ESTABLISHED, .after = TCPSTATE_ESTABLISHED },
                  { .before = TCPSTATE_ESTABLISHED, .after = TCPSTATE_ESTABLISHED } },
        .repeats_after = -1, .reset_after = -1, .stayed = { -1, -1 },
    };
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if (!(connection->facts & TCPSTATE_CONNECTION_FAST_PATH)
        || (segment->flags & (TCPSTATE_SYN_FIN_RST | TCPSTATE_FLAG_ACK)) != TCPSTATE_FLAG_ACK
        || (segment->options & (uint16_t)~(TCPSTATE_OPTION_TIMESTAMPS | TCPSTATE_OPTION_CUT))
        || segment->seq != me->snd_max
        || (segment->payload > 0 && !(me->known & SENT_DATA)) /* an end's first data is a step */
        || segment->payload >= MOST_DATA
        || tcpstate_acks_one_within(me, peer, segment)
        || seq_lt(segment->ack, me->rcv_nxt) || seq_gt(segment->ack, peer->snd_max)
        || peer->snd_max - segment->ack >= MOST_DATA
        || seq_gt(segment->seq, peer->rcv_nxt + peer->window)
        || (segment->payload == 0 && segment->ack == me->rcv_nxt && segment->time - me->last.time >= TCPSTATE_LONG_WAY)
        || comes_another_way(me, peer, segment) || tcpstate_was_sent_long_ago(me, segment)
        || (tcpstate_compares_stamps(me, segment) && seq_lt(segment->ts_val, me->ts_newest)))
        return false;
    const uint32_t digest = tcpstate_digest(segment);
    if (tcpstate_is_copy(me, segment, digest)
        || (digest == me->last.digest && tcpstate_is_bare_copy(me, peer, segment, digest)))
        return false;
    tcpstate_keep_sighting(me, segment, digest);
    me->snd_nxt = me->snd_max = me->out_of_order = me->fin_from = segment->seq + segment->payload;
    me->rcv_nxt = segment->ack;
    me->window = (uint32_t)segment->window << tcpstate_window_scale(me, peer);
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS) {
        me->ts_val = me->ts_newest = segment->ts_val;
        me->known |= SENT_TIMESTAMPS;
    }
    if (segment->ttl != 0)
        me->ttl = segment->ttl;
    connection->moments[TCPSTATE_MOMENT_LAST] = segment->time;
    *observation = nothing;
    observation->client = connection->client;
    observation->roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED;
    return true;
}
