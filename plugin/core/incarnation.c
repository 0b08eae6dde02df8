/* incarnation.c - which of a four-tuple's connections a segment belongs to: the
 * one that is there, or a new incarnation of it (RFC 9293 section 3.4.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A SYN on a four-tuple that had a connection before may open a new one, be an
 * old duplicate or be forged (RFC 9293 sections 3.5 and 3.6.1, RFC 5961 section
 * 4); and what its other end still holds matters until that end has spoken.
 */
#include <string.h>

#include "evidence.h"

#define NOTHING_KNOWN                                                                                    \
    {                                                                                                    \
        .after = TCPSTATE_ANY_STATE, .may = TCPSTATE_ANY_STATE, .state = TCPSTATE_UNKNOWN,               \
        .likely = TCPSTATE_UNKNOWN, .since = TCPSTATE_NO_TIME, .likely_since = TCPSTATE_NO_TIME          \
    }

void tcpstate_connection_begin(struct tcpstate_connection *connection)
{
    static const struct tcpstate_connection fresh = {
        .ends = { NOTHING_KNOWN, NOTHING_KNOWN },
        .moments = { TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME,
                     TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME, TCPSTATE_NO_TIME },
        .client = -1, .active_closer = -1, .ended_by = -1, .last_reset = TCPSTATE_NO_TIME,
    };

    _Static_assert(TCPSTATE_MOMENTS == 9, "each of them has no time yet");
    *connection = fresh;
}

/* Nothing is left of it that its ends need to finish. */
static bool is_over(const struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];

    return connection->end != TCPSTATE_ENDING_NONE || (a->known & b->known & SENT_FIN)
           || (((1u << a->state) & (NOBODY_THERE | TCPSTATE_IN(TIME_WAIT)))
               && ((1u << b->state) & (NOBODY_THERE | TCPSTATE_IN(TIME_WAIT))));
}

/* Whether a SYN can be the one before once more: first within three seconds, then in pauses that double (RFC 1122
 * section 4.2.3.1, RFC 6298 section 5). */
static bool may_be_a_retry(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const int64_t last = connection->moments[TCPSTATE_MOMENT_LAST], first = connection->moments[TCPSTATE_MOMENT_SYN];

    return first == TCPSTATE_NO_TIME || segment->time - last <= last - first + 4 * TCPSTATE_SECOND;
}

/* A SYN with the number of the one that is known: sent again, late, or the first
 * of a new connection of a host that always takes the same number. */
static bool begins_with_same_isn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                 const struct tcpstate_segment *segment, bool idle)
{
    const bool opening = me->may & TCPSTATE_IN(SYN_SENT);
    const bool refused = (connection->end == TCPSTATE_ENDING_REFUSED || connection->end == TCPSTATE_ENDING_REJECTED)
                         && connection->client == (segment->from & 1);

    if (refused && !may_be_a_retry(connection, segment))
        return true; /* a script that probes, say */
    if (opening || segment->time < connection->moments[TCPSTATE_MOMENT_LAST]
        || (tcpstate_tells_sendings_apart(me, segment) && me->syn_digest == tcpstate_syn_digest(segment)
            && segment->time - connection->moments[TCPSTATE_MOMENT_LAST] < TCPSTATE_LONGEST_WAY))
        return false; /* recorded late, or the very same again */
    /* Who has closed a connection that the other opened sends no SYN of it. */
    const bool closed_as_server = (me->known & SENT_FIN) && connection->client == !(segment->from & 1);
    /* Where they are not in use no later segment has one to compare a SYN that was sent again with. */
    const bool in_use = uses_stamps(&connection->ends[!(segment->from & 1)]);
    return is_over(connection) || idle || closed_as_server
           || (tcpstate_is_of_another_clock(me, segment) && (in_use || !tcpstate_is_newer_stamp(me, segment)));
}

/* One sending, by its identification, with another number than where it was captured first. */
static bool is_rewritten(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_has_same_id(&me->last, segment) && tcpstate_is_near(&me->last, segment);
}

static bool begins_with_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_segment *segment, bool idle)
{
    if ((me->known & KNOWS_ISN) && segment->seq == me->isn)
        return begins_with_same_isn(connection, me, segment, idle);
    if (!(me->known & KNOWS_ISN) && me->state == TCPSTATE_SYN_RCVD)
        return false; /* the other half of a simultaneous open */
    /* Lower than the SYN that waits for its answer: older, or an attempt of a host
     * that draws its numbers by lot; or the same with another number, behind a firewall. */
    if (me->after == TCPSTATE_IN(SYN_SENT) && seq_lt(segment->seq, me->isn))
        return idle || is_over(connection) || tcpstate_is_newer_stamp(me, segment) || is_rewritten(me, segment);
    return !tcpstate_is_older_stamp(me, segment) || idle || is_over(connection);
}

/* A SYN,ACK with other numbers where a connection is over, or has long been silent:
 * the SYN that it answers was not captured. */
static bool begins_with_syn_ack(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, bool idle)
{
    const bool may_be_late = segment->time - connection->moments[TCPSTATE_MOMENT_LAST] < TCPSTATE_LONGEST_WAY;
    /* Its numbers are what the first seen of this one go on from: it is sent again, however late. */
    const bool again = !(me->known & KNOWS_ISN) && (peer->known & (KNOWS_ACK | KNOWS_SEQ)) == (KNOWS_ACK | KNOWS_SEQ)
                       && peer->rcv_nxt - segment->seq < MOST_UNSEEN && peer->snd_max - segment->ack < MOST_UNSEEN;

    if (again && !is_over(connection))
        return false;
    return ((me->known & KNOWS_ISN) ? me->isn != segment->seq : !may_be_late)
           && (((peer->known & KNOWS_ISN) && segment->ack != peer->isn + 1) || !may_be_late)
           && (peer->likely != TCPSTATE_SYN_SENT || peer->last.frame == 0) && (is_over(connection) || idle);
}

/* Data far from all numbers of a connection that is over: the capture lacks the
 * opening of another. */
static bool begins_midway(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, bool idle)
{
    return (is_over(connection) || peer->last.frame == 0) && idle
           && (segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_FIN)) && is_far_in_both(me, peer, segment);
}

bool tcpstate_opens_new_connection(const struct tcpstate_connection *connection,
                                   const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if (!((me->known | peer->known) & KNOWS_SEQ) && connection->end == TCPSTATE_ENDING_NONE)
        return false; /* nothing was seen of it */
    const bool idle = segment->time - connection->moments[TCPSTATE_MOMENT_LAST] >= TCPSTATE_LONG_WAY;
    switch (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN)) {
    case TCPSTATE_FLAG_SYN:
        return begins_with_syn(connection, me, segment, idle);
    case TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK:
    case TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_FIN:
        return begins_with_syn_ack(connection, me, peer, segment, idle);
    case TCPSTATE_FLAG_ACK:
    case TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_ACK:
        return begins_midway(connection, me, peer, segment, idle);
    default:
        return false;
    }
}

/* Whether it is in the numbers of the connection before, not in those of its sender's SYN, which began this one. */
static bool is_in_old_numbers(const struct tcpstate_endpoint *is, const struct tcpstate_connection *before,
                              const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *was = &before->ends[segment->from & 1], *held = &before->ends[!(segment->from & 1)];
    const uint32_t from_old = seq_distance(segment->seq, was->snd_nxt);

    return (was->known & KNOWS_SEQ) && from_old <= UINT16_MAX && from_old < segment->seq - is->isn - 1 && !acks_below_isn(held, segment)
           && (!(held->known & KNOWS_SEQ) || !seq_apart(segment->ack, held->snd_max, MOST_UNSEEN));
}

/* A SYN's sender goes on in the connection before, whose other end still held it. */
bool tcpstate_goes_on(const struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                      const struct tcpstate_segment *segment)
{
    int from = segment->from & 1;
    const struct tcpstate_endpoint *was = &before->ends[from], *is = &connection->ends[from];

    if (!(connection->facts & TCPSTATE_CONNECTION_CONTESTED) || is->likely != TCPSTATE_SYN_SENT || !is_transfer(segment))
        return false;
    bool news = seq_gt(tcpstate_segment_next(segment), was->snd_max) || !(was->known & KNOWS_ACK)
                || seq_gt(segment->ack, was->rcv_nxt) || segment->time - was->last.time >= TCPSTATE_COPY_TIME;
    return news && is_in_old_numbers(is, before, segment);
}

/* A RST may still be on its way; that it must be refused was judged by other numbers. */
static void carry_reset(struct tcpstate_connection *to, const struct tcpstate_connection *from)
{
    to->last_reset = from->last_reset;
    to->last_reset_seq = from->last_reset_seq;
    to->facts &= (uint16_t)~(TCPSTATE_CONNECTION_RESET_REFUSED | TCPSTATE_CONNECTION_RESET_BY_B);
    to->facts |= from->facts & TCPSTATE_CONNECTION_RESET_BY_B;
}

/* It acknowledged more than the new numbers, and not more than the old ones. */
static void settle_claim(struct tcpstate_endpoint *end, uint32_t snd_max)
{
    if (!(end->known & CLAIMS) || seq_gt(end->claim, snd_max))
        return;
    if (!(end->known & KNOWS_ACK) || seq_gt(end->claim, end->rcv_nxt))
        end->rcv_nxt = end->claim;
    end->known = (end->known & ~(uint32_t)CLAIMS) | KNOWS_ACK;
}

bool tcpstate_restore(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                      const struct tcpstate_segment *segment)
{
    int from = segment->from & 1;

    if (!tcpstate_goes_on(connection, before, segment))
        return false;
    const struct tcpstate_connection given_up = *connection;
    struct tcpstate_endpoint other = given_up.ends[!from];
    *connection = *before;
    if (given_up.last_reset != TCPSTATE_NO_TIME)
        carry_reset(connection, &given_up); /* it may be meant for this one */
    if ((other.known & SENT_FIN) && other.likely == TCPSTATE_LAST_ACK) {
        /* It closed meanwhile, and had the old FIN when it did. */
        other.known |= ACK_OF_FIN_CARRIED;
        other.carried_to = other.fin + 1;
    }
    settle_claim(&other, before->ends[from].snd_max);
    connection->ends[!from] = other;
    if (other.known & SENT_ANY_RST) /* sent to the old one, perhaps */
        connection->ends[from].doubtful |= BIT(TCPSTATE_GETS_RST_AS_OPENER);
    tcpstate_may_be(&connection->ends[from], NOBODY_THERE); /* as its SYN said */
    connection->facts |= TCPSTATE_CONNECTION_RESTORED;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_FAST_PATH;
    return true;
}

/* Of two SYN,ACKs with different numbers the first counts, until the other end acknowledges the second. */
void tcpstate_count_the_second_syn_ack(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const uint32_t second = connection->stale_isn, frame = connection->stale_frame;

    if (!(connection->stale & TCPSTATE_STALE_SYN_ACK) || tcpstate_stale_from(connection) == (segment->from & 1)
        || segment->ack != second + 1 || segment->seq != me->isn + 1
        || (peer->known & SENT_SYN) || peer->snd_max != peer->isn + 1)
        return;
    connection->stale_isn = peer->isn;
    connection->stale_frame = connection->milestones[TCPSTATE_MILESTONE_SYN_ACK];
    connection->milestones[TCPSTATE_MILESTONE_SYN_ACK] = frame;
    peer->isn = second;
    peer->known &= ~(uint32_t)DISPUTED;
    peer->snd_nxt = peer->snd_max = peer->out_of_order = peer->fin_from = second + 1;
}

void tcpstate_count_the_second_syn(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from];
    const struct tcpstate_endpoint *peer = &connection->ends[!from];
    const uint32_t second = connection->stale_isn;

    if ((connection->stale & TCPSTATE_STALE_SYN_ACK) || tcpstate_stale_from(connection) != from
        || !is_transfer(segment) || segment->seq != second + 1 || me->likely != TCPSTATE_SYN_SENT || me->isn == second
        || !(peer->known & SENT_SYN_ACK) || peer->syn_acked != second + 1 || segment->ack != peer->isn + 1)
        return;
    connection->milestones[TCPSTATE_MILESTONE_SYN] = me->syn_frame = connection->stale_frame;
    me->isn = second;
    me->snd_nxt = me->snd_max = me->out_of_order = me->fin_from = second + 1;
    me->doubtful &= (uint8_t)~BIT(TCPSTATE_GETS_SYN_ACK);
    me->pending |= BIT(TCPSTATE_GETS_SYN_ACK);
    tcpstate_derive_state(me);
}

/* Only a RST says that it is gone, which may be a stranger's, as this SYN may be that comes right behind it: from the
 * port of a server, or once more. */
static bool may_be_there_still(const struct tcpstate_connection *before, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *was = &before->ends[segment->from & 1];

    return was->after != TCPSTATE_ANY_STATE && (was->may & SENDS_NEW_DATA)
           && (before->client != (segment->from & 1) || before->end == TCPSTATE_ENDING_REFUSED)
           && segment->time - before->moments[TCPSTATE_MOMENT_LAST] < TCPSTATE_LONG_WAY / 2;
}

/* The sender has begun anew; the other end may still be in the old connection, or
 * be rid of it.  In TIME_WAIT it lets a SYN open a new one whose number or time
 * stamp is beyond the old one's (RFC 9293 section 3.6.1, RFC 6191). */
static enum tcpstate_state begin_anew(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                      const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const struct tcpstate_endpoint *was = &before->ends[from], *held = &before->ends[!from];
    struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];
    const bool newer = seq_gt(segment->seq, was->snd_max) || tcpstate_is_newer_stamp(was, segment);
    const bool holds = (held->state >= TCPSTATE_ESTABLISHED && held->state < TCPSTATE_UNKNOWN
                        && !(held->state == TCPSTATE_TIME_WAIT && newer))
                       || (held->state == TCPSTATE_SYN_RCVD && held->likely == TCPSTATE_SYN_RCVD)
                       || (held->likely == TCPSTATE_SYN_SENT && !(held->pending & GETS_RESET));

    connection->facts |= TCPSTATE_CONNECTION_REUSED;
    carry_reset(connection, before);
    connection->time_wait_since = before->time_wait_since;
    me->ttl = was->ttl;
    peer->ttl = held->ttl;
    /* Whoever sent what fitted no numbers a moment ago may have sent this, too. */
    if (segment->time - before->moments[TCPSTATE_MOMENT_LAST] < TCPSTATE_LONGEST_WAY)
        me->known |= was->known & DISPUTED;
    if (!(segment->flags & TCPSTATE_FLAG_SYN))
        connection->facts |= TCPSTATE_CONNECTION_MIDSTREAM;
    /* While its sender is in a connection nobody knows that it was this end who sent
     * it, and not a stranger, or long ago. */
    if ((segment->flags & TCPSTATE_FLAG_SYN)
        && (holds || !((1u << was->state) & (NOBODY_THERE | 1u << TCPSTATE_UNKNOWN)) || may_be_there_still(before, segment))) {
        me->after = me->may = was->may | NOBODY_THERE;
        me->known |= me->may == TCPSTATE_ANY_STATE ? DISPUTED : 0; /* which says no more */
    }
    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == TCPSTATE_FLAG_SYN && holds) {
        *peer = *held;
        connection->facts |= TCPSTATE_CONNECTION_CONTESTED;
        return TCPSTATE_UNKNOWN;
    }
    return (1u << held->state) & (NOBODY_THERE | TCPSTATE_IN(TIME_WAIT)) ? (enum tcpstate_state)held->state
                                                                       : TCPSTATE_UNKNOWN;
}

/* The numbers of the connection before, to know them again. */
static void keep_isn(struct tcpstate_endpoint *end, const struct tcpstate_endpoint *was)
{
    if (!(was->known & (KNOWS_ISN | HAD_ISN)))
        return;
    end->isn_before = was->known & KNOWS_ISN ? was->isn : was->isn_before;
    end->known |= HAD_ISN;
}

/* The number is one of the last that `end` sent, or what follows them. */
static bool is_of_the_last(const struct tcpstate_endpoint *end, uint32_t number)
{
    return (end->known & KNOWS_SEQ) && end->snd_max - number <= UINT16_MAX;
}

/* Nothing that was known of the end counts any more, but that a SYN is on its way to it. */
static void forget(struct tcpstate_endpoint *end)
{
    static const struct tcpstate_endpoint nothing = NOTHING_KNOWN;
    const struct tcpstate_endpoint was = *end;

    *end = nothing;
    end->known = was.known & KEPT_OF_OLD;
    end->isn_before = was.isn_before;
    end->ttl = was.ttl;
    tcpstate_is_sent_syn(end);
}

void tcpstate_leave_own_attempt(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from];
    const struct tcpstate_endpoint *peer = &connection->ends[!from];

    if ((segment->flags & (TCPSTATE_SYN_FIN_RST | TCPSTATE_FLAG_ACK)) != (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)
        || !(me->known & SENT_SYN) || (me->known & (SENT_SYN_ACK | KNOWS_ACK)) || segment->seq == me->isn
        || ((me->known & HAD_ISN) && segment->seq == me->isn_before) /* that of an earlier attempt, late */
        || !(peer->known & KNOWS_ISN) || segment->ack != peer->isn + 1 || (peer->known & (KNOWS_ACK | SENT_SYN_ACK)))
        return;
    forget(me);
    me->known |= DISPUTED; /* or the SYN,ACK is a stranger's */
    connection->client = (int8_t)!from;
    connection->milestones[TCPSTATE_MILESTONE_SYN] = peer->syn_frame;
    connection->facts = (uint16_t)((connection->facts | TCPSTATE_CONNECTION_RESTORED) & ~TCPSTATE_CONNECTION_SIMULTANEOUS);
}

void tcpstate_other_left_the_one_before(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                        const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const struct tcpstate_endpoint *me = &connection->ends[from];

    if (!(connection->facts & TCPSTATE_CONNECTION_CONTESTED) || connection->client != from || !is_transfer(segment)
        || me->likely != TCPSTATE_SYN_SENT || !(me->known & KNOWS_ISN) || segment->seq - me->isn - 1 >= MOST_UNSEEN
        || is_in_old_numbers(me, before, segment))
        return;
    forget(&connection->ends[!from]);
    connection->facts = (uint16_t)((connection->facts | TCPSTATE_CONNECTION_RESTORED) & ~TCPSTATE_CONNECTION_CONTESTED);
}

bool tcpstate_may_hold_the_one_before(const struct tcpstate_connection *connection, int from)
{
    return (connection->facts & (TCPSTATE_CONNECTION_REUSED | TCPSTATE_CONNECTION_CONTESTED)) == TCPSTATE_CONNECTION_REUSED
           && connection->ends[from].last.frame == 0 && connection->ends[!from].likely == TCPSTATE_SYN_SENT;
}

void tcpstate_hold_the_one_before(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                  const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from];

    if (!tcpstate_may_hold_the_one_before(connection, from)
        || !is_transfer(segment)
        || !is_of_the_last(&before->ends[from], tcpstate_segment_next(segment))
        || !is_of_the_last(&before->ends[!from], segment->ack) || covers_syn(&connection->ends[!from], segment))
        return;
    const uint8_t resets = (me->pending | me->doubtful) & GETS_RESET;
    *me = before->ends[from];
    keep_isn(me, &before->ends[from]);
    me->doubtful |= me->pending | resets; /* what would have ended it did not come, or comes only now */
    me->pending = 0;
    me->known |= PROVOKED; /* by the SYN */
    tcpstate_may_be(me, NOBODY_THERE | TCPSTATE_IN(SYN_RCVD));
    connection->facts |= TCPSTATE_CONNECTION_CONTESTED | TCPSTATE_CONNECTION_RESTORED;
}

/* So soon after the one before, and with the number of that or of the one before it, that it
 * may be that one, seen again by a capture at two points; or its SYN, late, where the other
 * end still holds it, or where its identification cannot tell two sendings apart. */
static bool may_be_seen_again(const struct tcpstate_connection *before, const struct tcpstate_segment *segment, bool held)
{
    const struct tcpstate_endpoint *was = &before->ends[segment->from & 1];
    const bool same_isn = (was->known & KNOWS_ISN) && was->isn == segment->seq;
    const bool constant = segment->ip_id != 0 && !tcpstate_tells_sendings_apart(was, segment);
    const int64_t since = segment->time - before->moments[TCPSTATE_MOMENT_LAST];

    if (since >= TCPSTATE_SHORTEST_RETRANSMISSION)
        return (held || constant) && same_isn && since < TCPSTATE_LONGEST_WAY;
    return same_isn || (was->known & REPLAYED) || ((was->known & HAD_ISN) && was->isn_before == segment->seq);
}

enum tcpstate_state tcpstate_begin(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                   const struct tcpstate_segment *segment)
{
    connection->facts |= TCPSTATE_CONNECTION_BEGAN;
    if (before) {
        const enum tcpstate_state peer_was = begin_anew(connection, before, segment);
        const bool held = connection->facts & TCPSTATE_CONNECTION_CONTESTED;
        const uint32_t replayed = may_be_seen_again(before, segment, held) ? REPLAYED : 0;
        for (int i = 0; i < 2; i++) {
            keep_isn(&connection->ends[i], &before->ends[i]);
            connection->ends[i].known |= replayed;
        }
        return peer_was;
    }
    if (!(segment->flags & TCPSTATE_FLAG_SYN))
        connection->facts |= TCPSTATE_CONNECTION_MIDSTREAM;
    return TCPSTATE_UNKNOWN;
}
