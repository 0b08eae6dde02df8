/* evidence.h - what the numbers of a segment and of its ends show.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Inline, for those who judge, remember and conclude.  A host knows its RCV.NXT; a passer-by knows two
 * bounds of it: what the host has acknowledged, and what has been sent to it without
 * a hole.
 */
#ifndef TCPSTATE_EVIDENCE_H
#define TCPSTATE_EVIDENCE_H

#include "internal.h"

/* Whether time stamps may be in use: not where a SYN of the other end was seen whole, and none with a stamp (RFC 7323 section 3.2). */
static inline bool uses_stamps(const struct tcpstate_endpoint *peer)
{
    return (peer->known & (SYN_WHOLE | SENT_TIMESTAMPS)) != SYN_WHOLE;
}

/* Whether its state is shown as inferred: it may be in another, and nothing that it sent just now proves it. */
static inline bool is_inferred(const struct tcpstate_endpoint *end)
{
    return end->state != TCPSTATE_UNKNOWN && end->may != 1u << end->state && !(end->known & AS_SENT);
}

/* By another way, or from another machine, than what was seen of its sender; or without a time stamp, which all
 * segments have but RSTs where both ends use them (RFC 7323 section 3.2). */
static inline bool comes_another_way(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                     const struct tcpstate_segment *segment)
{
    const bool lacks_stamp = (me->known & peer->known & SENT_TIMESTAMPS) && !(segment->flags & TCPSTATE_FLAG_RST)
                             && !(segment->options & (TCPSTATE_OPTION_TIMESTAMPS | TCPSTATE_OPTION_CUT));

    return lacks_stamp || (me->ttl != 0 && segment->ttl != 0 && segment->ttl != me->ttl);
}

/* A SYN or FIN with the identification or the time stamp of the last one: nobody shows that it was sent twice. */
static inline bool is_one_sending(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_has_same_id(&me->last_control, segment)
           || (tcpstate_compares_stamps(me, segment) && segment->ts_val == me->ts_newest);
}

/* States in which an endpoint is past its handshake. */
static inline bool is_open(uint8_t state)
{
    return state >= TCPSTATE_ESTABLISHED && state <= TCPSTATE_TIME_WAIT;
}

/* Whether the number is behind the SYN that opened the end's side, and not beyond what it sent.  Only
 * asked while that is news, so the ISN is less than 2^31 behind. */
static inline bool is_behind_syn(const struct tcpstate_endpoint *end, uint32_t number)
{
    return (end->known & KNOWS_ISN) && seq_gt(number, end->isn) && seq_le(number, end->snd_max);
}

/* Whether the end has acknowledged the SYN of `peer`. */
static inline bool has_acked_syn(const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    return (end->known & KNOWS_ACK) && is_behind_syn(peer, end->rcv_nxt);
}

/* Whether the segment acknowledges it. */
static inline bool covers_syn(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (segment->flags & TCPSTATE_FLAG_ACK) && is_behind_syn(peer, segment->ack);
}

/* Whether it acknowledges the last SYN that was taken for an old duplicate: it may be that one
 * which its sender goes on with. */
static inline bool answers_stale_syn(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    return connection->stale_frame != 0 && tcpstate_stale_from(connection) != (segment->from & 1)
           && segment->ack == connection->stale_isn + 1;
}

/* A FIN is the last number there is: an ACK is of it, or it is none of this connection.  Only asked of
 * what acknowledges something. */
static inline bool covers_fin(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (peer->known & (SENT_FIN | FIN_IN_DOUBT)) && segment->ack == peer->fin + 1;
}

/* Whether what lies right before its FIN was neither captured nor acknowledged: a stranger's may
 * stand where data was.  Of what was acknowledged and not captured only the last number is
 * open, which may be that of another FIN. */
static inline bool is_unplaced(const struct tcpstate_endpoint *end)
{
    return !(end->known & KNOWS_SEQ) || seq_lt(end->fin_from + 1, end->fin);
}

/* How far beyond what it acknowledged an endpoint can accept.  Without both SYNs
 * the scale is not known, and the largest one (RFC 7323 section 2.3) lets in
 * whatever may be let in. */
static inline uint32_t receive_window(const struct tcpstate_endpoint *end)
{
    if (end->known & KNOWS_ACK)
        return end->window;
    return (end->known & SENT_SYN) ? UINT16_MAX : FAR; /* a SYN's is never scaled */
}

/* What is sent unseen, or before a SYN that was recorded late, comes to less than this. */
#define MOST_UNSEEN (UINT32_C(1) << 20)

/* An ACK that is wrong by less than this was reckoned wrong; by more, it is of another connection. */
#define LITTLE 1000

/* Whether it acknowledged more than was seen, and no more than it may have been sent. */
static inline bool claims_what_may_be(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    if (!(me->known & CLAIMS) || !((me->known & KNOWS_ACK) || (peer->known & KNOWS_SEQ)))
        return false;
    return me->claim - (me->known & KNOWS_ACK ? me->rcv_nxt : peer->snd_max) <= receive_window(me);
}

/* What follows all that the end is known to have sent: what was seen of it, or what
 * the other has acknowledged beyond that. */
static inline uint32_t highest_sent(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    /* A claim may follow another. */
    const bool claimed = (peer->known & CLAIMS) && peer->claim - me->snd_max <= 2 * receive_window(peer);

    if ((me->known & FIN_IN_DOUBT) && me->fin - me->snd_max < receive_window(peer))
        return me->fin + 1;
    return claimed ? peer->claim : me->snd_max;
}

/* Whether it goes beyond all that was seen of its sender. */
static inline bool goes_beyond(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_SEQ) && seq_gt(tcpstate_segment_next(segment), me->snd_max);
}

/* Whether its acknowledgment is older than what its sender has acknowledged since. */
static inline bool goes_back(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_ACK) && seq_lt(segment->ack, me->rcv_nxt) && me->likely != TCPSTATE_SYN_SENT;
}

/* Numbers from before the SYN are another connection's; asked while the ISN is not so
 * far behind that they have come round. */
static inline bool is_below_isn(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_ISN) && seq_le(segment->seq + segment->payload, me->isn) && me->snd_max - me->isn < FAR;
}

static inline bool acks_below_isn(const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return (peer->known & KNOWS_ISN) && seq_le(segment->ack, peer->isn) && peer->snd_max - peer->isn < FAR;
}

/* Neither SYN nor RST: of who holds a connection. */
static inline bool is_transfer(const struct tcpstate_segment *segment)
{
    return (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK)) == TCPSTATE_FLAG_ACK;
}

/* Whether both of its numbers are farther from those that are known of the ends than what is sent unseen. */
static inline bool is_far_in_both(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment)
{
    return (me->known & peer->known & KNOWS_SEQ) && seq_apart(segment->seq, me->snd_max, MOST_UNSEEN)
           && seq_apart(segment->ack, peer->snd_max, MOST_UNSEEN);
}

/* Whether nothing but SYNs and FINs was seen, and for so long that any number may be that of a FIN or RST: of a capture
 * without what lies between them. */
static inline bool only_flags_were_seen(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                                        const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment)
{
    return me->last.frame == me->last_control.frame && peer->last.frame == peer->last_control.frame
           && !((me->known | peer->known) & (DISPUTED | SENT_DATA)) && connection->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK] == 0
           && segment->time - connection->moments[TCPSTATE_MOMENT_FIRST] >= TCPSTATE_LONG_WAY;
}

/* Whether it may have been sent before the SYN with which its sender, or a stranger,
 * began anew: not if it acknowledges the last that the other sent, recorded behind it. */
static inline bool may_precede_new_syn(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                       const struct tcpstate_segment *segment)
{
    return (me->known & BEGAN_ANEW) && segment->time - me->last_control.time < TCPSTATE_LONG_WAY
           && !((segment->flags & TCPSTATE_FLAG_ACK) && segment->ack == peer->snd_max
                && seq_gt(peer->snd_max, me->anew_from));
}

#endif
