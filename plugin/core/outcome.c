/* outcome.c - what became of a connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only reads what the remember*.c, move*.c and account*.c keep; may be asked at any time and says
 * what holds then.
 */
#include "evidence.h"

/* A SYN that was never answered by a SYN,ACK because its receiver still held the
 * connection before: what that end is known for is the old one's story. */
static bool met_the_one_before(const struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *ends = connection->ends;
    int client = connection->client;

    return (connection->facts & TCPSTATE_CONNECTION_REUSED) && client >= 0
           && connection->milestones[TCPSTATE_MILESTONE_SYN_ACK] == 0
           && connection->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK] == 0
           && ends[client].likely == TCPSTATE_SYN_SENT && (ends[!client].known & KNOWS_SEQ);
}

/* A SYN whose only answers were SYN,ACKs that acknowledge another number: its sender stays in
 * SYN_SENT, as if none had come (RFC 9293 section 3.10.7.3). */
static bool got_no_answer_that_fits(const struct tcpstate_connection *connection)
{
    const int client = connection->client;

    return client >= 0 && (connection->ends[client].known & SENT_SYN) && connection->ends[client].likely == TCPSTATE_SYN_SENT
           && !(connection->ends[!client].known & SENT_SYN) && connection->milestones[TCPSTATE_MILESTONE_SYN_ACK] == 0;
}

/* Whether the other end acknowledges it, and nothing of it was captured. */
static bool is_uncaptured(const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    return end->last.frame == 0 && (peer->known & (KNOWS_ACK | CLAIMS));
}

/* A state that an end reaches by sending its FIN. */
static bool is_closing(uint8_t state)
{
    return is_open(state) && !((1u << state) & (TCPSTATE_IN(ESTABLISHED) | TCPSTATE_IN(CLOSE_WAIT)));
}

/* Whether it was only met midway: what it sent before the first number that was seen of it may have been its
 * FIN.  One that has sent data since has not closed. */
static bool may_have_closed_before(const struct tcpstate_endpoint *end)
{
    return !(end->known & (SENT_SYN | SENT_SYN_ACK | SENT_DATA));
}

/* Whether a FIN of its own may be among what was not captured, by its own numbers or by what the
 * other end acknowledges; or was captured, and does not fit. */
static bool may_have_closed_unseen(const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    return (end->known & FIN_IN_DOUBT) || is_closing(end->state) || (peer->known & CLAIMS)
           || (end->known & (CLAIMS | DISPUTED)) == (CLAIMS | DISPUTED) /* its numbers are not those that were seen */
           || seq_gt(end->snd_max, end->fin_from);
}

/* Whether a RST of its own that was not taken has a number beyond all that was seen of it: the capture lacks
 * what it sent, and so the answers to that. */
static bool has_sent_unseen(const struct tcpstate_endpoint *end)
{
    return (end->known & (KNOWS_SEQ | SENT_ANY_RST | SENT_RST)) == (KNOWS_SEQ | SENT_ANY_RST) && seq_gt(end->reset_seq, end->snd_max);
}

/* Who acknowledges something after its SYN was answered. */
static bool acknowledges_after_its_syn(const struct tcpstate_endpoint *end)
{
    return (end->known & SENT_SYN) && (end->known & (KNOWS_ACK | CLAIMS));
}

/* Whether both were open, most likely, when the last of them was seen. */
static bool were_open(const struct tcpstate_endpoint *a, const struct tcpstate_endpoint *b)
{
    return is_open(a->likely) && is_open(b->likely);
}

/* ... or are shown so. */
static bool are_open(const struct tcpstate_endpoint *a, const struct tcpstate_endpoint *b)
{
    return were_open(a, b) || (a->state == TCPSTATE_ESTABLISHED && b->state == TCPSTATE_ESTABLISHED);
}

/* The one end that has closed unseen, perhaps: after the other was seen to, or neither was; or -1. */
static int lacks_a_fin(const struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];
    const bool unseen[2] = { may_have_closed_unseen(a, b), may_have_closed_unseen(b, a) };

    if (a->known & SENT_FIN)
        return unseen[1] || may_have_closed_before(b) ? 1 : -1;
    if (b->known & SENT_FIN)
        return unseen[0] || may_have_closed_before(a) ? 0 : -1;
    return are_open(a, b) && unseen[0] != unseen[1] ? unseen[1] : -1;
}

/* Whether its SYN,ACK was sent, and nothing of the other's acknowledges that. */
static bool has_unanswered_syn_ack(const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    return (end->known & SENT_SYN_ACK) && !(peer->known & CLAIMS) && !has_acked_syn(peer, end);
}

/* That neither has closed is only said where the capture lacks nothing that may have been a FIN. */
static enum tcpstate_result result_of_open(const struct tcpstate_endpoint *a, const struct tcpstate_endpoint *b)
{
    if (may_have_closed_unseen(a, b) || may_have_closed_unseen(b, a))
        return TCPSTATE_RESULT_UNKNOWN;
    return a->keep_alives > 1 || b->keep_alives > 1 ? TCPSTATE_RESULT_SILENT : TCPSTATE_RESULT_OPEN;
}

static enum tcpstate_result result_of(const struct tcpstate_connection *connection)
{
    static const enum tcpstate_result ended[] = {
        [TCPSTATE_ENDING_CLOSED] = TCPSTATE_RESULT_CLOSED,
        [TCPSTATE_ENDING_RESET] = TCPSTATE_RESULT_RESET,
        [TCPSTATE_ENDING_REFUSED] = TCPSTATE_RESULT_REFUSED,
        [TCPSTATE_ENDING_REJECTED] = TCPSTATE_RESULT_REJECTED,
        [TCPSTATE_ENDING_ABORTED] = TCPSTATE_RESULT_HANDSHAKE_ABORTED,
        [TCPSTATE_ENDING_UNREACHABLE] = TCPSTATE_RESULT_UNREACHABLE,
    };
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];
    uint32_t either = a->known | b->known;
    bool spoke_both = (a->known & (KNOWS_SEQ | SENT_RST)) && (b->known & (KNOWS_SEQ | SENT_RST));

    if (connection->end != TCPSTATE_ENDING_NONE)
        return ended[connection->end];
    if (met_the_one_before(connection))
        return TCPSTATE_RESULT_UNKNOWN;
    if (is_uncaptured(a, b) || is_uncaptured(b, a))
        return TCPSTATE_RESULT_ONE_DIRECTION;
    if ((a->known & SENT_FIN) && (b->known & SENT_FIN))
        return TCPSTATE_RESULT_LAST_ACK_MISSING;
    if (either & SENT_FIN)
        return lacks_a_fin(connection) >= 0 ? TCPSTATE_RESULT_UNKNOWN : TCPSTATE_RESULT_HALF_CLOSED;
    if (are_open(a, b))
        return result_of_open(a, b);
    if (has_sent_unseen(a) || has_sent_unseen(b))
        return TCPSTATE_RESULT_UNKNOWN;
    if (got_no_answer_that_fits(connection) && (either & SENT_SYN_ACK))
        return TCPSTATE_RESULT_UNANSWERED;
    if (has_unanswered_syn_ack(a, b) || has_unanswered_syn_ack(b, a))
        return TCPSTATE_RESULT_HALF_OPEN;
    const struct tcpstate_endpoint *asked = (a->known & SENT_SYN) ? b : a;
    const bool only_asked = (a->known & b->known & SENT_SYN) && !(either & KNOWS_ACK); /* SYNs crossed, or one came to its own sender */
    if ((either & SENT_SYN) && (!spoke_both || only_asked) && !(asked->known & SENT_ANY_RST) && !acknowledges_after_its_syn(a) && !acknowledges_after_its_syn(b))
        return TCPSTATE_RESULT_UNANSWERED;
    return TCPSTATE_RESULT_UNKNOWN;
}

static enum tcpstate_opening opening_of(const struct tcpstate_connection *connection, enum tcpstate_result result)
{
    switch (result) {
    case TCPSTATE_RESULT_REFUSED:
    case TCPSTATE_RESULT_REJECTED:
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED:
    case TCPSTATE_RESULT_UNREACHABLE:
    case TCPSTATE_RESULT_UNANSWERED:
    case TCPSTATE_RESULT_HALF_OPEN:
        return TCPSTATE_OPENING_NONE;
    default:
        break;
    }
    if ((connection->facts & TCPSTATE_CONNECTION_MIDSTREAM)
        || (result == TCPSTATE_RESULT_UNKNOWN && connection->milestones[TCPSTATE_MILESTONE_HANDSHAKE_ACK] == 0))
        return TCPSTATE_OPENING_UNSEEN;
    if (connection->facts & TCPSTATE_CONNECTION_SIMULTANEOUS)
        return TCPSTATE_OPENING_SIMULTANEOUS;
    return (connection->facts & TCPSTATE_CONNECTION_FAST_OPEN) ? TCPSTATE_OPENING_FAST_OPEN
                                                               : TCPSTATE_OPENING_HANDSHAKE;
}

/* Whether a FIN was sent before the connection ended. */
static bool closed_before_its_end(const struct tcpstate_connection *connection)
{
    int64_t fin = connection->moments[TCPSTATE_MOMENT_FIN], end = connection->moments[TCPSTATE_MOMENT_END];

    return connection->active_closer >= 0 && (end == TCPSTATE_NO_TIME || fin <= end);
}

/* Whether the end whose FIN is the only one that was captured may have had the other's before. */
static bool may_have_closed_second(const struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *closer = &connection->ends[connection->active_closer];
    const struct tcpstate_endpoint *other = &connection->ends[!connection->active_closer];

    return !(other->known & SENT_FIN)
           && (may_have_closed_unseen(other, closer) || may_have_closed_before(other));
}

/* Whether a FIN of either end may be among what was not captured, although a RST came in the end. */
static bool may_lack_a_fin(const struct tcpstate_connection *connection)
{
    const struct tcpstate_endpoint *a = &connection->ends[0], *b = &connection->ends[1];

    return may_have_closed_before(a) || may_have_closed_before(b) || ((a->known | b->known) & CLAIMS);
}

/* Who sent the first FIN. */
static int8_t closer_of(const struct tcpstate_connection *connection, enum tcpstate_result result, bool crossed)
{
    switch (result) {
    case TCPSTATE_RESULT_CLOSED:
    case TCPSTATE_RESULT_LAST_ACK_MISSING:
    case TCPSTATE_RESULT_HALF_CLOSED:
    case TCPSTATE_RESULT_RESET:
    case TCPSTATE_RESULT_REJECTED:
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED:
    case TCPSTATE_RESULT_ONE_DIRECTION:
    case TCPSTATE_RESULT_UNKNOWN:
        break;
    default:
        return TCPSTATE_BY_NOBODY; /* a FIN is of the connection before, or did nothing */
    }
    if (met_the_one_before(connection))
        return TCPSTATE_BY_NOBODY;
    /* A FIN behind the RST was on its way when that came by. */
    const bool closed = result == TCPSTATE_RESULT_RESET ? connection->active_closer >= 0 : closed_before_its_end(connection);
    if (!closed)
        return result == TCPSTATE_RESULT_RESET && may_lack_a_fin(connection) ? TCPSTATE_BY_UNKNOWN : TCPSTATE_BY_NOBODY;
    if (crossed)
        return TCPSTATE_BY_BOTH;
    return may_have_closed_second(connection) ? TCPSTATE_BY_UNKNOWN : connection->active_closer;
}

/* Who closed first, who ended it, and how: the close of one end and the end of
 * all may be different ends' doing. */
static void find_closers(const struct tcpstate_connection *connection, struct tcpstate_outcome *outcome)
{
    /* One of the two may have been withdrawn since. */
    const bool crossed = (connection->facts & TCPSTATE_CONNECTION_CROSSED_FINS)
                         && (connection->ends[0].known & connection->ends[1].known & SENT_FIN);

    outcome->closed_by = closer_of(connection, outcome->result, crossed);
    switch (outcome->result) {
    case TCPSTATE_RESULT_CLOSED:
        outcome->ended_by = outcome->closed_by;
        outcome->close_kind = crossed ? TCPSTATE_CLOSE_SIMULTANEOUS
                              : (connection->facts & TCPSTATE_CONNECTION_THREE_SEGMENTS) ? TCPSTATE_CLOSE_THREE_SEGMENTS
                                                                                        : TCPSTATE_CLOSE_FOUR_SEGMENTS;
        break;
    case TCPSTATE_RESULT_LAST_ACK_MISSING: /* how many segments it takes is open */
    case TCPSTATE_RESULT_HALF_CLOSED:
        if (crossed)
            outcome->close_kind = TCPSTATE_CLOSE_SIMULTANEOUS;
        break;
    case TCPSTATE_RESULT_RESET:
    case TCPSTATE_RESULT_REFUSED:
    case TCPSTATE_RESULT_REJECTED:
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED:
        outcome->ended_by = connection->ended_by;
        outcome->close_kind = outcome->closed_by >= 0 && closed_before_its_end(connection) ? TCPSTATE_CLOSE_FIN_RESET
                                                                                           : TCPSTATE_CLOSE_RESET;
        break;
    default:
        break;
    }
}

/* What is missing: from whom, how much of it, and since when. */
static void find_debt(const struct tcpstate_connection *connection, struct tcpstate_outcome *outcome)
{
    const struct tcpstate_endpoint *ends = connection->ends;

    switch (outcome->result) {
    case TCPSTATE_RESULT_UNANSWERED:
        outcome->owing = !(ends[1].known & SENT_SYN);
        outcome->count = ends[!outcome->owing].syns;
        outcome->since = connection->moments[TCPSTATE_MOMENT_SYN];
        break;
    case TCPSTATE_RESULT_HALF_OPEN:
        outcome->owing = (ends[0].known & SENT_SYN_ACK) ? 1 : 0;
        outcome->since = connection->moments[TCPSTATE_MOMENT_SYN_ACK];
        break;
    case TCPSTATE_RESULT_SILENT:
        outcome->owing = ends[0].keep_alives > 1 ? 1 : 0;
        outcome->count = ends[!outcome->owing].keep_alives;
        if (ends[outcome->owing].last.frame != 0)
            outcome->since = ends[outcome->owing].last.time;
        break;
    case TCPSTATE_RESULT_HALF_CLOSED:
        outcome->owing = (ends[0].known & SENT_FIN) ? 1 : 0;
        outcome->since = connection->moments[TCPSTATE_MOMENT_FIN];
        if (!(ends[outcome->owing].known & ACKED_FIN) && ends[!outcome->owing].repeats > 0)
            outcome->count = ends[!outcome->owing].repeats + 1u;
        break;
    case TCPSTATE_RESULT_ONE_DIRECTION:
        outcome->owing = ends[0].last.frame == 0 ? 0 : 1;
        break;
    case TCPSTATE_RESULT_UNKNOWN:
        outcome->owing = (int8_t)(met_the_one_before(connection) ? -1 : lacks_a_fin(connection));
        break;
    case TCPSTATE_RESULT_LAST_ACK_MISSING:
        outcome->owing = (ends[1].known & ACKED_FIN) ? 1 : 0; /* whose FIN was not acknowledged */
        outcome->since = ends[outcome->owing].first_sent;
        break;
    default:
        break;
    }
}

void tcpstate_outcome(const struct tcpstate_connection *connection, struct tcpstate_outcome *outcome)
{
    enum tcpstate_result result = result_of(connection);

    *outcome = (struct tcpstate_outcome){
        .result = result,
        .opening = opening_of(connection, result),
        .closed_by = TCPSTATE_BY_NOBODY,
        .ended_by = TCPSTATE_BY_NOBODY,
        .owing = -1,
        .since = TCPSTATE_NO_TIME,
        .close_kind = TCPSTATE_CLOSE_NONE,
        .conn_state = tcpstate_conn_state(connection),
    };
    find_closers(connection, outcome);
    find_debt(connection, outcome);
}

const char *tcpstate_result_name(enum tcpstate_result result)
{
    static const char *const names[TCPSTATE_RESULTS] = {
        [TCPSTATE_RESULT_CLOSED] = "closed",
        [TCPSTATE_RESULT_RESET] = "reset",
        [TCPSTATE_RESULT_REFUSED] = "refused",
        [TCPSTATE_RESULT_REJECTED] = "rejected",
        [TCPSTATE_RESULT_HANDSHAKE_ABORTED] = "handshake-aborted",
        [TCPSTATE_RESULT_UNREACHABLE] = "unreachable",
        [TCPSTATE_RESULT_UNANSWERED] = "unanswered",
        [TCPSTATE_RESULT_HALF_OPEN] = "half-open",
        [TCPSTATE_RESULT_OPEN] = "open",
        [TCPSTATE_RESULT_SILENT] = "silent",
        [TCPSTATE_RESULT_HALF_CLOSED] = "half-closed",
        [TCPSTATE_RESULT_LAST_ACK_MISSING] = "last-ack-missing",
        [TCPSTATE_RESULT_STALLED] = "stalled",
        [TCPSTATE_RESULT_NO_RESPONSE] = "no-response",
        [TCPSTATE_RESULT_ONE_DIRECTION] = "one-direction",
        [TCPSTATE_RESULT_UNKNOWN] = "unknown",
    };
    return (unsigned)result < TCPSTATE_RESULTS ? names[result] : "unknown";
}

const char *tcpstate_close_kind_name(enum tcpstate_close_kind kind)
{
    static const char *const names[TCPSTATE_CLOSE_KINDS] = {
        [TCPSTATE_CLOSE_NONE] = "none",
        [TCPSTATE_CLOSE_FOUR_SEGMENTS] = "four-segments",
        [TCPSTATE_CLOSE_THREE_SEGMENTS] = "three-segments",
        [TCPSTATE_CLOSE_SIMULTANEOUS] = "simultaneous",
        [TCPSTATE_CLOSE_RESET] = "reset",
        [TCPSTATE_CLOSE_FIN_RESET] = "fin-then-reset",
    };
    return (unsigned)kind < TCPSTATE_CLOSE_KINDS ? names[kind] : "none";
}

const char *tcpstate_opening_name(enum tcpstate_opening opening)
{
    static const char *const names[TCPSTATE_OPENINGS] = {
        [TCPSTATE_OPENING_NONE] = "none",
        [TCPSTATE_OPENING_HANDSHAKE] = "handshake",
        [TCPSTATE_OPENING_SIMULTANEOUS] = "simultaneous",
        [TCPSTATE_OPENING_FAST_OPEN] = "fast-open",
        [TCPSTATE_OPENING_UNSEEN] = "unseen",
    };
    return (unsigned)opening < TCPSTATE_OPENINGS ? names[opening] : "none";
}
