/* move.c - how one segment moves its sender and its receiver.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of each end the core knows the states in which its last segment may have left
 * it (.after), and what may have arrived since: most likely (.pending) or in
 * doubt (.doubtful).  From these follow the states that it may be in now (.may)
 * and the likeliest of them (.state).  The invariant, restored by
 * tcpstate_derive_state() and nowhere else:
 *
 *     .may   == what .after may have become by any of the arrivals
 *     .state == what .likely has become by all that are pending, if .may has it
 *
 * .likely is one of .after, so .state is one of .may; or .likely is UNKNOWN, and
 * nothing has been learnt of it.
 */
#include "evidence.h"

/* What a set of states may become when any of the arrivals happen, in the order
 * of their numbers. */
static tcpstate_set reach(tcpstate_set set, uint8_t arrivals)
{
    for (; arrivals != 0; arrivals &= (uint8_t)(arrivals - 1))
        set |= tcpstate_next_of(set, (enum tcpstate_event)tcpstate_lowest(arrivals));
    return set;
}

static enum tcpstate_state replay(enum tcpstate_state state, uint8_t arrivals)
{
    for (; arrivals != 0; arrivals &= (uint8_t)(arrivals - 1))
        state = tcpstate_next(state, (enum tcpstate_event)tcpstate_lowest(arrivals));
    return state;
}

/* Whether any of the arrivals moves it from a state that it may be in, although it may be where
 * that leads already: it may turn out not to be. */
static bool moves_any(tcpstate_set set, uint8_t arrivals)
{
    for (; set != 0; set &= (tcpstate_set)(set - 1)) {
        const enum tcpstate_state state = (enum tcpstate_state)tcpstate_lowest(set);
        if (replay(state, arrivals) != state)
            return true;
    }
    return false;
}

/* It most likely is there. */
static void stand(struct tcpstate_endpoint *end, enum tcpstate_state likely)
{
    end->likely = (uint8_t)likely;
    if (likely != TCPSTATE_UNKNOWN)
        end->after |= (tcpstate_set)(1u << likely);
    tcpstate_derive_state(end);
}

void tcpstate_derive_state(struct tcpstate_endpoint *end)
{
    end->may = reach(end->after, end->pending | end->doubtful);
    end->state = (uint8_t)replay((enum tcpstate_state)end->likely, end->pending);
    if (!(end->may & (1u << end->state)))
        end->state = TCPSTATE_UNKNOWN; /* what arrived says less than what it sent without being known */
}

void tcpstate_leave_in(struct tcpstate_endpoint *end, tcpstate_set after, enum tcpstate_state likely)
{
    end->after = after;
    end->likely = (uint8_t)likely;
    end->pending = end->doubtful = 0;
    tcpstate_derive_state(end);
}

void tcpstate_is_sent_syn(struct tcpstate_endpoint *end)
{
    tcpstate_leave_in(end, TCPSTATE_ANY_STATE, TCPSTATE_UNKNOWN);
    end->pending = BIT(TCPSTATE_GETS_SYN);
    tcpstate_derive_state(end);
}

void tcpstate_may_be(struct tcpstate_endpoint *end, tcpstate_set others)
{
    end->after |= others;
    tcpstate_derive_state(end);
}

/* The likeliest state in which it can have sent this: with what it knew of; with
 * all that most likely arrived and is not denied; with what the capture lacks;
 * else the first that is left, those of an open connection before others. */
static enum tcpstate_state likeliest(const struct tcpstate_endpoint *me, const struct judgement *judgement,
                                     tcpstate_set can)
{
    static const uint8_t order[] = { TCPSTATE_ESTABLISHED, TCPSTATE_CLOSE_WAIT, TCPSTATE_FIN_WAIT_1,
                                     TCPSTATE_FIN_WAIT_2, TCPSTATE_LAST_ACK, TCPSTATE_CLOSING, TCPSTATE_TIME_WAIT,
                                     TCPSTATE_SYN_SENT, TCPSTATE_SYN_RCVD, TCPSTATE_LISTEN, TCPSTATE_CLOSED };
    const uint8_t acks = BIT(TCPSTATE_GETS_ACK_OF_SYN) | BIT(TCPSTATE_GETS_SYN_ACK)
                         | ((judgement->is & HAD_ACK_FIRST) ? BIT(TCPSTATE_GETS_ACK_OF_FIN) : 0);
    const uint8_t had = judgement->had & (uint8_t)~GETS_RESET;
    const uint8_t arrived[] = {
        had | (me->pending & acks & (uint8_t)~(judgement->had_not | GETS_RESET)),
        had,
        had | (me->pending & (uint8_t)~judgement->had_not),
        judgement->unseen & (uint8_t)~BIT(TCPSTATE_GETS_FIN),
    };

    for (size_t i = 0; i < sizeof arrived; i++) {
        const enum tcpstate_state guess = replay((enum tcpstate_state)me->likely, arrived[i]);
        if (can & (1u << guess))
            return guess;
    }
    if ((me->known & (SENT_FIN | FIN_DISPUTED)) == SENT_FIN && (can & CLOSED_ITS_SIDE))
        can &= CLOSED_ITS_SIDE; /* who was seen to close has closed */
    for (size_t i = 0; i < sizeof order; i++)
        if (can & (1u << order[i]))
            return (enum tcpstate_state)order[i];
    return (enum tcpstate_state)me->state; /* nobody whom we know can have sent this */
}

/* What sending the segment does to its sender. */
static enum tcpstate_event sending(const struct tcpstate_segment *segment)
{
    if (segment->flags & TCPSTATE_FLAG_SYN)
        return (segment->flags & TCPSTATE_FLAG_ACK) ? TCPSTATE_SENDS_SYN_ACK : TCPSTATE_SENDS_SYN;
    return (segment->flags & TCPSTATE_FLAG_FIN) ? TCPSTATE_SENDS_FIN : TCPSTATE_SENDS_ACK;
}

/* A RST.  Anybody on the path can send one in this end's name, so it proves
 * nothing, and the end may stand where it stood; or answer from a port that
 * listens again. */
static void move_by_reset(struct tcpstate_endpoint *me, const struct judgement *judgement,
                          enum tcpstate_state departure)
{
    if (judgement->is & FOREIGN) {
        me->after |= NOBODY_THERE; /* perhaps it never sent that SYN, or has given up */
        me->doubtful |= me->pending & judgement->had_not;
        me->pending &= (uint8_t)~judgement->had_not;
        return;
    }
    me->after = me->may | NOBODY_THERE;
    if (judgement->is & ACCEPTABLE) {
        me->likely = (uint8_t)tcpstate_next(departure, TCPSTATE_SENDS_RST);
        me->doubtful |= me->pending;
        me->pending = 0;
    }
}

/* Exceptions to the rule that a segment takes those states away that could not
 * have sent it: the first row that holds. */
static const struct exception {
    conditions when;
    tcpstate_set may_also_be;
} exceptions[] = {
    /* A SYN or SYN,ACK that belongs to nothing that is there: old, forged, or of a connection to come;
     * its sender may have given up, and answer a SYN that the capture lacks. */
    { HAS_SYN | HAS_ACK | STALE, TCPSTATE_IN(SYN_SENT) | TCPSTATE_IN(SYN_RCVD) | TCPSTATE_IN(FIN_WAIT_1) },
    { HAS_SYN | STALE, TCPSTATE_IN(SYN_SENT) },
    /* Recorded behind what its sender sent later: that tells more. */
    { HAS_SYN | OVERTAKEN, TCPSTATE_IN(SYN_SENT) },
    /* Of a connection that the capture does not hold. */
    { STRAY, ALIVE | NOBODY_THERE },
    /* Its receiver drops it, so no host that is in this connection sent it; unless it
     * is late. */
    { HAS_FIN | UNACCEPTABLE, TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(LAST_ACK) },
    /* Bare, but where its FIN has gone: it has sent none. */
    { BELOW_ITS_FIN | NEWEST, SENDS_NEW_DATA },
    /* Data where its FIN has gone before: a stranger's. */
    { HAS_DATA | ALREADY_SENT_FIN | DOES_NOT_FIT, SENDS_NEW_DATA },
};

/* Where a segment that proves nothing would have left its sender, if it is its own:
 * nobody else is where such a segment is sent from. */
static enum tcpstate_state own_if_any(enum tcpstate_state likely, conditions is)
{
    const tcpstate_set in = (tcpstate_set)(1u << likely);

    switch (is & (HAS_SYN | HAS_ACK | HAS_FIN)) {
    case HAS_FIN | HAS_ACK:
        if (in & TCPSTATE_IN(CLOSE_WAIT))
            return TCPSTATE_LAST_ACK;
        return in & CLOSED_ITS_SIDE ? likely : TCPSTATE_FIN_WAIT_1;
    case HAS_SYN:
        return in & CLOSED_ITS_SIDE ? TCPSTATE_SYN_SENT : likely;
    case HAS_SYN | HAS_ACK:
        return in & (TCPSTATE_IN(SYN_SENT) | TCPSTATE_IN(LAST_ACK) | TCPSTATE_IN(TIME_WAIT)) ? TCPSTATE_SYN_RCVD : likely;
    default:
        return likely;
    }
}

/* It stands where the segment would have left it, if it is its own; what was on its
 * way to it came to another, perhaps. */
static void stand_as_if_own(struct tcpstate_endpoint *me, conditions is)
{
    const enum tcpstate_state own = own_if_any((enum tcpstate_state)me->likely, is);

    if (own == TCPSTATE_UNKNOWN)
        return;
    if (own_if_any((enum tcpstate_state)me->state, is) != me->state) {
        me->doubtful |= me->pending;
        me->pending = 0;
    }
    me->likely = (uint8_t)own;
    me->after |= (tcpstate_set)(1u << own);
}

static bool is_exception(struct tcpstate_endpoint *me, const struct judgement *judgement)
{
    const conditions any = STALE | OVERTAKEN | STRAY | UNACCEPTABLE | BELOW_ITS_FIN | DOES_NOT_FIT; /* a row has one of these */

    if (!(judgement->is & any) || (judgement->is & OUTDATED))
        return false; /* outdated, but its sender's */
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if ((judgement->is & exceptions[i].when) != exceptions[i].when)
            continue;
        me->after |= exceptions[i].may_also_be;
        stand_as_if_own(me, judgement->is);
        return true;
    }
    return false;
}

/* A FIN recorded behind its sender's ACK of the other's FIN: it was sent before
 * that, so the other's came to an end that had closed. */
static void move_by_earlier_fin(struct tcpstate_endpoint *me)
{
    const bool acked = me->known & ACKED_FIN;

    me->after = reach(acked ? TCPSTATE_IN(CLOSING) : TCPSTATE_IN(FIN_WAIT_1), BIT(TCPSTATE_GETS_ACK_OF_FIN));
    me->likely = acked ? TCPSTATE_CLOSING : TCPSTATE_FIN_WAIT_1;
}

/* A bare ACK, or a SYN, of an end of which nothing is known: it stood anywhere. */
static bool tells_nothing(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    if (me->likely != TCPSTATE_UNKNOWN)
        return false;
    if (sending(segment) == TCPSTATE_SENDS_SYN)
        return true;
    return sending(segment) == TCPSTATE_SENDS_ACK && segment->payload == 0 && me->pending == 0;
}

/* Whether it stood elsewhere than was shown, although nothing came in between. */
static bool is_corrected(const struct tcpstate_endpoint *me, const struct judgement *judgement, tcpstate_set can,
                         enum tcpstate_state departure)
{
    return me->state != TCPSTATE_UNKNOWN && !(can & (1u << me->state))
           && !(reach((tcpstate_set)(1u << me->state), judgement->had | judgement->unseen) & (1u << departure));
}

/* The states in which it can have sent this: those that it may have been in, by what
 * may have arrived; and those in which the capture lacks a FIN of its own. */
static tcpstate_set can_have_sent(const struct tcpstate_endpoint *me, const struct judgement *judgement)
{
    const uint8_t had = me->pending | me->doubtful | judgement->unseen | judgement->had;
    const bool fin = judgement->is & HAS_FIN;
    tcpstate_set can = reach(me->after, had);

    /* A FIN after a pause, or behind a hole, may be sent again, although the first was not captured. */
    const bool perhaps_again = (judgement->is & AFTER_A_PAUSE) || !(judgement->is & IN_ORDER) || (me->known & MAY_REPEAT);
    if ((fin && perhaps_again) || (judgement->is & SKIPS_UNSEEN_FIN))
        can |= reach(tcpstate_next_of(can & SENDS_A_FIN, TCPSTATE_SENDS_FIN), had);
    /* ... and so may the data that showed it in CLOSE_WAIT. */
    if (fin && (can & judgement->senders))
        can |= ((me->known & MAY_REPEAT) ? TCPSTATE_IN(CLOSING) : 0)
               | ((judgement->is & AGAIN) ? TCPSTATE_IN(LAST_ACK) : 0); /* the first may have been a stranger's */
    if (judgement->is & BEHIND)
        can |= ALIVE;
    return can & judgement->senders;
}

static void move_by_sending(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                            const struct judgement *judgement, tcpstate_set can, struct departure *from)
{
    const enum tcpstate_event event = sending(segment);

    from->state = tells_nothing(me, segment) ? TCPSTATE_UNKNOWN : likeliest(me, judgement, can);
    from->corrected = is_corrected(me, judgement, can, from->state);
    me->after = tcpstate_next_of(can, event);
    me->likely = (uint8_t)tcpstate_next(from->state, event);
    if (event == TCPSTATE_SENDS_SYN_ACK && (segment->flags & TCPSTATE_FLAG_FIN)) {
        me->after = tcpstate_next_of(me->after, TCPSTATE_SENDS_FIN);
        me->likely = (uint8_t)tcpstate_next((enum tcpstate_state)me->likely, TCPSTATE_SENDS_FIN);
    }
    const uint8_t unlikely = judgement->lost | (judgement->had_not & GETS_RESET);

    me->doubtful |= me->pending & unlikely;
    me->doubtful &= (uint8_t)~(judgement->had | judgement->lost_for_ever);
    me->pending &= (uint8_t)~(judgement->had | unlikely);
    if ((me->pending | me->doubtful) != 0 && !moves_any(me->after, me->pending | me->doubtful))
        me->pending = me->doubtful = 0; /* it is past all of them */
}

/* Where it may stand, too: where it stood, if another may have sent this, or it may have
 * been overtaken; for a FIN, whatever became of it then. */
static tcpstate_set may_stand_too(tcpstate_set was, const struct judgement *judgement, bool moved)
{
    tcpstate_set too = 0;

    if (judgement->is & MAY_BE_ANOTHERS)
        too |= was | (!(judgement->is & HAS_SYN)  ? 0
                      : (judgement->is & HAS_ACK) ? TCPSTATE_IN(SYN_RCVD)
                                                  : TCPSTATE_IN(SYN_SENT));
    if ((judgement->is & (HAS_SYN | HAS_ACK | AGAIN)) == (HAS_SYN | AGAIN))
        too |= TCPSTATE_IN(SYN_SENT); /* or it gave up, unseen, and begins with the number that it always takes */
    if (moved && !(judgement->is & NEWEST))
        too |= (judgement->is & HAS_FIN) ? tcpstate_next_of(was, TCPSTATE_SENDS_FIN) : was;
    return too;
}

static enum tcpstate_state departs_by_reset(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                                            const struct judgement *judgement, tcpstate_set can)
{
    if (!(segment->flags & TCPSTATE_FLAG_ACK) && (me->pending & GETS_RESET))
        return (enum tcpstate_state)me->state; /* made from a segment that met a closed port */
    return me->likely == TCPSTATE_UNKNOWN ? TCPSTATE_UNKNOWN : likeliest(me, judgement, can);
}

static void move_sender(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                        const struct judgement *judgement, struct departure *from)
{
    const tcpstate_set was = me->may;
    const bool nonsense = tcpstate_is_nonsense(segment);
    bool moved = false;

    from->shown = from->state = (enum tcpstate_state)me->state;
    if (judgement->is & LEAVES_OLD)
        tcpstate_is_sent_syn(me);
    const tcpstate_set can = can_have_sent(me, judgement);
    from->closes_first_or_not = (can & SENDS_NEW_DATA) == SENDS_NEW_DATA && !(me->known & ACKED_FIN);
    if (segment->flags & TCPSTATE_FLAG_RST) {
        from->state = departs_by_reset(me, segment, judgement, can);
        from->corrected = me->pending & judgement->had_not & (BIT(TCPSTATE_GETS_SYN) | BIT(TCPSTATE_GETS_SYN_ACK));
        move_by_reset(me, judgement, from->state);
    } else if (judgement->is & AFTER_THE_FIN) {
        move_by_earlier_fin(me);
        from->state = TCPSTATE_ESTABLISHED;
        from->corrected = true;
    } else if (nonsense || is_exception(me, judgement) || (judgement->is & (OVERTAKEN | HAS_FIN)) == OVERTAKEN) {
        if (judgement->is & ACKS_UNSEEN_FIN)
            me->doubtful |= BIT(TCPSTATE_GETS_FIN); /* which it had, then, before what it sent since */
    } else if (can == 0) {
        me->after |= tcpstate_next_of(judgement->senders, sending(segment));
        stand_as_if_own(me, judgement->is);
    } else {
        moved = true;
        move_by_sending(me, segment, judgement, can, from);
    }
    me->after |= may_stand_too(was, judgement, moved);
    from->own = moved ? (enum tcpstate_state)me->likely : from->state;
    const bool its_own = moved && !(judgement->is & (MAY_BE_ANOTHERS | OVERTAKEN));
    from->certain = its_own && !(me->after & ~can & TCPSTATE_IN(SYN_SENT))
                    && (from->own != from->state ? me->after : can) == (1u << from->own);
    from->stood = its_own && (judgement->is & NEWEST) && can == (1u << from->state);
    tcpstate_derive_state(me);
    from->in_flight = from->own != from->state && me->state != from->own;
}

/* Let arrivals move the receiver, as far as they can. */
static void arrive(struct tcpstate_connection *connection, struct tcpstate_endpoint *end,
                   const struct judgement *judgement, int64_t now)
{
    for (uint8_t left = judgement->arrives; left != 0; left &= (uint8_t)(left - 1)) {
        const uint8_t bit = BIT(tcpstate_lowest(left));
        if (replay((enum tcpstate_state)end->likely, end->pending | bit) != end->state
            || reach(end->may, bit) != end->may) {
            if (bit == BIT(TCPSTATE_GETS_ACK_OF_FIN) && (end->after & TCPSTATE_IN(LAST_ACK)))
                end->after |= TCPSTATE_IN(TIME_WAIT); /* its program closed before the other's FIN came, perhaps, while data waited */
            end->pending |= bit;
            tcpstate_derive_state(end);
        }
    }
    const uint8_t news = judgement->may_arrive & (uint8_t)~(end->pending | end->doubtful);
    if (news != 0 && moves_any(end->may, news)) {
        end->doubtful |= news;
        tcpstate_derive_state(end);
    }
    if (judgement->arrives & BIT(TCPSTATE_GETS_FIN))
        connection->time_wait_since = now; /* a FIN seen again starts it anew */
}

/* A FIN that waited behind a hole arrives with the segment that fills it; one
 * recorded after its own acknowledgment had arrived before. */
static void arrive_late(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                        struct tcpstate_endpoint *peer, bool is_fin, int64_t now)
{
    if (!(me->known & SENT_FIN))
        return;
    if (is_fin && (peer->known & KNOWS_ACK) && !(peer->known & ACKED_FIN) && peer->rcv_nxt == me->fin + 1
        && !((peer->known & SENT_SYN_ACK) && peer->syn_acked == peer->rcv_nxt)) { /* that was of a SYN */
        const bool carried = me->known & ACK_OF_FIN_CARRIED;
        const struct judgement to_me = { .arrives = BIT(TCPSTATE_GETS_ACK_OF_FIN) };
        const tcpstate_set was = (me->known & FIN_DISPUTED) ? peer->may : 0; /* it may not have had it */
        tcpstate_set after = tcpstate_next_of(reach(peer->after, peer->pending | peer->doubtful), TCPSTATE_GETS_FIN);

        if ((peer->known & SENT_FIN) && peer->last.frame == peer->last_control.frame && peer->last_ack == me->fin + 1) {
            peer->likely = TCPSTATE_LAST_ACK; /* its own FIN acknowledged this one, or was sent again and did so then */
            peer->after = (tcpstate_set)(TCPSTATE_IN(LAST_ACK)
                                         | (now - peer->last_control.time < TCPSTATE_SHORTEST_RETRANSMISSION && !(peer->known & MAY_REPEAT) ? 0 : TCPSTATE_IN(CLOSING)));
        } else {
            peer->likely = (uint8_t)replay((enum tcpstate_state)peer->likely,
                                           BIT(TCPSTATE_GETS_FIN) | (carried ? BIT(TCPSTATE_GETS_ACK_OF_FIN) : 0));
            peer->after = (after & GOT_FIN) | (tcpstate_set)(peer->likely < TCPSTATE_UNKNOWN ? 1u << peer->likely : 0);
        }
        peer->pending &= (uint8_t)~BIT(TCPSTATE_GETS_FIN);
        peer->known |= ACKED_FIN;
        peer->after |= was;
        tcpstate_derive_state(peer);
        arrive(connection, me, &to_me, now);
        me->known |= FIN_ARRIVED;
    } else if (!(me->known & FIN_ARRIVED) && seq_gt(me->snd_nxt, me->fin)) {
        const struct judgement to_peer = { .arrives = BIT(TCPSTATE_GETS_FIN) };
        arrive(connection, peer, &to_peer, now);
        me->known |= FIN_ARRIVED;
    }
}

/* Where a SYN passes, its receiver may have given up what we believe it to hold,
 * unseen, and take it. */
static void meet_syn(struct tcpstate_endpoint *peer, bool overtaken, const struct judgement *judgement)
{
    const bool anew = !(judgement->is & AGAIN) || (is_open(peer->likely) && (judgement->is & AFTER_A_PAUSE));

    if (anew && !overtaken && (peer->after & ALIVE))
        peer->after |= NOBODY_THERE | TCPSTATE_IN(SYN_RCVD);
    if (peer->pending & GETS_RESET) {
        /* A reset came before it, and is not to be replayed after it. */
        peer->after |= peer->may;
        peer->likely = peer->state;
        peer->pending = 0;
    }
    tcpstate_derive_state(peer);
}

static void move_receiver(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                          struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                          const struct judgement *judgement)
{
    if ((judgement->is & (HAS_SYN | HAS_ACK | HAS_FIN | HAS_RST)) == HAS_SYN)
        meet_syn(peer, tcpstate_is_recorded_late(connection, segment, judgement), judgement);
    arrive(connection, peer, judgement, segment->time);
    if (judgement->arrives & BIT(TCPSTATE_GETS_FIN))
        me->known |= FIN_ARRIVED;
    if ((judgement->is & (HAS_RST | HAS_SYN | HAS_ACK)) == HAS_ACK)
        arrive_late(connection, me, peer, judgement->is & HAS_FIN, segment->time);
}

/* Where it is if it has closed, unseen, from where it may be. */
static tcpstate_set closed_from(tcpstate_set set)
{
    return tcpstate_next_of(set & (SENDS_NEW_DATA | TCPSTATE_IN(SYN_RCVD)), TCPSTATE_SENDS_FIN);
}

/* A FIN that the capture lacks may lie among what was acknowledged, or before a
 * bare segment; not before what its sender goes on with. */
static void suspect_unseen_fin(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                               const struct judgement *judgement)
{
    if (judgement->is & ACKS_UNSEEN_FIN) {
        peer->after |= closed_from(peer->may);
        peer->doubtful |= BIT(TCPSTATE_GETS_ACK_OF_FIN);
        tcpstate_derive_state(peer);
    }
    if (judgement->is & SKIPS_UNSEEN_FIN) {
        if (me->after & TCPSTATE_IN(CLOSE_WAIT)) /* it may have closed before it had the other's */
            me->after |= TCPSTATE_IN(CLOSING) | TCPSTATE_IN(TIME_WAIT);
        me->after |= closed_from(me->after);
        peer->doubtful |= BIT(TCPSTATE_GETS_FIN);
        tcpstate_derive_state(me);
        tcpstate_derive_state(peer);
    }
    if ((judgement->is & (SENDS_MORE | OVERTAKEN)) == SENDS_MORE && !(me->known & FIN_IN_DOUBT)) {
        peer->doubtful &= (uint8_t)~(BIT(TCPSTATE_GETS_FIN) & ~judgement->may_arrive);
        tcpstate_derive_state(peer);
    }
}

/* All that the other has acknowledged is data or SYN: it had no FIN when it did. */
static void clear_of_fin(const struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer)
{
    const bool had_none = !(me->known & (SENT_FIN | FIN_IN_DOUBT | FIN_DISPUTED)) && (me->known & KNOWS_SEQ)
                          && (peer->known & (KNOWS_ACK | CLAIMS)) == KNOWS_ACK && seq_ge(me->fin_from, peer->rcv_nxt)
                          && seq_gt(peer->rcv_nxt, me->isn);

    if (!had_none || !(peer->after & GOT_FIN) || ((1u << peer->likely) & GOT_FIN))
        return;
    peer->after &= (tcpstate_set)~GOT_FIN;
    tcpstate_derive_state(peer);
}

/* A SYN,ACK shows that the other sent a SYN, and an ACK of an unseen SYN,ACK that
 * there was one. */
static void learn_of_unseen(struct tcpstate_endpoint *peer, const struct judgement *judgement)
{
    if (peer->likely != TCPSTATE_UNKNOWN)
        return;
    if ((judgement->is & (HAS_SYN | HAS_ACK | GOOD_ACK | HAS_RST)) == (HAS_SYN | HAS_ACK | GOOD_ACK))
        stand(peer, TCPSTATE_SYN_SENT);
    else if (judgement->is & OPENS)
        stand(peer, TCPSTATE_SYN_RCVD);
}

/* Its SYN,ACK, recorded behind what acknowledges it: who sent that is no server. */
static void prove_client(const struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer, const struct judgement *judgement)
{
    const tcpstate_set client = peer->after & (tcpstate_set)~TCPSTATE_IN(SYN_RCVD);

    if ((judgement->is & (HAS_SYN | GOOD_ACK)) != (HAS_SYN | GOOD_ACK) || (me->known & SENT_SYN)
        || (peer->known & (SENT_SYN | KNOWS_ACK)) != (SENT_SYN | KNOWS_ACK) || peer->rcv_nxt - me->isn - 1 > UINT16_MAX
        || !(client & (1u << peer->likely)))
        return;
    peer->after = client;
    tcpstate_derive_state(peer);
}

/* The other acknowledges a FIN that was in doubt. */
static void confirm_fin(struct tcpstate_endpoint *peer)
{
    peer->after = closed_from(peer->after) | (peer->after & (WAITS_FOR_ACK_OF_FIN | TCPSTATE_IN(FIN_WAIT_2)));
    stand(peer, tcpstate_next((enum tcpstate_state)peer->likely, TCPSTATE_SENDS_FIN));
}

/* Where it would be if the FIN that it acknowledged had never come. */
static tcpstate_set without_fin(tcpstate_set set)
{
    return (tcpstate_set)((set & TCPSTATE_IN(CLOSE_WAIT) ? TCPSTATE_IN(ESTABLISHED) : 0)
                          | (set & (TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK)) ? TCPSTATE_IN(FIN_WAIT_1) : 0)
                          | (set & TCPSTATE_IN(TIME_WAIT) ? TCPSTATE_IN(FIN_WAIT_2) : 0));
}

/* What was taken for its FIN was none, or this is not its data. */
static void withdraw_fin(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer, bool closes)
{
    me->after |= closes ? tcpstate_next_of(SENDS_NEW_DATA, TCPSTATE_SENDS_FIN) : SENDS_NEW_DATA;
    me->likely = closes ? TCPSTATE_FIN_WAIT_1 : TCPSTATE_ESTABLISHED;
    me->pending &= (uint8_t)~BIT(TCPSTATE_GETS_ACK_OF_FIN);
    tcpstate_derive_state(me);
    peer->doubtful |= peer->pending & BIT(TCPSTATE_GETS_FIN);
    peer->pending &= (uint8_t)~BIT(TCPSTATE_GETS_FIN);
    tcpstate_may_be(peer, without_fin(peer->after));
}

/* What the other sent before it had the FIN may meet a socket that is gone. */
static void expose_closer(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if ((judgement->is & (HAS_FIN | HAS_ACK)) != (HAS_FIN | HAS_ACK) || !(peer->known & KNOWS_SEQ)
        || !seq_gt(peer->snd_max, segment->ack) || !(me->after & (TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(FIN_WAIT_2))))
        return;
    me->doubtful |= BIT(TCPSTATE_GETS_RST_AS_OPENER);
    tcpstate_derive_state(me);
}

void tcpstate_move(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct judgement *judgement, struct departure *departure)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    *departure = (struct departure){ 0 };
    move_sender(me, segment, judgement, departure);
    expose_closer(me, peer, segment, judgement);
    learn_of_unseen(peer, judgement);
    prove_client(me, peer, judgement);
    if (judgement->is & CONFIRMS_FIN)
        confirm_fin(peer);
    if (judgement->is & WITHDRAWS_FIN)
        withdraw_fin(me, peer, judgement->is & HAS_FIN);
    move_receiver(connection, me, peer, segment, judgement);
    suspect_unseen_fin(me, peer, judgement);
    clear_of_fin(me, peer);
    if (judgement->is & ANOTHERS_NUMBERS) /* its receiver may be in that other connection, too */
        tcpstate_may_be(peer, ALIVE | NOBODY_THERE | ((judgement->is & HAS_SYN) ? TCPSTATE_IN(SYN_SENT) : 0));
}
