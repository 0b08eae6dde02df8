/* connection.c - what a passer-by remembers, and how one segment moves it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way of a segment that takes no shortcut (shortcuts.c): who is who? has
 * TIME_WAIT run out? is it a copy?  Then judge it (evidence.c), move its sender
 * by what it proves (move.c), name the step (steps.c), remember its numbers
 * (remember.c), move its receiver by what arrives (move.c) and draw the
 * conclusions (conclude.c).
 */
#include <stddef.h>
#include <string.h>

#include "internal.h"
#include "sighting.h"

static bool is_inferred(const struct tcpstate_endpoint *end)
{
    return end->state != TCPSTATE_UNKNOWN
           && (end->state != end->proven || (end->known & (GUESSED | DOUBTED | SENT_UNSEEN | HEARD_UNSEEN)));
}

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
    } else if (connection->client < 0 && segment->server_hint >= 0) {
        connection->client = (int8_t)!(segment->server_hint & 1);
        connection->facts |= TCPSTATE_CONNECTION_ROLES_GUESSED;
    }
}

/* The 2 MSL of TIME_WAIT end without a segment (RFC 9293 section 3.6.1). */
static void expire(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   int64_t two_msl)
{
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        if (end->state != TCPSTATE_TIME_WAIT || segment->time - connection->time_wait_since <= two_msl)
            continue;
        end->proven = (uint8_t)tcpstate_next(TCPSTATE_TIME_WAIT, TCPSTATE_WAITS_2MSL);
        end->pending = 0;
        end->known |= DOUBTED | EXPIRED;
        tcpstate_settle(end);
    }
}

void tcpstate_observe_unreachable(struct tcpstate_connection *connection,
                                  const struct tcpstate_segment *segment,
                                  struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];

    *observation = (struct tcpstate_observation){ .client = connection->client };
    observation->stayed[0] = observation->stayed[1] = observation->reset_after = observation->repeats_after = -1;
    for (int i = 0; i < 2; i++) {
        observation->ends[i].before = observation->ends[i].after = connection->ends[i].state;
        observation->ends[i].before_inferred = observation->ends[i].after_inferred =
            is_inferred(&connection->ends[i]);
    }
    if (me->state != TCPSTATE_SYN_SENT || !(me->known & KNOWS_ISN) || segment->seq != me->isn)
        return;
    /* Linux gives the attempt up then; RFC 9293 lets it go on for some errors. */
    struct tcpstate_endpoint *sender = &connection->ends[segment->from & 1];
    sender->known |= DOUBTED;
    observation->ends[segment->from & 1].after_inferred = true;
    /* The SYN did not arrive, so whoever was to receive it has not moved. */
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_SETTLED;
    if (peer->proven == TCPSTATE_UNKNOWN) {
        peer->pending = 0;
        tcpstate_settle(peer);
    }
    observation->ends[!(segment->from & 1)].after = peer->state;
    observation->ends[!(segment->from & 1)].after_inferred = is_inferred(peer);
    observation->step = TCPSTATE_STEP_UNREACHABLE;
    observation->answers = connection->milestones[TCPSTATE_MILESTONE_SYN];
    observation->changed = true;
    if (connection->end == TCPSTATE_ENDING_NONE) {
        connection->end = TCPSTATE_ENDING_UNREACHABLE;
        observation->over = true;
    }
}

/* Data or a plain ACK between two ends that are both proven to be ESTABLISHED
 * and have both spoken.  The general way would find no step and move nothing;
 * this is the same answer, sooner. */
static bool is_plain(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];

    return (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK))
               == TCPSTATE_FLAG_ACK
           && a->proven == TCPSTATE_ESTABLISHED && b->proven == TCPSTATE_ESTABLISHED
           && (a->pending | b->pending) == 0 && ((a->known | b->known) & UNSETTLED) == 0
           && (segment->options & (TCPSTATE_OPTION_MP_DATA_FIN | TCPSTATE_OPTION_MP_FASTCLOSE)) == 0
           && !tcpstate_shows_unseen(connection, segment)
           && (a->keep_alives | b->keep_alives) == 0
           && !tcpstate_is_keep_alive(&connection->ends[segment->from & 1], segment)
           && (a->known & b->known & SPOKEN) == SPOKEN;
}

static void take_plain(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct evidence evidence = { .is = HAS_ACK };

    tcpstate_remember(connection, segment, &evidence);
    if (segment->ttl != 0)
        connection->ends[segment->from & 1].ttl = segment->ttl;
}

static void judge_and_move(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                           int64_t two_msl, struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    struct evidence evidence;
    bool first = !(connection->facts & TCPSTATE_CONNECTION_BEGAN);

    /* What was shown last, to tell whether there is anything to remember. */
    struct { uint8_t state; bool inferred; } shown[2];
    for (int i = 0; i < 2; i++) {
        shown[i].state = connection->ends[i].state;
        shown[i].inferred = is_inferred(&connection->ends[i]);
    }
    *observation = (struct tcpstate_observation){ 0 };
    expire(connection, segment, two_msl);
    enum tcpstate_state peer_was = first ? tcpstate_begin(connection, segment) : TCPSTATE_UNKNOWN;
    uint32_t digest = tcpstate_digest(segment);
    observation->copy = tcpstate_is_copy(me, segment, digest);
    if (!first && !observation->copy && tcpstate_reopened_unseen(connection, segment)) {
        tcpstate_forget(me);
        tcpstate_forget(peer);
        memset(connection->milestones, 0, sizeof connection->milestones);
        connection->client = connection->active_closer = connection->ended_by = -1;
        connection->end = TCPSTATE_ENDING_NONE;
        connection->facts = TCPSTATE_CONNECTION_BEGAN | TCPSTATE_CONNECTION_MIDSTREAM;
    }
    learn_roles(connection, segment);
    observation->client = connection->client;
    observation->roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED;
    for (int i = 0; i < 2; i++) {
        observation->ends[i].before = observation->ends[i].after = connection->ends[i].state;
        observation->ends[i].before_inferred = observation->ends[i].after_inferred =
            is_inferred(&connection->ends[i]);
        observation->changed |= observation->ends[i].after != shown[i].state
                                || observation->ends[i].after_inferred != shown[i].inferred;
    }
    if (peer_was != TCPSTATE_UNKNOWN) {
        /* What it was before it begins anew is still worth showing. */
        observation->ends[!(segment->from & 1)].before = (uint8_t)peer_was;
        observation->ends[!(segment->from & 1)].before_inferred = true;
    }
    observation->stayed[0] = observation->stayed[1] = observation->reset_after = observation->repeats_after = -1;
    connection->moments[TCPSTATE_MOMENT_LAST] = segment->time;
    if (connection->moments[TCPSTATE_MOMENT_FIRST] == TCPSTATE_NO_TIME)
        connection->moments[TCPSTATE_MOMENT_FIRST] = segment->time;
    if (observation->copy) {
        /* Where the first sighting was a step, say why this one is none;
         * copies of plain data are not worth remembering. */
        if (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)) {
            observation->step = TCPSTATE_STEP_COPY;
            observation->answers = tcpstate_is_sighting(&me->last, segment, digest) ? me->last.frame : me->marked.frame;
            observation->changed = true;
        }
        return;
    }
    int64_t last_time = me->last.frame != 0 ? me->last.time : TCPSTATE_NO_TIME;
    uint32_t answered = peer->last.frame;
    bool answers_last = answered != 0
                        && ((segment->flags & TCPSTATE_FLAG_ACK)
                                ? (peer->known & KNOWS_SEQ) && seq_ge(segment->ack, peer->max)
                                : segment->seq == peer->last_ack);
    tcpstate_sight(me, segment, digest);
    if (is_plain(connection, segment) && !(connection->facts & TCPSTATE_CONNECTION_RESTORED)) {
        take_plain(connection, segment);
        return;
    }

    enum tcpstate_state receiver_was = (enum tcpstate_state)peer->state;
    const uint8_t proven_was[2] = { connection->ends[0].proven, connection->ends[1].proven };
    const uint8_t state_was[2] = { connection->ends[0].state, connection->ends[1].state };
    bool corrected, in_flight;
    tcpstate_confirm(connection, segment);
    tcpstate_judge(connection, segment, &evidence);
    observation->reset_number = evidence.reset_number;
    observation->reset_ttl_differs = (evidence.is & HAS_RST) && me->ttl != 0 && segment->ttl != 0
                                     && me->ttl != segment->ttl;
    if (!(evidence.is & HAS_RST) && segment->ttl != 0)
        me->ttl = segment->ttl;

    bool keep_alive = tcpstate_is_keep_alive(me, segment);
    enum tcpstate_state departure = tcpstate_move_sender(me, segment, &evidence, &corrected, &in_flight);
    observation->step = tcpstate_classify(evidence.is, departure, receiver_was);
    bool answered_already = !(evidence.is & UNACCEPTABLE) && tcpstate_is_acknowledged_fin(me, peer, segment);
    tcpstate_remember(connection, segment, &evidence);
    tcpstate_move_receiver(connection, segment, &evidence);
    if (answered_already) {
        /* The answer was on its way to it all along. */
        me->pending |= BIT(TCPSTATE_GETS_ACK_OF_FIN) | BIT(TCPSTATE_GETS_FIN);
        tcpstate_settle(me);
        connection->time_wait_since = segment->time;
    }
    tcpstate_check(connection, segment, observation);
    tcpstate_link(connection, segment, &evidence, observation);
    tcpstate_count_keep_alives(connection, segment, observation, keep_alive);
    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == TCPSTATE_FLAG_SYN && me->syns < UINT16_MAX)
        me->syns++;
    tcpstate_keep_time(connection, segment, observation->step);
    tcpstate_finish(connection, segment, &evidence, observation);
    if (evidence.is & HAS_RST) {
        if (last_time != TCPSTATE_NO_TIME && segment->time >= last_time)
            observation->reset_after = segment->time - last_time;
        if (answers_last && observation->answers == 0)
            observation->answers = answered;
    }

    /* Where they stood before.  What the segment shows to have been otherwise
     * than we inferred is corrected; where its sender was moved on by
     * something still in flight, its own move is the state it left. */
    int from = segment->from & 1;
    if (in_flight)
        observation->ends[from].before = me->proven;
    else if (corrected)
        observation->ends[from].before = (uint8_t)departure;
    if (in_flight || corrected)
        observation->ends[from].before_inferred = false;
    if (first) {
        bool syn = (evidence.is & (HAS_SYN | HAS_FIN | HAS_RST)) == HAS_SYN;
        bool ack = evidence.is & HAS_ACK;
        for (int i = 0; i < 2; i++) {
            if (!syn || observation->ends[i].before != TCPSTATE_UNKNOWN)
                continue;
            /* RFC 9293 figure 6: one end CLOSED, the other listening; and
             * before a SYN,ACK, what it answers. */
            if (i == from)
                observation->ends[i].before = ack ? TCPSTATE_LISTEN : TCPSTATE_CLOSED;
            else
                observation->ends[i].before = ack ? TCPSTATE_SYN_SENT : TCPSTATE_LISTEN;
            observation->ends[i].before_inferred = true;
        }
    }
    if (observation->step == TCPSTATE_STEP_REFUSED) {
        /* Refused: nobody had been listening. */
        observation->ends[from].before = TCPSTATE_CLOSED;
        observation->ends[from].before_inferred = true;
    }
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        bool inferred = is_inferred(end);
        if (end->state == TCPSTATE_TIME_WAIT && state_was[i] != TCPSTATE_TIME_WAIT)
            connection->time_wait_since = segment->time;
        bool never_left = i == from && corrected && end->state == proven_was[i];
        /* It left a state that we did not believe it to be in: since when is not known. */
        bool other_than_believed = i == from && corrected && departure != proven_was[i];
        /* Where the capture begins midway nobody saw it enter the state that it is met in:
         * what would have taken it there may have been sent before, or now only again. */
        bool met = observation->ends[i].before == TCPSTATE_UNKNOWN
                   && (inferred || !(segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)));
        int64_t entered = met ? TCPSTATE_NO_TIME : segment->time;
        if (end->proven != proven_was[i])
            end->proven_since = end->proven == state_was[i] ? end->since : entered;
        if (never_left) {
            end->since = end->proven_since;
        } else if (observation->ends[i].before != end->state) {
            if (end->since != TCPSTATE_NO_TIME && segment->time >= end->since && !(i == from && in_flight)
                && !other_than_believed)
                observation->stayed[i] = segment->time - end->since;
            end->since = entered;
        }
        observation->changed |= end->state != shown[i].state || inferred != shown[i].inferred;
        observation->ends[i].after = end->state;
        observation->ends[i].after_inferred = inferred;
    }
    if (observation->step != TCPSTATE_STEP_NONE || (connection->facts & TCPSTATE_CONNECTION_RESTORED))
        observation->changed = true;
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_RESTORED;
    /* What is not remembered is told alike when it is new: a segment after
     * which both stand where they stood moved nobody. */
    for (int i = 0; i < 2 && !observation->changed; i++) {
        observation->ends[i].before = observation->ends[i].after;
        observation->ends[i].before_inferred = observation->ends[i].after_inferred;
    }
}

void tcpstate_observe(struct tcpstate_connection *connection,
                      const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation)
{
    if (!tcpstate_take_next(connection, segment, observation)
        && !tcpstate_take_line(connection, segment, two_msl, observation))
        tcpstate_observe_in_general(connection, segment, two_msl, observation);
    tcpstate_account(connection, segment, observation);
}

void tcpstate_observe_in_general(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                 int64_t two_msl, struct tcpstate_observation *observation)
{
    judge_and_move(connection, segment, two_msl, observation);
    tcpstate_settle_connection(connection);
}
