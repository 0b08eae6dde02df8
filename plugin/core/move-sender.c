/* move-sender.c - how a segment moves its sender: by what is proven.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only some states can send such a segment; those that cannot are taken away, and the others moved as sending it does.
 * Where it may be another's, recorded late, or of no use here, exceptions[] and tcpstate_move_sender() say what it leaves.
 */
#include "evidence.h"

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
        const enum tcpstate_state guess = tcpstate_replay((enum tcpstate_state)me->likely, arrived[i]);
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

    me->after = tcpstate_reach(acked ? TCPSTATE_IN(CLOSING) : TCPSTATE_IN(FIN_WAIT_1), BIT(TCPSTATE_GETS_ACK_OF_FIN));
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
           && !(tcpstate_reach((tcpstate_set)(1u << me->state), judgement->had | judgement->unseen) & (1u << departure));
}

/* The states in which it can have sent this: those that it may have been in, by what
 * may have arrived; and those in which the capture lacks a FIN of its own. */
static tcpstate_set can_have_sent(const struct tcpstate_endpoint *me, const struct judgement *judgement)
{
    const uint8_t had = me->pending | me->doubtful | judgement->unseen | judgement->had;
    const bool fin = judgement->is & HAS_FIN;
    tcpstate_set can = tcpstate_reach(me->after, had);

    /* A FIN after a pause, or behind a hole, may be sent again, although the first was not captured. */
    const bool perhaps_again = (judgement->is & AFTER_A_PAUSE) || !(judgement->is & IN_ORDER) || (me->known & MAY_REPEAT);
    if ((fin && perhaps_again) || (judgement->is & SKIPS_UNSEEN_FIN))
        can |= tcpstate_reach(tcpstate_next_of(can & SENDS_A_FIN, TCPSTATE_SENDS_FIN), had);
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
    if ((me->pending | me->doubtful) != 0 && !tcpstate_moves_any(me->after, me->pending | me->doubtful))
        me->pending = me->doubtful = 0; /* it is past all of them */
}

/* Where it may stand, too: where it stood, if another may have sent this, or it may have
 * been overtaken; for a FIN, whatever became of it then. */
static tcpstate_set may_stand_too(tcpstate_set was, const struct judgement *judgement, bool moved)
{
    tcpstate_set too = 0;

    if ((judgement->is & (ANOTHERS_NUMBERS | HAS_SYN)) == ANOTHERS_NUMBERS)
        too |= ALIVE; /* of a connection that the capture lacks */
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

void tcpstate_move_sender(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
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
