/* connection.c - the way of a segment through the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which connection of its four-tuple does it belong to (incarnation.c)?  Who is
 * who, has TIME_WAIT run out, is it a copy?  Then it is judged once (judge.c); its
 * numbers are remembered (remember.c), sender and receiver are moved (move.c), the
 * step is named (steps.c) and the conclusions are drawn (conclude.c).  What most
 * segments are, the next data, has a fast path (fast-path.c).
 */
#include <string.h>

#include "evidence.h"

_Static_assert(TCPSTATE_STATES <= 16, "a state has room in 4 bits, a set of states in 16");
_Static_assert(TCPSTATE_GETS_RST_AS_OPENER < 8, "arrivals are a set of 8 bits");
_Static_assert(TCPSTATE_STEPS <= 256, "a step has room in 8 bits");

static bool is_inferred(const struct tcpstate_endpoint *end)
{
    return end->state != TCPSTATE_UNKNOWN && end->may != 1u << end->state && !(end->known & AS_SENT);
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

static void begin_observation(struct tcpstate_connection *connection, struct tcpstate_observation *observation)
{
    *observation = (struct tcpstate_observation){
        .client = connection->client, .roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED,
        .stayed = { -1, -1 }, .reset_after = -1, .repeats_after = -1,
    };
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        observation->ends[i] = (struct tcpstate_standing){ end->state, end->state, is_inferred(end), is_inferred(end) };
    }
}

void tcpstate_observe_unreachable(struct tcpstate_connection *connection,
                                  const struct tcpstate_segment *segment,
                                  struct tcpstate_observation *observation)
{
    const int from = segment->from & 1;
    struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];

    begin_observation(connection, observation);
    if ((me->known & SENT_SYN_ACK) && (me->may & TCPSTATE_IN(SYN_RCVD)) && segment->seq == me->isn) { /* of its SYN,ACK: Linux forgets the SYN then */
        me->known &= ~(uint32_t)AS_SENT;
        tcpstate_may_be(me, NOBODY_THERE);
        connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_FAST_PATH;
        observation->ends[from].after_inferred = is_inferred(me);
        observation->step = TCPSTATE_STEP_NOT_DELIVERED;
        observation->answers = connection->milestones[TCPSTATE_MILESTONE_SYN_ACK];
        observation->changed = true;
    }
    if (me->state != TCPSTATE_SYN_SENT || segment->seq != me->isn)
        return;
    me->known &= ~(uint32_t)AS_SENT;
    /* Linux gives the attempt up then; RFC 9293 lets it go on for some errors. */
    tcpstate_may_be(me, TCPSTATE_IN(CLOSED));
    /* The SYN did not arrive, so whoever was to receive it has not moved. */
    connection->facts &= (uint16_t)~TCPSTATE_CONNECTION_FAST_PATH;
    if (peer->likely == TCPSTATE_UNKNOWN)
        tcpstate_leave_in(peer, TCPSTATE_ANY_STATE, TCPSTATE_UNKNOWN);
    for (int i = 0; i < 2; i++) {
        observation->ends[i].after = connection->ends[i].state;
        observation->ends[i].after_inferred = is_inferred(&connection->ends[i]);
    }
    observation->step = TCPSTATE_STEP_UNREACHABLE;
    observation->answers = connection->milestones[TCPSTATE_MILESTONE_SYN];
    observation->changed = true;
    if (connection->end == TCPSTATE_ENDING_NONE) {
        connection->end = TCPSTATE_ENDING_UNREACHABLE;
        observation->over = true;
    }
}

/* A SYN without an IP identification, seen again later than any copy made on the spot: a
 * host that has crashed, and always takes the same number, sends just that. */
static void doubt_by_copy(const struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, uint32_t digest)
{
    /* Nothing of it is new, but it may have been captured at the other point alone, and be what its sender sent behind
     * its SYN,ACK. */
    if (is_transfer(segment) && me->likely == TCPSTATE_SYN_RCVD)
        tcpstate_may_be(me, TCPSTATE_IN(ESTABLISHED));
    if ((segment->flags & TCPSTATE_FLAG_ACK) && (connection->facts & TCPSTATE_CONNECTION_SEEN_LATER))
        return; /* where the capture has other segments again that late, too */
    if (!(segment->flags & TCPSTATE_FLAG_SYN) || segment->ip_id != 0
        || (me->last_control.digest == digest && segment->time - me->last_control.time < TCPSTATE_COPY_TIME))
        return;
    me->known &= ~(uint32_t)AS_SENT;
    tcpstate_may_be(me, segment->flags & TCPSTATE_FLAG_ACK ? TCPSTATE_IN(SYN_RCVD) : TCPSTATE_IN(SYN_SENT));
    if (tcpstate_suspect_new_beginning(me, peer))
        me->last_control.time = segment->time;
}

/* A copy that no mirror port or bridge makes on the spot, known by its identification or its
 * time stamp: the capture is made of two. */
static bool is_late(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment, uint32_t digest)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    const int64_t first = digest == me->last.digest           ? me->last.time
                          : digest == me->last_control.digest ? me->last_control.time
                                                              : connection->moments[TCPSTATE_MOMENT_SYN];

    return (segment->ip_id != 0 || (segment->options & TCPSTATE_OPTION_TIMESTAMPS)) && first != TCPSTATE_NO_TIME
           && segment->time - first >= TCPSTATE_COPY_TIME;
}

/* Where the first sighting was a step, say why this one is none; copies of plain
 * data are not worth remembering. */
static void tell_copy(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      uint32_t digest, struct tcpstate_observation *observation)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
    bool of_step = segment->flags & TCPSTATE_SYN_FIN_RST;

    observation->copy = true;
    for (int i = 0; i < TCPSTATE_MILESTONES; i++)
        of_step |= digest == me->last.digest && connection->milestones[i] == me->last.frame;
    if (!of_step)
        return;
    observation->step = TCPSTATE_STEP_COPY;
    if (digest == me->last.digest)
        observation->answers = me->last.frame;
    else if (digest == me->last_control.digest)
        observation->answers = me->last_control.frame;
    else if (segment->flags & TCPSTATE_FLAG_SYN)
        observation->answers = (segment->flags & TCPSTATE_FLAG_ACK) ? connection->milestones[TCPSTATE_MILESTONE_SYN_ACK]
                                                                    : me->syn_frame;
    observation->changed = true;
}

/* RFC 9293 figure 6: before the first SYN one end is CLOSED, the other listens;
 * and before a SYN,ACK, what it answers. */
static void show_before_first(const struct tcpstate_segment *segment, struct tcpstate_observation *observation)
{
    const int from = segment->from & 1;
    const bool ack = segment->flags & TCPSTATE_FLAG_ACK;

    if ((segment->flags & TCPSTATE_SYN_FIN_RST) != TCPSTATE_FLAG_SYN)
        return;
    for (int i = 0; i < 2; i++) {
        if (observation->ends[i].before != TCPSTATE_UNKNOWN)
            continue;
        if (i == from)
            observation->ends[i].before = ack ? TCPSTATE_LISTEN : TCPSTATE_CLOSED;
        else
            observation->ends[i].before = ack ? TCPSTATE_SYN_SENT : TCPSTATE_LISTEN;
        observation->ends[i].before_inferred = true;
    }
}

/* Where the sender stood before: what the segment shows to have been otherwise
 * than we inferred is corrected; where it was moved on by something still in
 * flight, its own move is the state it left. */
static void show_departure(const struct departure *departure, enum tcpstate_state now,
                           struct tcpstate_standing *standing)
{
    if (departure->in_flight) {
        standing->before = (uint8_t)departure->own;
        standing->before_inferred = !departure->certain;
    } else if (departure->corrected && now != departure->shown) {
        standing->before = (uint8_t)departure->state;
        standing->before_inferred = !departure->stood;
    }
}

/* Since when each end is where it is, and how long it stayed where it was. */
struct was {
    uint8_t state, likely;
};

static void keep_stay(struct tcpstate_endpoint *end, const struct was *was, const struct tcpstate_segment *segment,
                      bool is_sender, const struct departure *departure, struct tcpstate_observation *observation, int i)
{
    const bool corrected = is_sender && departure->corrected;

    if (!corrected && end->likely == was->likely && observation->ends[i].before == end->state)
        return; /* it stays */
    /* It left a state that we did not believe it to be in: since when is not known. */
    const bool other_than_believed = corrected && departure->state != was->likely;
    /* Where the capture begins midway nobody saw it enter the state that it is met in:
     * what would have taken it there may have been sent before, or now only again. */
    const bool met = observation->ends[i].before == TCPSTATE_UNKNOWN
                     && (is_inferred(end) || !(segment->flags & TCPSTATE_SYN_FIN_RST));
    const int64_t entered = met ? TCPSTATE_NO_TIME : segment->time;

    if (end->likely != was->likely)
        end->likely_since = end->likely == was->state ? end->since : entered;
    if (corrected && end->state == was->likely) {
        end->since = end->likely_since; /* it never left */
    } else if (observation->ends[i].before != end->state) {
        if (end->since != TCPSTATE_NO_TIME && segment->time >= end->since && !(is_sender && departure->in_flight)
            && !other_than_believed)
            observation->stayed[i] = segment->time - end->since;
        end->since = entered;
    }
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

/* It was where it sent the last segment from, and may be in one of these by now. */
static void may_be_soon(struct tcpstate_endpoint *end, tcpstate_set others, bool is_sender)
{
    if (is_sender && !is_inferred(end))
        end->known |= AS_SENT;
    tcpstate_may_be(end, others);
}

/* Whether a RST of this number, perhaps of the connection before, is beyond all that its receiver takes. */
static bool is_reset_beyond(const struct tcpstate_connection *connection, int from, uint32_t seq)
{
    const struct tcpstate_endpoint *me = &connection->ends[from];

    return (me->known & KNOWS_ISN) && seq - me->isn > me->snd_max - me->isn + receive_window(&connection->ends[!from]);
}

/* One that its receiver must refuse does not make another harmless that is on its way. */
static void remember_last_reset(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                bool refused, bool another_is_on_its_way)
{
    const int from = segment->from & 1;
    const bool same_sender = tcpstate_last_reset_by(connection) == from;

    if (another_is_on_its_way && (refused || is_reset_beyond(connection, from, segment->seq)))
        return;
    connection->last_reset = segment->time;
    /* Of several the highest may count longest; of unknown numbers, the last. */
    const bool comparable = connection->ends[from].known & KNOWS_SEQ;
    if (!another_is_on_its_way || !same_sender || !comparable || seq_gt(segment->seq, connection->last_reset_seq))
        connection->last_reset_seq = segment->seq;
    connection->facts &= (uint16_t)~(TCPSTATE_CONNECTION_RESET_REFUSED | TCPSTATE_CONNECTION_RESET_BY_B);
    connection->facts |= refused ? TCPSTATE_CONNECTION_RESET_REFUSED : 0;
    connection->facts |= from ? TCPSTATE_CONNECTION_RESET_BY_B : 0;
}

/* A RST may reach its receiver behind what its sender sent after it, and overtake what was
 * sent before: for a while either end may be gone, and what one of them sends shows only
 * where it was when it sent that. */
static void keep_reset_in_mind(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                               const struct judgement *judgement)
{
    const bool known = connection->last_reset != TCPSTATE_NO_TIME;
    const int64_t since = known ? segment->time - connection->last_reset : 0;
    const bool refused = connection->facts & TCPSTATE_CONNECTION_RESET_REFUSED;

    if (segment->flags & TCPSTATE_FLAG_RST) {
        remember_last_reset(connection, segment, judgement->is & BELOW_ALL, known && !refused && since < TCPSTATE_LONGEST_WAY);
        return;
    }
    if (!known)
        return;
    if (since >= TCPSTATE_LONGEST_WAY
        || is_reset_beyond(connection, tcpstate_last_reset_by(connection), connection->last_reset_seq)) {
        connection->last_reset = TCPSTATE_NO_TIME;
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        const bool sent = end->known & SENT_ANY_RST;
        const bool got = i != tcpstate_last_reset_by(connection);
        /* It has acknowledged more than the RST's number since. */
        const bool beyond = got && (end->known & KNOWS_ACK) && seq_lt(connection->last_reset_seq + 1, end->rcv_nxt);
        /* Its own RST may have been sent behind this, and recorded before it. */
        const bool overtaken = sent && since < TCPSTATE_SHORTEST_RETRANSMISSION
                               && seq_le(tcpstate_segment_next(segment), end->reset_seq);

        if ((!refused && !beyond) || sent)
            may_be_soon(end, NOBODY_THERE, i == (segment->from & 1) && !overtaken);
    }
}

/* The sender of a SYN,ACK may be elsewhere when the next segment passes. */
static void keep_opening_in_mind(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                 const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    if ((judgement->is & (HAS_SYN | HAS_ACK | HAS_RST)) != (HAS_SYN | HAS_ACK))
        return;
    /* Data on a SYN that comes when it waits for the third segment lies in its window: it may
     * give up then (RFC 9293 section 3.10.7.4, fourth check). */
    if ((peer->known & SENT_SYN_DATA) && segment->ack != peer->snd_max)
        may_be_soon(me, NOBODY_THERE, true);
    /* Recorded behind what acknowledges it: that may have come by now. */
    if ((peer->known & KNOWS_ACK) && peer->rcv_nxt == segment->seq + 1)
        may_be_soon(me, TCPSTATE_IN(ESTABLISHED), true);
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

/* What is shown of both ends after the segment. */
static inline void show_ends(struct tcpstate_connection *connection, const struct was was[2],
                             const struct tcpstate_segment *segment, const struct departure *departure,
                             struct tcpstate_observation *observation)
{
    for (int i = 0; i < 2; i++) {
        struct tcpstate_endpoint *end = &connection->ends[i];
        if (end->state == TCPSTATE_TIME_WAIT && was[i].state != TCPSTATE_TIME_WAIT)
            connection->time_wait_since = segment->time;
        keep_stay(end, &was[i], segment, i == (segment->from & 1), departure, observation, i);
        observation->ends[i].after = end->state;
        observation->ends[i].after_inferred = is_inferred(end);
    }
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
    show_departure(&departure, (enum tcpstate_state)me->state, &observation->ends[from]);
    if (first)
        show_before_first(segment, observation);
    if (observation->step == TCPSTATE_STEP_REFUSED) {
        observation->ends[from].before = TCPSTATE_CLOSED; /* nobody had been listening */
        observation->ends[from].before_inferred = true;
    }
    /* What it sent shows where it was then, whatever is on its way to it. */
    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN)) && departure.certain && me->state == departure.own)
        me->known |= AS_SENT;
    keep_reset_in_mind(connection, segment, &judgement);
    keep_opening_in_mind(me, peer, segment, &judgement);
    show_ends(connection, was, segment, &departure, observation);
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
    begin_observation(connection, observation);
    const struct tcpstate_standing shown[2] = { observation->ends[0], observation->ends[1] };
    if (peer_was != TCPSTATE_UNKNOWN) {
        /* What it was before it begins anew is still worth showing. */
        observation->ends[!(segment->from & 1)].before = (uint8_t)peer_was;
        observation->ends[!(segment->from & 1)].before_inferred = true;
    }
    connection->moments[TCPSTATE_MOMENT_LAST] = segment->time;
    if (connection->moments[TCPSTATE_MOMENT_FIRST] == TCPSTATE_NO_TIME)
        connection->moments[TCPSTATE_MOMENT_FIRST] = segment->time;
    if (copy) {
        struct tcpstate_endpoint *me = &connection->ends[segment->from & 1];
        const bool late = is_late(connection, segment, digest); /* before it is doubted whose it is */
        doubt_by_copy(connection, me, peer, segment, digest);
        connection->facts |= (late ? TCPSTATE_CONNECTION_SEEN_LATER : 0)
                             | (segment->flags & TCPSTATE_FLAG_RST ? 0 : TCPSTATE_CONNECTION_SEEN_TWICE);
        tcpstate_learn_other_point(me, segment);
        observation->ends[segment->from & 1].after_inferred = is_inferred(me);
        tell_copy(connection, segment, digest, observation);
    } else {
        take_in(connection, segment, digest, first, observation);
    }
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
        tcpstate_count_the_second_syn_ack(latest, segment);
        tcpstate_count_the_second_syn(latest, segment);
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

/* The segment belongs to `latest`, or opens `next`. */
static void take_segment(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                         struct tcpstate_connection *next, const struct tcpstate_segment *segment, int64_t two_msl,
                         struct tcpstate_observation *observation)
{
    if (!tcpstate_take_fast_path(latest, segment, observation))
        tcpstate_take_slow_path(latest, before, next, segment, two_msl, observation);
    tcpstate_account(observation->incarnation == TCPSTATE_INCARNATION_NEXT ? next : latest, segment, observation);
}

/* Of a socket that is connected to itself: who sent the segment gets it, too, and has sent what the other
 * endpoint has (a simultaneous open, RFC 9293 section 3.5, of one end). */
static void take_as_the_others(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, int64_t two_msl,
                               struct tcpstate_observation *observation)
{
    struct tcpstate_segment others = *segment;
    struct tcpstate_connection next;
    struct tcpstate_observation reflected;

    others.from = !(segment->from & 1);
    take_segment(connection, NULL, &next, &others, two_msl, &reflected);
    for (int i = 0; i < 2; i++) {
        observation->ends[i].after = reflected.ends[i].after;
        observation->ends[i].after_inferred = reflected.ends[i].after_inferred;
    }
    observation->changed |= reflected.changed;
    observation->over |= reflected.over;
}

/* A RST that answers a challenge ends the connection that the challenger still held
 * (RFC 9293 section 3.5.1, figure 9). */
static void end_the_one_before(struct tcpstate_connection *before, const struct tcpstate_segment *segment)
{
    if (before->end != TCPSTATE_ENDING_NONE)
        return;
    before->end = TCPSTATE_ENDING_RESET;
    before->ended_by = (int8_t)(segment->from & 1);
}

/* Of two connections that go on beside each other, the other one: who sends a SYN or SYN,ACK in the one may have left
 * this, and a RST may be meant for this. */
static bool touch_the_other(struct tcpstate_connection *other, const struct tcpstate_segment *segment)
{
    const bool reset = segment->flags & TCPSTATE_FLAG_RST;

    if (!reset && !(segment->flags & TCPSTATE_FLAG_SYN))
        return false;
    tcpstate_may_have_left(other, reset ? !(segment->from & 1) : segment->from & 1);
    return true;
}

/* A segment of the one before, which goes on beside the latest, or is seen again: of what is seen
 * again nobody knows when it was sent. */
static void take_of_the_one_before(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment, int64_t two_msl,
                                   struct tcpstate_observation *observation)
{
    struct tcpstate_connection *before = remembered->before;

    take_segment(before, NULL, remembered->next, segment, two_msl, observation);
    remembered->before_changed = true;
    if (observation->incarnation == TCPSTATE_INCARNATION_NEXT) {
        *remembered->beside = (struct tcpstate_beside){ .until = TCPSTATE_NO_TIME };
        return;
    }
    observation->incarnation = TCPSTATE_INCARNATION_BEFORE;
    if (remembered->beside->until == INT64_MAX) {
        (void)touch_the_other(remembered->latest, segment);
        return;
    }
    for (int i = 0; i < 2; i++) {
        tcpstate_may_have_left(before, i);
        observation->ends[i].after_inferred = is_inferred(&before->ends[i]);
    }
}

void tcpstate_observe(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation)
{
    struct tcpstate_connection *latest = remembered->latest, *before = remembered->before;
    struct tcpstate_beside *beside = remembered->beside;

    remembered->before_changed = false;
    if (beside)
        beside->began = false, beside->moved = 0;
    if (before && tcpstate_is_of_the_one_before(remembered, segment)) {
        take_of_the_one_before(remembered, segment, two_msl, observation);
        return;
    }
    take_segment(latest, before, remembered->next, segment, two_msl, observation);
    if (before) {
        remembered->before_changed = (beside && beside->began) || observation->ends_before;
        if (observation->ends_before)
            end_the_one_before(before, segment);
        if (beside && beside->until == INT64_MAX && observation->incarnation == TCPSTATE_INCARNATION_LATEST)
            remembered->before_changed |= touch_the_other(before, segment);
    }
    if (beside && observation->incarnation == TCPSTATE_INCARNATION_NEXT)
        tcpstate_begin_next(beside, latest, remembered->next, segment);
    if (segment->to_itself && !(segment->flags & TCPSTATE_FLAG_RST))
        take_as_the_others(observation->incarnation == TCPSTATE_INCARNATION_NEXT ? remembered->next : latest, segment, two_msl, observation);
}
