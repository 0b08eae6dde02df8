/* sighting.c - which segments are copies; sighting.h has what is asked of every segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Without an IP identification (IPv6; what some hosts send over IPv4) two
 * sendings of the same bytes look alike.  Then the time stamp tells them apart,
 * or that nothing has come which a second one would answer.
 *
 * A capture made of two, of both ends or by two clocks, has a segment again when
 * its sender has sent others since.  Once identifications have shown it to be one,
 * they also tell what is old: who sends again takes the next of them.
 *
 * Where neither tells, the TTL may: what was captured on the other side of a router
 * has another than the same captured here, and what is sent again has the same.
 */
#include "internal.h"

/* The very SYN again, or one that it sent before, seconds later, when its sender had an answer
 * long since: it has no reason to send it again.  Without identification: where copies are
 * known, or a SYN with the time stamp of the first, for who sends again sends a later one. */
static bool is_seen_by_another_clock(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                     const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const uint16_t most = 64; /* SYNs, and what was sent since */
    const uint16_t before = tcpstate_ids_before(&me->last, segment);
    const bool same = (me->syn_digest == tcpstate_syn_digest(segment) || (before > 0 && before < most))
                      && !tcpstate_is_newer_stamp(me, segment);
    const bool refused = connection->end == TCPSTATE_ENDING_REFUSED;
    const bool answered = refused || ((me->known & KNOWS_ACK) && (peer->known & KNOWS_ACK));

    return same && answered && segment->time - me->last.time < TCPSTATE_LONGEST_WAY
           && (tcpstate_tells_sendings_apart(me, segment) || (connection->facts & TCPSTATE_CONNECTION_SEEN_LATER)
               || segment->ts_val != 0);
}

/* A SYN of the same bytes that comes while its sender sends other segments, or sooner
 * than it would send it again; a SYN,ACK so, unless another SYN provoked it. */
static bool is_copy_of_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                           const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    const bool over = connection->end != TCPSTATE_ENDING_NONE;
    const bool answers = segment->flags & TCPSTATE_FLAG_ACK;
    const uint32_t sent = KNOWS_ISN | (answers ? SENT_SYN_ACK : SENT_SYN);

    if (!(segment->flags & TCPSTATE_FLAG_SYN) || (me->known & sent) != sent || segment->seq != me->isn)
        return false;
    if (me->syn_digest == tcpstate_syn_digest(segment) && tcpstate_is_near(&me->last, segment)
        && (segment->ip_id != 0 || (!over && (!answers || peer->last_control.time < me->last_control.time))))
        return true;
    return is_seen_by_another_clock(connection, me, peer, segment);
}

/* Equal answers to two segments are two: a closed port's RSTs, a SYN,ACK to a SYN that
 * came again; and RSTs to several that came before, if the capture has nothing else twice. */
static bool answers_anew(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                         const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    if (segment->ip_id != 0)
        return false;
    if (segment->flags & TCPSTATE_FLAG_RST)
        return peer->last.frame > me->last.frame
               || ((me->known & KNOWS_ACK) && (peer->known & KNOWS_SEQ) && seq_gt(peer->snd_max, me->rcv_nxt + 1)
                   && !(connection->facts & TCPSTATE_CONNECTION_SEEN_TWICE));
    return (segment->flags & TCPSTATE_FLAG_SYN) && peer->last_control.frame > me->last_control.frame;
}

/* Who sends later sends a later time stamp (RFC 7323 section 4.1: a clock that ticks at
 * least once while the path is crossed), and sends nothing again within its tick. */
static bool is_stamped_copy(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment, uint32_t digest)
{
    const bool control = segment->flags & TCPSTATE_SYN_FIN_RST;

    return (control || segment->payload > 0) && tcpstate_compares_stamps(me, segment) && !tcpstate_is_newer_stamp(me, segment)
           && (tcpstate_is_seen_lately(&me->last, segment, digest)
               || tcpstate_is_seen_lately(&me->last_control, segment, digest));
}

/* Its sender has sent nothing else since, and the other end nothing that it would answer. */
static bool is_last_of_both(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                            const struct tcpstate_segment *segment, uint32_t digest)
{
    return tcpstate_is_seen_lately(&me->last, segment, digest) && peer->last.frame != 0 && peer->last.frame < me->last.frame;
}

/* A closed port answers each SYN: where one was sent, there is one answer. */
static bool refuses_the_one_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_SYN_FIN_RST | TCPSTATE_FLAG_ACK)) == (TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK)
           && connection->milestones[TCPSTATE_MILESTONE_SYN] == peer->last.frame;
}

/* Nothing that was not seen of its sender before; a FIN is more than the number that it takes. */
static bool is_all_old(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    if ((segment->flags & TCPSTATE_FLAG_FIN) && !(me->known & SENT_FIN))
        return false;
    return (me->known & KNOWS_SEQ) && seq_le(tcpstate_segment_next(segment), me->snd_nxt)
           && (!(segment->flags & TCPSTATE_FLAG_ACK) || ((me->known & KNOWS_ACK) && seq_le(segment->ack, me->rcv_nxt)));
}

/* The same bytes as its last, or as its last SYN or FIN: nothing is sent again within a tick of its
 * clock, but for bare ACKs. */
static bool is_in_the_same_tick(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment, uint32_t digest)
{
    return tcpstate_compares_stamps(me, segment)
           && ((digest == me->last.digest && segment->payload > 0) || digest == me->last_control.digest);
}

/* Of several that it sent within one tick, all on a long way at once.  What it sends again in the
 * same tick somebody asked for, and it echoes when; nobody acknowledges less than before. */
static bool is_of_the_latest_tick(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment)
{
    const bool asked = peer->last.frame > me->last.frame && !seq_lt(segment->ts_ecr, peer->ts_newest);

    return tcpstate_compares_stamps(me, segment) && segment->ts_val == me->ts_newest
           && segment->time - me->last.time >= TCPSTATE_COPY_TIME
           && ((segment->payload > 0 && !asked) || seq_lt(segment->ack, me->rcv_nxt));
}

/* Stamped before what was seen of its sender since. */
static bool is_stamped_before(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_compares_stamps(me, segment) && seq_lt(segment->ts_val, me->ts_newest);
}

/* Whether its sender sent another RST before, of this number or a higher one: one that goes beyond
 * that repeats nothing that was seen. */
static bool is_below_last_reset(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    return connection->last_reset != TCPSTATE_NO_TIME && seq_le(segment->seq, connection->last_reset_seq)
           && tcpstate_last_reset_by(connection) == (segment->from & 1);
}

/* Where copies come milliseconds or seconds later: the last segment once more, or one from
 * before it, by its identification or its time stamp. */
static bool is_later_copy(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, uint32_t digest)
{
    const uint16_t most = 4096; /* a host with numbers drawn by lot is hardly taken for one that counts */

    if (segment->time - me->last.time >= TCPSTATE_LONGEST_WAY || (segment->flags & TCPSTATE_FLAG_SYN))
        return false;
    const bool is_rst = segment->flags & TCPSTATE_FLAG_RST;
    if (digest == me->last.digest
        /* A RST may answer one of several segments that came before. */
        && (segment->ip_id != 0
            || (peer->last.frame < me->last.frame
                && (!is_rst || peer->snd_max == me->rcv_nxt || refuses_the_one_syn(connection, peer, segment)))))
        return true;
    /* What answers for a closed socket has no identification, although its other segments have. */
    const struct tcpstate_sighting *sighting = me->last.digest & TCPSTATE_DIGEST_HAS_ID ? &me->last : &me->last_control;
    const uint16_t before = tcpstate_ids_before(sighting, segment);
    return (segment->ip_id != 0 && digest == me->last_control.digest) || is_in_the_same_tick(me, segment, digest)
           || ((!is_rst || is_below_last_reset(connection, segment)) && ((before > 0 && before < most) || is_stamped_before(me, segment) || is_of_the_latest_tick(me, peer, segment))
               && is_all_old(me, segment));
}

/* Nothing new, from where its sender's SYN was captured again: by its TTL. */
static bool is_seen_elsewhere(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                              const struct tcpstate_segment *segment)
{
    return me->ttl_again != 0 && segment->ttl == me->ttl_again && me->ttl != me->ttl_again && segment->ip_id == 0
           && !(segment->flags & TCPSTATE_FLAG_SYN) && segment->time - me->last.time < TCPSTATE_LONGEST_WAY
           && (!(segment->flags & TCPSTATE_FLAG_RST) || is_below_last_reset(connection, segment)) && is_all_old(me, segment);
}

void tcpstate_learn_other_point(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    if ((segment->flags & TCPSTATE_FLAG_SYN) && segment->ip_id == 0
        && me->repeats == 0 /* or it may have come another way when it was sent again */ && me->ttl != 0 && segment->ttl != me->ttl)
        me->ttl_again = segment->ttl;
}

bool tcpstate_is_bare_copy(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, uint32_t digest)
{
    if (segment->payload > 0 || (segment->flags & TCPSTATE_SYN_FIN_RST) || !is_last_of_both(me, peer, segment, digest)
        || me->window != (uint32_t)segment->window << tcpstate_window_scale(me, peer))
        return false;
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS)
        return segment->ts_val == me->ts_val;
    return tcpstate_is_keep_alive(me, peer, segment) || tcpstate_is_copy_of(&me->last, segment, digest);
}

bool tcpstate_is_seen_again(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            uint32_t digest)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1], *peer = &connection->ends[!(segment->from & 1)];

    if (is_copy_of_syn(connection, me, peer, segment)
        || ((connection->facts & TCPSTATE_CONNECTION_SEEN_LATER) && is_later_copy(connection, me, peer, segment, digest))
        || is_seen_elsewhere(connection, me, segment))
        return true;
    if (answers_anew(connection, me, peer, segment))
        return false;
    return tcpstate_is_copy(me, segment, digest)
           || (segment->ip_id == 0
               && (is_stamped_copy(me, segment, digest)
                   || (refuses_the_one_syn(connection, peer, segment) && is_last_of_both(me, peer, segment, digest))
                   || tcpstate_is_bare_copy(me, peer, segment, digest)));
}
