/* connection.c - what a passer-by remembers, and how one segment moves it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way of a segment: is it a copy? who is who? has TIME_WAIT run out?
 * then judge it (evidence.c), move its sender by what it proves, remember its
 * numbers, move its receiver by what arrives, and name the step (steps.c).
 */
#include <stddef.h>
#include <string.h>

#include "evidence.h"

#define BIT(event) ((uint8_t)(1u << (event)))

/* Two sightings of one segment by a capture that sees it twice (a SPAN port,
 * both sides of a router, a loopback) lie closer together than this; a host's
 * shortest retransmission timer is 200 ms (Linux) and RFC 6298 wants 1 s. */
#define COPY_TIME INT64_C(2000000)

/* A window field that was never scaled by a known factor may mean this much
 * (RFC 7323 section 2.3). */
#define UNKNOWN_SCALE 14

static enum tcpstate_state replay(enum tcpstate_state state, uint8_t pending)
{
    for (int event = 0; pending != 0; event++, pending >>= 1)
        if (pending & 1)
            state = tcpstate_next(state, (enum tcpstate_event)event);
    return state;
}

static void settle(struct tcpstate_endpoint *end)
{
    end->state = (uint8_t)replay((enum tcpstate_state)end->proven, end->pending);
}

static bool is_inferred(const struct tcpstate_endpoint *end)
{
    return end->state != TCPSTATE_UNKNOWN && (end->state != end->proven || (end->known & GUESSED));
}

static void forget(struct tcpstate_endpoint *end)
{
    *end = (struct tcpstate_endpoint){ .state = TCPSTATE_UNKNOWN, .proven = TCPSTATE_UNKNOWN };
}

void tcpstate_connection_begin(struct tcpstate_connection *connection,
                               const struct tcpstate_connection *before)
{
    *connection = (struct tcpstate_connection){ .client = -1, .active_closer = -1 };
    if (before) {
        memcpy(connection->ends, before->ends, sizeof connection->ends);
        connection->facts = TCPSTATE_CONNECTION_REUSED;
        connection->time_wait_since = before->time_wait_since;
    } else {
        forget(&connection->ends[0]);
        forget(&connection->ends[1]);
    }
}

bool tcpstate_opens_new_connection(const struct tcpstate_connection *connection,
                                   const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_FIN))
        != TCPSTATE_FLAG_SYN)
        return false;
    if ((me->known & KNOWS_ISN) && segment->seq == me->isn)
        return false; /* the very SYN that opened it */
    if (!(me->known & SENT_SYN) && (me->known & KNOWS_ISN) == 0 && (peer->known & SENT_SYN)
        && !(peer->known & SENT_SYN_ACK) && me->state == TCPSTATE_SYN_RCVD)
        return false; /* the other half of a simultaneous open */
    if ((segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS)
        && seq_lt(segment->ts_val, me->ts_val))
        return false; /* older than what it sent last (RFC 7323 section 5) */
    if (me->proven == TCPSTATE_SYN_SENT && seq_lt(segment->seq, me->isn))
        return false; /* older than the SYN that waits for its answer */
    return true;
}

bool tcpstate_isn(const struct tcpstate_connection *connection, int endpoint, uint32_t *isn)
{
    const struct tcpstate_endpoint *end = &connection->ends[endpoint & 1];

    *isn = end->isn;
    return end->known & KNOWS_ISN;
}

/* The same bytes at once: a copy that the capture made. */
static bool is_copy(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (me->known & KNOWS_SEQ) && me->last.frame != 0 && me->last.seq == segment->seq
           && me->last.ack == segment->ack && me->last.flags == segment->flags
           && me->last.checksum == segment->checksum && me->last.ip_id == segment->ip_id
           && segment->time - me->last.time < COPY_TIME && segment->time >= me->last.time
           && (segment->ip_id != 0 || segment->payload > 0
               || (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)));
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
        connection->facts &= (uint8_t)~TCPSTATE_CONNECTION_ROLES_GUESSED;
    } else if (connection->client < 0 && segment->server_hint >= 0) {
        connection->client = (int8_t)!(segment->server_hint & 1);
        connection->facts |= TCPSTATE_CONNECTION_ROLES_GUESSED;
    }
}

/* The first segment of a connection, or of its new life. */
static void begin(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    connection->facts |= TCPSTATE_CONNECTION_BEGAN;
    if (connection->facts & TCPSTATE_CONNECTION_REUSED) {
        /* The sender has begun anew; the other end may still be in the old
         * connection, or be rid of it. */
        bool newer = (peer->state == TCPSTATE_TIME_WAIT && (me->known & KNOWS_SEQ)
                      && (seq_gt(segment->seq, me->max)
                          || ((segment->options & TCPSTATE_OPTION_TIMESTAMPS)
                              && (me->known & SENT_TIMESTAMPS)
                              && seq_gt(segment->ts_val, me->ts_val))));
        bool holds = peer->state >= TCPSTATE_ESTABLISHED && peer->state < TCPSTATE_UNKNOWN && !newer;
        forget(me);
        if (!holds) {
            /* What it was before it begins anew is still worth showing. */
            enum tcpstate_state was = (enum tcpstate_state)peer->state;
            forget(peer);
            if (was == TCPSTATE_TIME_WAIT || was == TCPSTATE_LISTEN || was == TCPSTATE_CLOSED)
                peer->state = (uint8_t)was;
        } else if (peer->state == TCPSTATE_TIME_WAIT) {
            settle(peer);
        }
        return;
    }
    if (!(segment->flags & TCPSTATE_FLAG_SYN)) {
        connection->facts |= TCPSTATE_CONNECTION_MIDSTREAM;
        me->known |= GUESSED;
        peer->known |= GUESSED;
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
        end->known |= GUESSED;
        settle(end);
    }
}

/* Move the sender.  Returns where it stood when it sent the segment;
 * `in_flight` tells that something it did not know of yet moves it on. */
static enum tcpstate_state move_sender(struct tcpstate_endpoint *me,
                                       const struct tcpstate_segment *segment,
                                       const struct evidence *evidence, bool *corrected,
                                       bool *in_flight)
{
    enum tcpstate_state departure = (enum tcpstate_state)me->proven;
    uint8_t remaining = me->pending & (uint8_t)~(evidence->shown | evidence->contradicted);
    uint8_t shown = evidence->shown;

    /* A reset is shown only by one that begins again after it. */
    if (!(me->pending & (BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER))))
        shown &= (uint8_t)~BIT(TCPSTATE_GETS_RST);
    else if (shown & BIT(TCPSTATE_GETS_RST)) {
        departure = TCPSTATE_LISTEN;
        remaining = 0;
        shown = 0;
    }
    *corrected = (me->pending & evidence->contradicted) != 0;
    departure = replay(departure, shown);

    enum tcpstate_state after = departure;
    if ((evidence->is & (HAS_SYN | HAS_RST)) == HAS_SYN && !(evidence->is & HAS_FIN)) {
        if (!(evidence->is & STALE))
            after = tcpstate_next(after, (evidence->is & HAS_ACK) ? TCPSTATE_SENDS_SYN_ACK
                                                                  : TCPSTATE_SENDS_SYN);
    } else if ((evidence->is & HAS_RST) && !(evidence->is & HAS_SYN)) {
        if (!(evidence->is & FOREIGN)) {
            after = tcpstate_next(after, TCPSTATE_SENDS_RST);
            remaining = 0;
        }
    } else if ((evidence->is & HAS_ACK) && !(evidence->is & HAS_SYN)) {
        after = tcpstate_next(after, TCPSTATE_SENDS_ACK);
        /* Data midway: it was sent in ESTABLISHED or in CLOSE_WAIT.  The
         * former is what it mostly is; it stays marked as a guess. */
        if (after == TCPSTATE_UNKNOWN && (me->known & GUESSED) && segment->payload > 0)
            after = TCPSTATE_ESTABLISHED;
        if (evidence->is & HAS_FIN)
            after = tcpstate_next(after, TCPSTATE_SENDS_FIN);
    }
    me->proven = (uint8_t)after;
    me->pending = remaining;
    settle(me);
    *in_flight = remaining != 0 && after != departure && me->state != after;
    return departure;
}

/* Take `next` as seen from `me`, keeping at most one range behind a hole.
 * Where there are more holes the older range is forgotten; the receiver's
 * acknowledgment fills them all in the end. */
static void extend(struct tcpstate_endpoint *me, uint32_t seq, uint32_t next)
{
    if (!(me->known & KNOWS_SEQ)) {
        me->known |= KNOWS_SEQ;
        me->nxt = me->max = me->island = next;
        return;
    }
    bool has_island = me->island != me->max;
    if (seq_le(seq, me->nxt)) {
        if (seq_gt(next, me->nxt))
            me->nxt = next;
        if (has_island && seq_ge(me->nxt, me->island) && seq_lt(me->nxt, me->max))
            me->nxt = me->max;
    } else if (!has_island || seq_gt(seq, me->max)) {
        me->island = seq;
        if (seq_gt(next, me->max))
            me->max = next;
        return;
    }
    if (seq_gt(next, me->max)) {
        me->max = next;
        if (!has_island)
            me->island = next;
    }
    if (me->nxt == me->max)
        me->island = me->max;
}

/* Remember the segment's numbers. */
static void remember(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct evidence *evidence)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t flags = segment->flags;
    uint32_t next = tcpstate_segment_next(segment);
    bool syn = flags & TCPSTATE_FLAG_SYN;

    if (syn && !(evidence->is & STALE)) {
        if (!(me->known & KNOWS_ISN) || me->isn != segment->seq) {
            uint32_t kept = me->known & (KNOWS_ACK | PROVOKED | SENT_SYN | SENT_RST | SENT_TIMESTAMPS);
            me->isn = segment->seq;
            me->nxt = me->max = me->island = next;
            me->known = kept | KNOWS_ISN | KNOWS_SEQ;
            me->repeats = 0;
        }
        me->known |= (flags & TCPSTATE_FLAG_ACK) ? SENT_SYN_ACK : SENT_SYN;
        me->known &= ~(uint32_t)GUESSED;
        if (segment->options & TCPSTATE_OPTION_WINDOW_SCALE) {
            me->window_scale = segment->window_scale > 14 ? 14 : segment->window_scale;
            me->known |= KNOWS_SCALE;
        }
        if (segment->payload > 0) {
            me->known |= SENT_DATA;
            if (evidence->is & TFO_HAS_COOKIE)
                connection->facts |= TCPSTATE_CONNECTION_FAST_OPEN;
        }
        if ((evidence->is & CROSSES) && !(flags & TCPSTATE_FLAG_ACK))
            connection->facts |= TCPSTATE_CONNECTION_SIMULTANEOUS;
        extend(me, segment->seq, next);
    } else if (!syn && (flags & TCPSTATE_FLAG_ACK) && !(flags & TCPSTATE_FLAG_RST)) {
        /* A number that its receiver cannot take is not remembered, or one
         * forged segment would spoil all that follows. */
        bool fits = !(peer->known & KNOWS_ACK) || seq_le(segment->seq, peer->acked + peer->window);
        if (fits) {
            if (evidence->is & (NEW_DATA | HAS_FIN))
                if (!(evidence->is & AGAIN) && (me->known & KNOWS_SEQ) && seq_ge(segment->seq, me->nxt))
                    me->known |= SENT_NEW;
            if (segment->payload > 0)
                me->known |= SENT_DATA;
            if (evidence->is & FIRST_HALF_CLOSED)
                me->known |= SENT_HALF_CLOSED;
            if ((flags & TCPSTATE_FLAG_FIN) && !(me->known & SENT_FIN)) {
                me->fin = segment->seq + segment->payload;
                me->known |= SENT_FIN;
                if (evidence->shown & BIT(TCPSTATE_GETS_FIN) || (evidence->arrives & BIT(TCPSTATE_GETS_ACK_OF_FIN)))
                    me->known |= FIN_ACKED_FIN;
                if (connection->active_closer < 0)
                    connection->active_closer = (int8_t)(segment->from & 1);
            }
            extend(me, segment->seq, next);
        }
        if (evidence->is & OPENS && !(peer->known & KNOWS_ISN)) {
            /* The SYN,ACK was not captured; its acknowledgment tells K. */
            peer->isn = segment->ack - 1;
            peer->known |= KNOWS_ISN;
            peer->proven = TCPSTATE_SYN_RCVD;
            peer->pending = 0;
        }
        if (evidence->is & (ACKS_FIN | ACKS_FIN_AGAIN) || evidence->shown & BIT(TCPSTATE_GETS_FIN)) {
            me->known |= ACKED_FIN;
            peer->known |= FIN_ARRIVED;
        }
        if ((me->known & SENT_NEW) && (peer->known & SENT_NEW)) {
            /* Each has sent something new since the other did, so neither had
             * closed before the capture began. */
            me->known &= ~(uint32_t)GUESSED;
            peer->known &= ~(uint32_t)GUESSED;
        }
    } else if ((flags & TCPSTATE_FLAG_RST) && !syn) {
        me->known |= SENT_RST;
        if (!(evidence->is & FOREIGN))
            me->known &= ~(uint32_t)GUESSED;
    }

    if ((flags & TCPSTATE_FLAG_ACK) && !(flags & TCPSTATE_FLAG_RST)) {
        if (!(me->known & KNOWS_ACK) || seq_gt(segment->ack, me->acked) || syn)
            me->acked = segment->ack;
        me->known |= KNOWS_ACK;
        /* A scale counts only if both SYNs offered one, and never on a SYN
         * (RFC 7323 section 2.2). */
        int scale = 0;
        if (!syn) {
            if ((me->known & KNOWS_SCALE) && (peer->known & KNOWS_SCALE))
                scale = me->window_scale;
            else if (!(me->known & (SENT_SYN | SENT_SYN_ACK)))
                scale = UNKNOWN_SCALE;
        }
        me->window = (uint32_t)segment->window << scale;
        /* It acknowledges what was never captured: that did arrive. */
        if ((peer->known & KNOWS_SEQ) && !syn && seq_gt(segment->ack, peer->nxt)
            && segment->ack - peer->nxt < UINT32_C(1) << 30) {
            peer->nxt = segment->ack;
            if (seq_gt(peer->nxt, peer->max))
                peer->max = peer->island = peer->nxt;
            else if (seq_ge(peer->nxt, peer->island))
                peer->nxt = peer->max, peer->island = peer->max;
        }
    }
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS) {
        if (!(me->known & SENT_TIMESTAMPS) || seq_gt(segment->ts_val, me->ts_val) || (syn && !(evidence->is & STALE)))
            me->ts_val = segment->ts_val;
        me->known |= SENT_TIMESTAMPS;
    }
}

/* Let one arrival move the receiver, if it moves it at all. */
static void arrive(struct tcpstate_connection *connection, struct tcpstate_endpoint *end,
                   enum tcpstate_event event, int64_t now)
{
    uint8_t pending = end->pending | BIT(event);
    enum tcpstate_state state = replay((enum tcpstate_state)end->proven, pending);

    if (state == end->state && end->state != TCPSTATE_TIME_WAIT)
        return;
    if (state == TCPSTATE_TIME_WAIT && (end->state != TCPSTATE_TIME_WAIT || event == TCPSTATE_GETS_FIN))
        connection->time_wait_since = now; /* a FIN seen again starts it anew */
    if (state != end->state) {
        end->pending = pending;
        end->state = (uint8_t)state;
    }
}

static void move_receiver(struct tcpstate_connection *connection,
                          const struct tcpstate_segment *segment, const struct evidence *evidence)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t arrives = evidence->arrives;

    if (arrives & BIT(TCPSTATE_GETS_SYN))
        settle(peer); /* a new life begins: from what is proven, not from what is shown */
    for (int event = 0; arrives != 0; event++, arrives >>= 1)
        if (arrives & 1)
            arrive(connection, peer, (enum tcpstate_event)event, segment->time);
    if (evidence->arrives & BIT(TCPSTATE_GETS_FIN))
        me->known |= FIN_ARRIVED;

    /* A FIN that waited behind a hole arrives with the segment that fills it;
     * one recorded after its own acknowledgment had arrived before. */
    if ((me->known & SENT_FIN) && !(segment->flags & TCPSTATE_FLAG_RST)) {
        if ((peer->known & KNOWS_ACK) && !(peer->known & ACKED_FIN) && seq_gt(peer->acked, me->fin)
            && seq_le(peer->acked, me->max)) {
            peer->proven = (uint8_t)tcpstate_next((enum tcpstate_state)peer->proven, TCPSTATE_GETS_FIN);
            peer->pending &= (uint8_t)~BIT(TCPSTATE_GETS_FIN);
            peer->known |= ACKED_FIN;
            settle(peer);
            arrive(connection, me, TCPSTATE_GETS_ACK_OF_FIN, segment->time);
            me->known |= FIN_ARRIVED;
        } else if (!(me->known & FIN_ARRIVED) && seq_gt(me->nxt, me->fin)) {
            arrive(connection, peer, TCPSTATE_GETS_FIN, segment->time);
            me->known |= FIN_ARRIVED;
        }
    }
    if (peer->state == TCPSTATE_TIME_WAIT && me->state == TCPSTATE_TIME_WAIT
        && connection->time_wait_since == 0)
        connection->time_wait_since = segment->time;
}

/* Whether an answer is owed that changes nothing: RFC 5961 section 4 (SYN),
 * section 3 (RST), and the ACK of a FIN or SYN,ACK that was sent again. */
static bool provokes(enum tcpstate_step step, enum tcpstate_reset_number reset_number)
{
    switch (step) {
    case TCPSTATE_STEP_SYN_IN_CONNECTION:
    case TCPSTATE_STEP_STALE_SYN:
    case TCPSTATE_STEP_SYN_ACK_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_IN_TIME_WAIT:
        return true;
    case TCPSTATE_STEP_RESET_IGNORED:
        return reset_number == TCPSTATE_RESET_NUMBER_WINDOW;
    default:
        return false;
    }
}

static void check(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                  struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    uint8_t checks = tcpstate_step_facts(observation->step)->checks;

    if (!(peer->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1;
    if (!(me->known & KNOWS_ISN))
        checks &= (uint8_t)~TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
    if (!(peer->known & SENT_FIN))
        checks &= (uint8_t)~TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;
    if ((checks & TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1) && segment->seq != me->isn + 1) {
        observation->failed |= TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1;
        observation->expected = me->isn + 1;
    }
    if ((checks & TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1) && segment->ack != peer->fin + 1) {
        observation->failed |= TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;
        observation->expected = peer->fin + 1;
    }
    if ((checks & TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1) && segment->ack != peer->isn + 1) {
        observation->failed |= TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1;
        observation->expected = peer->isn + 1;
    }
    observation->checks = checks;
}

/* Count what is sent again, mark what it provokes, link it to what it answers. */
static void link(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                 const struct evidence *evidence, struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    enum tcpstate_step step = observation->step;
    const struct step_facts *facts = tcpstate_step_facts(step);

    if (facts->answers >= 0)
        observation->answers = connection->milestones[facts->answers];
    if (facts->milestone >= 0 && connection->milestones[facts->milestone] == 0)
        connection->milestones[facts->milestone] = segment->frame;
    switch (step) {
    case TCPSTATE_STEP_FIN_RETRANSMITTED:
    case TCPSTATE_STEP_FIN_IN_TIME_WAIT:
        observation->answers = connection->milestones[connection->active_closer == (segment->from & 1)
                                                          ? TCPSTATE_MILESTONE_FIN
                                                          : TCPSTATE_MILESTONE_PASSIVE_FIN];
        break;
    case TCPSTATE_STEP_CHALLENGE_ACK:
        observation->answers = connection->provoked_by;
        break;
    default:
        break;
    }
    if ((evidence->is & AGAIN) && !(evidence->is & HAS_RST)) {
        if (me->repeats < UINT16_MAX)
            me->repeats++;
        observation->repeats = me->repeats;
    } else if (evidence->is & (HAS_SYN | HAS_FIN)) {
        me->repeats = 0;
    }
    if (provokes(step, observation->reset_number)) {
        peer->known |= PROVOKED;
        connection->provoked_by = segment->frame;
    }
    me->known &= ~(uint32_t)PROVOKED;
}

/* Most segments of most connections: data or a plain ACK between two ends
 * that are both proven to be ESTABLISHED and have both spoken.  The general
 * way would find no step and move nothing; this is the same answer, sooner. */
static bool is_plain(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];

    return (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK))
               == TCPSTATE_FLAG_ACK
           && a->proven == TCPSTATE_ESTABLISHED && b->proven == TCPSTATE_ESTABLISHED
           && (a->pending | b->pending) == 0
           && ((a->known | b->known) & (PROVOKED | GUESSED)) == 0
           && (a->known & b->known & (SENT_DATA | SENT_NEW)) == (SENT_DATA | SENT_NEW);
}

static void take_plain(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct evidence evidence = { .is = HAS_ACK };

    remember(connection, segment, &evidence);
}

void tcpstate_observe(struct tcpstate_connection *connection,
                      const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];
    struct evidence evidence;
    bool first = !(connection->facts & TCPSTATE_CONNECTION_BEGAN);

    *observation = (struct tcpstate_observation){ 0 };
    if (first)
        begin(connection, segment);
    learn_roles(connection, segment);
    expire(connection, segment, two_msl);
    observation->client = connection->client;
    observation->roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED;
    for (int i = 0; i < 2; i++) {
        observation->ends[i].before = observation->ends[i].after = connection->ends[i].state;
        observation->ends[i].before_inferred = observation->ends[i].after_inferred =
            is_inferred(&connection->ends[i]);
    }
    if (is_copy(me, segment))
        return;
    me->last.seq = segment->seq;
    me->last.ack = segment->ack;
    me->last.flags = segment->flags;
    me->last.checksum = segment->checksum;
    me->last.ip_id = segment->ip_id;
    me->last.time = segment->time;
    me->last.frame = segment->frame;
    if (is_plain(connection, segment)) {
        take_plain(connection, segment);
        return;
    }

    enum tcpstate_state receiver_was = (enum tcpstate_state)peer->state;
    bool corrected, in_flight;
    tcpstate_judge(connection, segment, &evidence);
    observation->reset_number = evidence.reset_number;
    observation->reset_ttl_differs = (evidence.is & HAS_RST) && me->ttl != 0 && segment->ttl != 0
                                     && me->ttl != segment->ttl;
    if (!(evidence.is & HAS_RST) && segment->ttl != 0)
        me->ttl = segment->ttl;

    enum tcpstate_state departure = move_sender(me, segment, &evidence, &corrected, &in_flight);
    observation->step = tcpstate_classify(evidence.is, departure, receiver_was);
    remember(connection, segment, &evidence);
    move_receiver(connection, segment, &evidence);
    check(connection, segment, observation);
    link(connection, segment, &evidence, observation);

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
        bool syn = evidence.is & HAS_SYN;
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
    if (corrected && observation->ends[from].before == TCPSTATE_UNKNOWN) {
        /* Refused: nobody had been listening. */
        observation->ends[from].before = TCPSTATE_CLOSED;
        observation->ends[from].before_inferred = true;
    }
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        bool inferred = is_inferred(end);
        if (observation->ends[i].after != end->state || observation->ends[i].after_inferred != inferred)
            observation->changed = true;
        observation->ends[i].after = end->state;
        observation->ends[i].after_inferred = inferred;
    }
    if (observation->step != TCPSTATE_STEP_NONE)
        observation->changed = true;
}
