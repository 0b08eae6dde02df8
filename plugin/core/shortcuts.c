/* shortcuts.c - segments that need no judgement, for they are the next ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Most segments of most captures are the next data of an open connection, or
 * the next line of the RFC's two figures of one that opens and closes as it
 * should.  All that connection.c would ask of them is known beforehand.  A
 * shortcut is only ever an optimisation: it says and remembers, bit by bit,
 * what observing in general would (tests/core/properties.c and tests/fuzz/core.c
 * hold the two against each other), or it changes nothing and returns false.
 */
#include <stddef.h>

#include "internal.h"
#include "sighting.h"

#define MARKS (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK)
#define MOST_DATA (UINT32_C(1) << 30) /* far enough from where sequence numbers turn round */

void tcpstate_settle_connection(struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];
    const uint32_t needs = KNOWS_SEQ | KNOWS_ACK;
    bool settled = a->proven == TCPSTATE_ESTABLISHED && b->proven == TCPSTATE_ESTABLISHED
                   && (a->pending | b->pending) == 0 && (a->known & b->known & needs) == needs
                   && ((a->known | b->known) & (UNSETTLED | EXPIRED | SENT_FIN)) == 0
                   && (a->keep_alives | b->keep_alives) == 0 && a->nxt == a->max && b->nxt == b->max
                   && connection->client >= 0 && !(connection->facts & TCPSTATE_CONNECTION_RESTORED);

    if (settled)
        connection->facts |= TCPSTATE_CONNECTION_SETTLED;
    else
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_SETTLED;
}

bool tcpstate_take_next(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        struct tcpstate_observation *observation)
{
    static const struct tcpstate_observation nothing = {
        .ends = { { .before = TCPSTATE_ESTABLISHED, .after = TCPSTATE_ESTABLISHED },
                  { .before = TCPSTATE_ESTABLISHED, .after = TCPSTATE_ESTABLISHED } },
        .repeats_after = -1, .reset_after = -1, .stayed = { -1, -1 },
    };
    struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *peer = &connection->ends[!(segment->from & 1)];

    if (!(connection->facts & TCPSTATE_CONNECTION_SETTLED)
        || (segment->flags & MARKS) != TCPSTATE_FLAG_ACK
        || (segment->options & (uint8_t)~TCPSTATE_OPTION_TIMESTAMPS) || segment->seq != me->max
        || (segment->payload > 0 && (me->known & SPOKEN) != SPOKEN) /* an end's first data is a step */
        || segment->payload >= MOST_DATA
        || seq_lt(segment->ack, me->acked) || seq_gt(segment->ack, peer->max)
        || seq_gt(segment->seq, peer->acked + peer->window))
        return false;
    uint32_t digest = tcpstate_digest(segment);
    if (tcpstate_is_copy(me, segment, digest))
        return false;
    tcpstate_sight(me, segment, digest);
    me->nxt = me->max = me->island = segment->seq + segment->payload;
    me->acked = segment->ack;
    me->window = (uint32_t)segment->window << tcpstate_window_scale(me, peer);
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS) {
        if (!(me->known & SENT_TIMESTAMPS) || seq_gt(segment->ts_val, me->ts_val))
            me->ts_val = segment->ts_val;
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

/* A line of RFC 9293's figure 6 (the handshake) or 12 (the close), or of the
 * first data between them. */
struct line {
    uint64_t key;             /* KEY(): the segment's marks, what both have proven, what is pending at them */
    uint32_t whatever;        /* may be known of either end or not: it changes nothing here */
    uint32_t sender_known, receiver_known; /* but for that, exactly */
    uint32_t learns;          /* what is known of the sender afterwards, too */
    struct tcpstate_standing sender, receiver; /* as the observation has them */
    uint8_t step;
    uint8_t arrives;          /* what is pending at the receiver afterwards, too */
    int8_t moment;            /* enum tcpstate_moment, or NONE */
};

#define KEY(marks, data, sender, sender_pending, receiver, receiver_pending) \
    ((uint64_t)(marks) << 32 | (uint64_t)(data) << 40 | ((uint32_t)(sender) | (uint32_t)(sender_pending) << 8) \
     | (uint64_t)((uint32_t)(receiver) | (uint32_t)(receiver_pending) << 8) << 16)

#define S TCPSTATE_FLAG_SYN
#define A TCPSTATE_FLAG_ACK
#define F TCPSTATE_FLAG_FIN
#define IS(state) TCPSTATE_##state
#define NONE (-1)
#define NOTHING 0
#define SYN BIT(TCPSTATE_GETS_SYN)
#define SYN_ACK BIT(TCPSTATE_GETS_SYN_ACK)
#define ACK_OF_SYN BIT(TCPSTATE_GETS_ACK_OF_SYN)
#define ACK_OF_FIN BIT(TCPSTATE_GETS_ACK_OF_FIN)
#define FIN BIT(TCPSTATE_GETS_FIN)

/* From one state to another; certain, as what its sender proves, or inferred. */
#define MOVES(before, after) { TCPSTATE_##before, TCPSTATE_##after, false, false }
#define MAYBE_MOVES(before, after) { TCPSTATE_##before, TCPSTATE_##after, false, true }
#define PROVES(before, after) { TCPSTATE_##before, TCPSTATE_##after, true, false }
#define INFERRED(before, after) { TCPSTATE_##before, TCPSTATE_##after, true, true }

/* What is known of an end. */
#define NUMBERS (KNOWS_ISN | KNOWS_SEQ)
#define ASKED (NUMBERS | SENT_SYN)
#define CLIENT (ASKED | KNOWS_ACK)
#define SERVER (NUMBERS | KNOWS_ACK | SENT_SYN_ACK)
#define EITHER (NUMBERS | KNOWS_ACK)
#define CLOSED_FIRST (EITHER | SENT_FIN | FIN_ARRIVED)
#define CLOSES (SENT_FIN | SENT_NEW | FIN_ARRIVED)
#define CLOSES_SECOND (CLOSES | ACK_OF_FIN_CARRIED)
#define ALWAYS (KNOWS_SCALE | SENT_TIMESTAMPS)
#define LATER (ALWAYS | SPOKEN | SENT_SYN | SENT_SYN_ACK)

/* clang-format off */
static const struct line lines[] = {
    /*   marks  data  sender: proven, pending             receiver: proven, pending
     *   whatever, known of the sender, known of the receiver, learns
     *   sender                              receiver
     *   step, arrives, moment */
    /* Eight segments, of which the third acknowledges and the sixth closes. */
    { KEY(S,     0, IS(UNKNOWN), NOTHING,                 IS(UNKNOWN), NOTHING),
      NOTHING, NOTHING, NOTHING, ASKED,
      PROVES(CLOSED, SYN_SENT),              INFERRED(LISTEN, SYN_RCVD),
      TCPSTATE_STEP_SYN, SYN, TCPSTATE_MOMENT_SYN },
    { KEY(S | A, 0, IS(UNKNOWN), SYN,                     IS(SYN_SENT), NOTHING),
      ALWAYS, NOTHING, ASKED, SERVER,
      PROVES(SYN_RCVD, SYN_RCVD),            MAYBE_MOVES(SYN_SENT, ESTABLISHED),
      TCPSTATE_STEP_SYN_ACK, SYN_ACK, TCPSTATE_MOMENT_SYN_ACK },
    { KEY(A,     0, IS(SYN_SENT), SYN_ACK,                IS(SYN_RCVD), NOTHING),
      ALWAYS, ASKED, SERVER, KNOWS_ACK,
      PROVES(ESTABLISHED, ESTABLISHED),      MAYBE_MOVES(SYN_RCVD, ESTABLISHED),
      TCPSTATE_STEP_HANDSHAKE_ACK, ACK_OF_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK },
    { KEY(A,     1, IS(ESTABLISHED), NOTHING,             IS(SYN_RCVD), ACK_OF_SYN),
      ALWAYS, CLIENT, SERVER, SPOKEN,
      MOVES(ESTABLISHED, ESTABLISHED),       INFERRED(ESTABLISHED, ESTABLISHED),
      TCPSTATE_STEP_FIRST_REQUEST, NOTHING, TCPSTATE_MOMENT_REQUEST },
    { KEY(A,     1, IS(SYN_RCVD), ACK_OF_SYN,             IS(ESTABLISHED), NOTHING),
      ALWAYS, SERVER, CLIENT | SPOKEN, SPOKEN,
      PROVES(ESTABLISHED, ESTABLISHED),      MOVES(ESTABLISHED, ESTABLISHED),
      TCPSTATE_STEP_FIRST_RESPONSE, NOTHING, TCPSTATE_MOMENT_RESPONSE },
    { KEY(F | A, 0, IS(ESTABLISHED), NOTHING,             IS(ESTABLISHED), NOTHING),
      LATER, EITHER, EITHER, CLOSES,
      MOVES(ESTABLISHED, FIN_WAIT_1),        MAYBE_MOVES(ESTABLISHED, CLOSE_WAIT),
      TCPSTATE_STEP_FIN, FIN, TCPSTATE_MOMENT_FIN },
    { KEY(F | A, 0, IS(ESTABLISHED), FIN,                 IS(FIN_WAIT_1), NOTHING),
      LATER, EITHER, CLOSED_FIRST, CLOSES_SECOND | ACKED_FIN,
      PROVES(CLOSE_WAIT, LAST_ACK),          MAYBE_MOVES(FIN_WAIT_1, TIME_WAIT),
      TCPSTATE_STEP_PASSIVE_FIN_COMBINED, ACK_OF_FIN | FIN, NONE },
    { KEY(A,     0, IS(FIN_WAIT_1), ACK_OF_FIN | FIN,     IS(LAST_ACK), NOTHING),
      LATER, CLOSED_FIRST, EITHER | ACKED_FIN | CLOSES_SECOND, ACKED_FIN,
      PROVES(TIME_WAIT, TIME_WAIT),          MAYBE_MOVES(LAST_ACK, CLOSED),
      TCPSTATE_STEP_LAST_ACK, ACK_OF_FIN, TCPSTATE_MOMENT_END },

    /* Where an ACK of its own comes before the response, or before the second FIN. */
    { KEY(A,     0, IS(SYN_RCVD), ACK_OF_SYN,             IS(ESTABLISHED), NOTHING),
      ALWAYS, SERVER, CLIENT | SPOKEN, NOTHING,
      PROVES(ESTABLISHED, ESTABLISHED),      MOVES(ESTABLISHED, ESTABLISHED),
      TCPSTATE_STEP_NONE, NOTHING, NONE },
    { KEY(A,     1, IS(ESTABLISHED), NOTHING,             IS(ESTABLISHED), NOTHING),
      ALWAYS, SERVER, CLIENT | SPOKEN, SPOKEN,
      MOVES(ESTABLISHED, ESTABLISHED),       MOVES(ESTABLISHED, ESTABLISHED),
      TCPSTATE_STEP_FIRST_RESPONSE, NOTHING, TCPSTATE_MOMENT_RESPONSE },
    { KEY(A,     0, IS(ESTABLISHED), FIN,                 IS(FIN_WAIT_1), NOTHING),
      LATER, EITHER, CLOSED_FIRST, ACKED_FIN,
      PROVES(CLOSE_WAIT, CLOSE_WAIT),        MAYBE_MOVES(FIN_WAIT_1, FIN_WAIT_2),
      TCPSTATE_STEP_FIN_ACKED, ACK_OF_FIN, NONE },
    { KEY(F | A, 0, IS(CLOSE_WAIT), NOTHING,              IS(FIN_WAIT_1), ACK_OF_FIN),
      LATER, EITHER | ACKED_FIN, CLOSED_FIRST, CLOSES_SECOND,
      MOVES(CLOSE_WAIT, LAST_ACK),           INFERRED(FIN_WAIT_2, TIME_WAIT),
      TCPSTATE_STEP_PASSIVE_FIN, FIN, NONE },
};
/* clang-format on */

/* The line that the segment is, or NULL. */
static const struct line *find_line(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                    const struct tcpstate_segment *segment)
{
    uint64_t key = KEY(segment->flags & MARKS, segment->payload > 0, me->proven, me->pending, peer->proven, peer->pending);

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct line *line = &lines[i];
        if (line->key == key)
            return (((me->known ^ line->sender_known) | (peer->known ^ line->receiver_known)) & ~line->whatever) == 0 ? line
                                                                                                                : NULL;
    }
    return NULL;
}

/* Whether the end was seen to send all that it is known to have sent: the other
 * may have acknowledged what the capture does not hold. */
static bool is_seen(const struct tcpstate_endpoint *end)
{
    if (end->nxt != end->max)
        return false;
    if (end->known & SENT_FIN)
        return end->max == end->fin + 1;
    return (end->known & SPOKEN) || end->max == end->isn + 1;
}

/* Whether a connection and a segment are of the kind that the lines are about. */
static bool is_ordinary(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    const uint8_t odd = (uint8_t)~(TCPSTATE_OPTION_WINDOW_SCALE | TCPSTATE_OPTION_TIMESTAMPS);

    return (connection->end | connection->ends[0].keep_alives | connection->ends[1].keep_alives
            | (segment->options & odd) | segment->payload / MOST_DATA) == 0;
}

/* Whether the segment's numbers are the very next ones.  Not asked of a SYN
 * without ACK, so the receiver has been seen. */
static bool is_in_line(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, int64_t two_msl)
{
    const uint16_t harmless = TCPSTATE_CONNECTION_SETTLED | TCPSTATE_CONNECTION_THREE_SEGMENTS;

    if ((connection->facts & (uint16_t)~harmless) != TCPSTATE_CONNECTION_BEGAN || segment->ack != peer->max || !is_seen(peer))
        return false;
    if (segment->flags & TCPSTATE_FLAG_SYN)
        return true;
    return segment->seq == me->max && is_seen(me)
           && me->max - peer->acked < MOST_DATA && seq_le(segment->seq, peer->acked + peer->window)
           && (!(me->known & KNOWS_ACK) || segment->ack - me->acked < MOST_DATA)
           && !((segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS)
                && seq_lt(segment->ts_val, me->ts_val))
           && (me->state != TCPSTATE_TIME_WAIT || segment->time - connection->time_wait_since <= two_msl);
}

/* The end goes from one state to another; returns how long it stayed, or -1. */
static int64_t move_on(struct tcpstate_endpoint *end, struct tcpstate_standing moves, int64_t now)
{
    int64_t stayed = -1;

    end->state = moves.after;
    if (moves.after != moves.before) {
        if (end->since != TCPSTATE_NO_TIME && now >= end->since)
            stayed = now - end->since;
        end->since = now;
    }
    return stayed;
}

/* A SYN, or SYN,ACK. */
static void remember_syn(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                         const struct tcpstate_segment *segment)
{
    me->isn = segment->seq;
    me->nxt = me->max = me->island = segment->seq + 1;
    me->first_sent = segment->time;
    if (segment->options & TCPSTATE_OPTION_WINDOW_SCALE)
        me->window_scale = segment->window_scale > 14 ? 14 : segment->window_scale;
    if (segment->flags & TCPSTATE_FLAG_ACK) {
        me->acked = segment->ack;
        me->window = segment->window; /* never scaled on a SYN (RFC 7323 section 2.2) */
    } else {
        connection->facts = TCPSTATE_CONNECTION_BEGAN;
        connection->client = (int8_t)(segment->from & 1);
        connection->moments[TCPSTATE_MOMENT_FIRST] = segment->time;
        me->syn_frame = segment->frame;
        me->syns = 1;
    }
}

static void remember_fin(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                         const struct tcpstate_segment *segment, bool second)
{
    me->fin = segment->seq;
    me->repeats = 0;
    me->first_sent = segment->time;
    if (connection->active_closer < 0)
        connection->active_closer = (int8_t)(segment->from & 1);
    if (second)
        me->carried_to = segment->seq + 1;
}

/* Take the segment in as the line that it is. */
static void take(struct tcpstate_connection *connection, struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                 const struct tcpstate_segment *segment, uint32_t digest, const struct line *line,
                 struct tcpstate_observation *observation)
{
    static const struct tcpstate_observation nothing = {
        .repeats_after = -1, .reset_after = -1, .stayed = { -1, -1 }, .changed = true,
    };
    int from = segment->from & 1;
    uint32_t known = me->known | line->learns;

    tcpstate_sight(me, segment, digest);
    if (segment->flags & TCPSTATE_FLAG_SYN) {
        remember_syn(connection, me, segment);
        if (segment->options & TCPSTATE_OPTION_WINDOW_SCALE)
            known |= KNOWS_SCALE;
    } else {
        me->nxt = me->max = me->island = tcpstate_segment_next(segment);
        me->acked = segment->ack;
        me->window = (uint32_t)segment->window << tcpstate_window_scale(me, peer);
        if (segment->flags & TCPSTATE_FLAG_FIN)
            remember_fin(connection, me, segment, line->learns & ACK_OF_FIN_CARRIED);
    }
    if (segment->options & TCPSTATE_OPTION_TIMESTAMPS) {
        me->ts_val = segment->ts_val;
        known |= SENT_TIMESTAMPS;
    }
    me->known = known;
    if (segment->ttl != 0)
        me->ttl = segment->ttl;

    const struct step_facts *facts = tcpstate_step_facts((enum tcpstate_step)line->step);
    *observation = nothing;
    observation->step = (enum tcpstate_step)line->step;
    observation->ends[from] = line->sender;
    observation->ends[!from] = line->receiver;
    observation->client = connection->client;
    observation->checks = facts->checks;
    if (facts->answers >= 0)
        observation->answers = connection->milestones[facts->answers];
    if (facts->milestone >= 0 && connection->milestones[facts->milestone] == 0)
        connection->milestones[facts->milestone] = segment->frame;

    observation->stayed[from] = move_on(me, line->sender, segment->time);
    observation->stayed[!from] = move_on(peer, line->receiver, segment->time);
    if (me->proven != me->state)
        me->proven_since = me->since; /* where it was inferred to be already, since then */
    me->proven = me->state;
    me->pending = 0;
    peer->pending |= line->arrives;
    if (peer->state == TCPSTATE_TIME_WAIT)
        connection->time_wait_since = segment->time;

    connection->moments[TCPSTATE_MOMENT_LAST] = segment->time;
    if (line->moment >= 0 && connection->moments[line->moment] == TCPSTATE_NO_TIME)
        connection->moments[line->moment] = segment->time;
    if (line->step == TCPSTATE_STEP_PASSIVE_FIN_COMBINED)
        connection->facts |= TCPSTATE_CONNECTION_THREE_SEGMENTS;
    if (line->step == TCPSTATE_STEP_LAST_ACK) {
        connection->end = TCPSTATE_ENDING_CLOSED;
        connection->ended_by = connection->active_closer;
        observation->over = true;
    }
    if (me->state == TCPSTATE_ESTABLISHED)
        tcpstate_settle_connection(connection);
    else
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_SETTLED;
}

static bool take_if_in_line(struct tcpstate_connection *connection, struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                            const struct tcpstate_segment *segment, int64_t two_msl,
                            struct tcpstate_observation *observation)
{
    const struct line *line = find_line(me, peer, segment);

    if (!line || !is_ordinary(connection, segment))
        return false;
    uint32_t digest = tcpstate_digest(segment);
    if (line == lines) { /* the first segment of all, on a four-tuple that is new */
        if (connection->facts != 0)
            return false;
    } else if (!is_in_line(connection, me, peer, segment, two_msl) || tcpstate_is_copy(me, segment, digest)) {
        return false;
    }
    take(connection, me, peer, segment, digest, line, observation);
    return true;
}

/* Both ends are handed on, or the compiler would work out again and again where they are. */
bool tcpstate_take_line(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, int64_t two_msl,
                        struct tcpstate_observation *observation)
{
    struct tcpstate_endpoint *ends = connection->ends;

    return segment->from & 1 ? take_if_in_line(connection, &ends[1], &ends[0], segment, two_msl, observation)
                             : take_if_in_line(connection, &ends[0], &ends[1], segment, two_msl, observation);
}
