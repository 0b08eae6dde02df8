/* connection.c - one segment taken in by one connection, or opening the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Does it open a new incarnation of its four-tuple (incarnation.c)?  Who is
 * who, has TIME_WAIT run out, is it a copy (copy.c)?  Then it is judged once (judge.c); its
 * numbers are remembered (remember.c), sender and receiver are moved (move.c), the
 * step is named (steps.c), the conclusions are drawn (conclude.c), and where both ends
 * stand is shown (standing.c).
 */
#include <string.h>

#include "evidence.h"

_Static_assert(TCPSTATE_STATES <= 16, "a state has room in 4 bits, a set of states in 16");
_Static_assert(TCPSTATE_GETS_RST_AS_OPENER < 8, "arrivals are a set of 8 bits");
_Static_assert(TCPSTATE_STEPS <= 256, "a step has room in 8 bits");

bool tcpstate_isn(const struct tcpstate_connection *connection, int endpoint, uint32_t *isn)
{
    const struct tcpstate_endpoint *end = &connection->ends[endpoint & 1];

    *isn = end->isn;
    return end->known & KNOWS_ISN;
}

/* Who is the client: the sender of the first SYN, or whoever is answered by a
 * SYN,ACK.  A port is a hint, never a proof. */
static void learn_roles(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    bool guessed = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED;

    if (connection->client >= 0 && !guessed)
        return;
    if ((segment->flags & TCPSTATE_FLAG_SYN) && !(segment->flags & (TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN))) {
        bool answer = segment->flags & TCPSTATE_FLAG_ACK;
        connection->client = (int8_t)(answer ? !(segment->from & 1) : segment->from & 1);
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_ROLES_GUESSED;
    } else if (segment->server_hint >= 0) {
        connection->client = (int8_t)!(segment->server_hint & 1);
        connection->facts |= TCPSTATE_CONNECTION_ROLES_GUESSED;
    }
}

/* The 2 MSL of TIME_WAIT end without a segment (RFC 9293 section 3.6.1).  Whether they have. */
static bool expire(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, int64_t two_msl)
{
    bool expired = false;

    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        if (end->state != TCPSTATE_TIME_WAIT || segment->time - connection->time_wait_since <= two_msl)
            continue;
        tcpstate_leave_in(end, end->may | TCPSTATE_IN(CLOSED), tcpstate_next(TCPSTATE_TIME_WAIT, TCPSTATE_WAITS_2MSL));
        end->known |= EXPIRED;
        expired = true;
    }
    return expired;
}

static void conclude(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct judgement *judgement, bool is_keep_alive, struct tcpstate_observation *observation)
{
    tcpstate_check(connection, segment, observation);
    tcpstate_link(connection, segment, judgement, observation);
    tcpstate_count_keep_alives(connection, segment, observation, is_keep_alive);
    tcpstate_keep_time(connection, segment, observation->step);
    tcpstate_finish(connection, segment, judgement, observation);
}

/* What a RST came after: its sender's last segment, and the segment that it answers. */
static void tell_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                       const struct tcpstate_segment *segment, struct tcpstate_observation *observation)
{
    if (me->last.frame != 0 && segment->time >= me->last.time)
        observation->reset_after = segment->time - me->last.time;
    observation->reset_ttl_differs = me->ttl != 0 && segment->ttl != 0 && me->ttl != segment->ttl;
    if ((segment->flags & TCPSTATE_FLAG_ACK) ? (peer->known & KNOWS_SEQ) && seq_ge(segment->ack, peer->snd_max)
                                             : segment->seq == peer->last_ack)
        observation->answers = peer->last.frame;
}

/* A FIN was recorded behind what answers it: that was on its way to its sender all along. */
static void take_earlier_answer(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];

    me->pending |= BIT(TCPSTATE_GETS_ACK_OF_FIN) | BIT(TCPSTATE_GETS_FIN);
    me->known &= ~(uint32_t)ACK_OF_FIN_CARRIED; /* what it carries, the other need not have had to acknowledge it */
    tcpstate_derive_state(me);
    connection->time_wait_since = segment->time;
    if (peer->last.frame != peer->last_control.frame || covers_fin(peer, segment)) /* which was the first then */
        return;
    /* By the other's FIN: that was the second. */
    peer->known |= ACK_OF_FIN_CARRIED;
    peer->carried_to = peer->fin + 1;
    connection->active_closer = (int8_t)from;
    connection->facts |= TCPSTATE_CONNECTION_THREE_SEGMENTS;
}

/* judge; remember; move; classify; conclude. */
static void take_in(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, uint32_t digest,
                    bool first, struct tcpstate_observation *observation)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];
    const struct was was[2] = { { connection->ends[0].state, connection->ends[0].likely },
                                { connection->ends[1].state, connection->ends[1].likely } };
    const bool is_keep_alive = tcpstate_is_keep_alive(me, peer, segment);
    const bool answered_already = tcpstate_is_acknowledged_fin(me, peer, segment);
    const enum tcpstate_state receiver = (enum tcpstate_state)peer->state;
    struct judgement judgement;
    struct departure departure;

    me->known &= ~(uint32_t)AS_SENT;
    peer->known &= ~(uint32_t)AS_SENT;
    tcpstate_judge(connection, segment, &judgement);
    observation->reset_number = (enum tcpstate_reset_number)judgement.reset_number;
    if (segment->flags & TCPSTATE_FLAG_RST)
        tell_reset(me, peer, segment, observation);
    const uint32_t answered = observation->answers;
    tcpstate_keep_sighting(me, segment, digest);
    tcpstate_remember(connection, segment, &judgement);
    tcpstate_move(connection, segment, &judgement, &departure);
    /* A SYN of other numbers may be from long ago; what comes next will tell. */
    if (first && (connection->facts & TCPSTATE_CONNECTION_REUSED))
        tcpstate_may_be(me, NOBODY_THERE);
    if (answered_already && !(judgement.is & UNACCEPTABLE))
        take_earlier_answer(connection, segment);
    const conditions is = judgement.is | (departure.closes_first_or_not ? GUESSES : 0);
    observation->step = tcpstate_classify(is, departure.state, receiver);
    conclude(connection, segment, &judgement, is_keep_alive, observation);
    if (observation->answers == 0)
        observation->answers = answered;
    tcpstate_show_departure(&departure, (enum tcpstate_state)me->state, &observation->ends[from]);
    if (first)
        tcpstate_show_before_first(segment, observation);
    if (observation->step == TCPSTATE_STEP_REFUSED) {
        observation->ends[from].before = TCPSTATE_CLOSED; /* nobody had been listening */
        observation->ends[from].before_inferred = true;
    }
    /* What it sent shows where it was then, whatever is on its way to it. */
    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN)) && departure.certain && me->state == departure.own)
        me->known |= AS_SENT;
    tcpstate_keep_in_mind(connection, segment, &judgement);
    tcpstate_show_ends(connection, was, segment, &departure, observation);
}

/* `moved`: its states are not those that were told last. */
static void observe(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                    const struct tcpstate_segment *segment, uint32_t digest, bool copy, bool moved,
                    struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    const bool first = !(connection->facts & TCPSTATE_CONNECTION_BEGAN);
    enum tcpstate_state peer_was = first ? tcpstate_begin(connection, before, segment) : TCPSTATE_UNKNOWN;
    const int8_t client = connection->client;
    learn_roles(connection, segment);
    moved |= connection->client != client || (connection->facts & TCPSTATE_CONNECTION_RESTORED);
    if (copy) { /* the other end's last step is not the last thing that was seen any more */
        moved |= peer->known & AS_SENT;
        peer->known &= ~(uint32_t)AS_SENT;
    }
    tcpstate_begin_observation(connection, observation);
    const struct tcpstate_standing shown[2] = { observation->ends[0], observation->ends[1] };
    if (peer_was != TCPSTATE_UNKNOWN) {
        /* What it was before it begins anew is still worth showing. */
        observation->ends[!(segment->from & 1)].before = (uint8_t)peer_was;
        observation->ends[!(segment->from & 1)].before_inferred = true;
    }
    connection->moments[TCPSTATE_MOMENT_LAST] = segment->time;
    if (connection->moments[TCPSTATE_MOMENT_FIRST] == TCPSTATE_NO_TIME)
        connection->moments[TCPSTATE_MOMENT_FIRST] = segment->time;
    if (copy)
        tcpstate_take_copy(connection, segment, digest, observation);
    else
        take_in(connection, segment, digest, first, observation);
    for (int i = 0; i < 2; i++)
        observation->changed |= observation->ends[i].after != shown[i].after
                                || observation->ends[i].after_inferred != shown[i].after_inferred;
    observation->changed |= moved || observation->step != TCPSTATE_STEP_NONE;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_RESTORED;
    /* What is not remembered is told alike when it is new: a segment after
     * which both stand where they stood moved nobody. */
    for (int i = 0; i < 2 && !observation->changed; i++) {
        observation->ends[i].before = observation->ends[i].after;
        observation->ends[i].before_inferred = observation->ends[i].after_inferred;
    }
    tcpstate_check_fast_path(connection);
}

/* Its sender may have given the old connection up, and what comes of that is late. */
static void contest(struct tcpstate_connection *old, const struct tcpstate_segment *segment)
{
    struct tcpstate_endpoint *me = &old->ends[segment->from & 1], *peer = &old->ends[!(segment->from & 1)];

    me->known &= ~(uint32_t)AS_SENT;
    if (!tcpstate_suspect_new_beginning(me, peer))
        me->known |= DISPUTED;
    me->last_control = (struct tcpstate_sighting){ .digest = tcpstate_digest(segment), .frame = segment->frame,
                                                   .time = segment->time };
    peer->known &= ~(uint32_t)AS_SENT;
    tcpstate_may_be(me, NOBODY_THERE | TCPSTATE_IN(SYN_SENT));
    old->facts = (uint16_t)((old->facts | TCPSTATE_CONNECTION_RESTORED) & ~TCPSTATE_CONNECTION_FAST_PATH);
}

void tcpstate_take_slow_path(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                             struct tcpstate_connection *next, const struct tcpstate_segment *segment,
                             int64_t two_msl, struct tcpstate_observation *observation)
{
    const uint32_t digest = tcpstate_digest(segment);

    if (before) {
        tcpstate_restore(latest, before, segment);
        tcpstate_hold_the_one_before(latest, before, segment);
    }
    const bool expired = expire(latest, segment, two_msl);
    const bool copy = tcpstate_is_seen_again(latest, segment, digest);
    if (!copy) {
        if (latest->stale_frame != 0) {
            tcpstate_count_the_second_syn_ack(latest, segment);
            tcpstate_count_the_second_syn(latest, segment);
        }
        if (latest->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)
            tcpstate_leave_own_attempt(latest, segment);
        if (before)
            tcpstate_other_left_the_one_before(latest, before, segment);
    }
    if (!copy && tcpstate_opens_new_connection(latest, segment)) {
        tcpstate_connection_begin(next);
        observe(next, latest, segment, digest, false, true, observation);
        observation->incarnation = TCPSTATE_INCARNATION_NEXT;
        if (next->facts & TCPSTATE_CONNECTION_CONTESTED)
            contest(latest, segment);
        return;
    }
    observe(latest, NULL, segment, digest, copy, expired, observation);
}
