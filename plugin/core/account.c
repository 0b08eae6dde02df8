/* account.c - what is counted of a connection for the question why; see account.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fed with each segment after the state machine has concluded, and read by
 * outcome.c and the views.  Nothing here moves a state or names a step.  What
 * came before a RST is account-reset.c's.
 */
#include "account-facts.h"

static void begin(struct tcpstate_account *account)
{
    account->facts |= ACCOUNT_BEGAN;
    account->asked_at = TCPSTATE_NO_TIME;
    account->asker = -1;
    for (int i = 0; i < 2; i++)
        account->ends[i].waiting_since = account->ends[i].shut_since = TCPSTATE_NO_TIME;
}

static uint16_t offers_of(const struct tcpstate_segment *segment)
{
    static const struct {
        uint16_t option, offer;
    } offers[] = {
        { TCPSTATE_OPTION_WINDOW_SCALE, TCPSTATE_OFFERS_WINDOW_SCALE },
        { TCPSTATE_OPTION_TIMESTAMPS, TCPSTATE_OFFERS_TIMESTAMPS },
        { TCPSTATE_OPTION_SACK_PERMITTED, TCPSTATE_OFFERS_SACK },
        { TCPSTATE_OPTION_MP_CAPABLE, TCPSTATE_OFFERS_MP_CAPABLE },
        { TCPSTATE_OPTION_MP_JOIN, TCPSTATE_OFFERS_MP_JOIN },
        { TCPSTATE_OPTION_TFO_REQUEST | TCPSTATE_OPTION_TFO_COOKIE, TCPSTATE_OFFERS_FAST_OPEN },
        { TCPSTATE_OPTION_TFO_COOKIE, TCPSTATE_OFFERS_COOKIE },
        { TCPSTATE_OPTION_SIGNATURE, TCPSTATE_OFFERS_SIGNATURE },
        { TCPSTATE_OPTION_MSS, TCPSTATE_OFFERS_MSS },
        { TCPSTATE_OPTION_CUT, TCPSTATE_OFFERS_CUT },
    };
    uint16_t all = TCPSTATE_OFFERS_SYN;

    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++)
        if (segment->options & offers[i].option)
            all |= offers[i].offer;
    return all;
}

/* What a SYN or SYN,ACK offers.  One that is sent again may leave out what the
 * first had, for the network may drop it for that: then nobody sees which of
 * them was answered, and what varies is kept. */
static void note_offers(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_account_end *me = &connection->account.ends[segment->from & 1];
    const struct tcpstate_endpoint *end = &connection->ends[segment->from & 1];
    const struct tcpstate_endpoint *other = &connection->ends[!(segment->from & 1)];
    bool answered = connection->account.ends[!(segment->from & 1)].offers != 0;

    if (!(end->known & KNOWS_ISN) || end->isn != segment->seq)
        return;
    if ((segment->flags & TCPSTATE_FLAG_ACK) && (other->known & SENT_SYN)
        && (!seq_gt(segment->ack, other->isn) || seq_gt(segment->ack, other->snd_max)))
        return; /* it answers another SYN */
    const uint16_t offers = offers_of(segment), mss = segment->options & TCPSTATE_OPTION_MSS ? segment->mss : 0;
    const uint8_t ecn = (uint8_t)((segment->flags & TCPSTATE_FLAG_ECE ? TCPSTATE_ECN_ECE : 0)
                                  | (segment->flags & TCPSTATE_FLAG_CWR ? TCPSTATE_ECN_CWR : 0)
                                  | (segment->options & TCPSTATE_OPTION_AE ? TCPSTATE_ECN_AE : 0));
    if (me->offers == 0 || (end->repeats == 0 && !answered)) {
        me->offers = offers;
        me->varies = 0;
        me->mss = mss;
        me->ecn = ecn;
        return;
    }
    me->varies |= (uint16_t)((offers ^ me->offers) | (mss == me->mss ? 0 : TCPSTATE_OFFERS_MSS)
                             | (ecn == me->ecn ? 0 : TCPSTATE_OFFERS_ECN));
    me->offers |= offers;
    me->ecn |= ecn;
}

/* A probe is of one byte (RFC 9293 section 3.8.6.1). */
bool tcpstate_has_sent_into(const struct tcpstate_account_end *me, const struct tcpstate_account_end *peer)
{
    return me->waiting_since != TCPSTATE_NO_TIME && me->waiting_since - peer->shut_since >= TCPSTATE_SHORTEST_RETRANSMISSION
           && me->sent - me->acked > 1;
}

static void forget_hole(struct tcpstate_account *account)
{
    account->hole = 0;
    account->facts &= (uint16_t)~(ACCOUNT_HAS_HOLE | ACCOUNT_HAS_HOLE << 1);
}

/* What lies before it was not captured: it may come yet, or be sent again, unless it was acknowledged already. */
static void begin_hole(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_account *account = &connection->account;
    const int from = segment->from & 1;
    const struct tcpstate_account_end *me = &account->ends[from];

    if ((segment->flags & TCPSTATE_FLAG_SYN)
        || ((connection->ends[from].known & SENT_FIN) && !(segment->flags & TCPSTATE_FLAG_FIN)))
        return; /* it begins anew, or is behind the FIN */
    if ((account->facts & (ACCOUNT_KNOWS_ACKED << from)) && seq_gt(me->acked, me->sent)) {
        account->facts |= TCPSTATE_ACCOUNT_LACKS_SEGMENTS;
    } else if (!(account->facts & (ACCOUNT_HAS_HOLE | ACCOUNT_HAS_HOLE << 1))) {
        account->hole = me->sent;
        account->facts |= (uint16_t)(ACCOUNT_HAS_HOLE << from);
    }
}

/* The end was waited for until now: its window was shut, or it did not acknowledge what was sent again. */
static void end_stall(struct tcpstate_account *account, const struct tcpstate_segment *segment, int64_t since, bool by_window)
{
    if (since == TCPSTATE_NO_TIME || segment->time - since <= account->stall)
        return;
    account->stall = segment->time - since;
    account->stall_frame = segment->frame;
    account->facts &= (uint16_t)~(TCPSTATE_ACCOUNT_STALL_BY_B | TCPSTATE_ACCOUNT_STALL_SHUT);
    account->facts |= (uint16_t)((segment->from & 1 ? TCPSTATE_ACCOUNT_STALL_BY_B : 0) | (by_window ? TCPSTATE_ACCOUNT_STALL_SHUT : 0));
}

/* What it acknowledges of the other's data. */
static void take_ack(struct tcpstate_account *account, const struct tcpstate_segment *segment)
{
    int to = !(segment->from & 1);
    struct tcpstate_account_end *peer = &account->ends[to];

    if ((account->facts & (ACCOUNT_KNOWS_ACKED << to)) && !seq_gt(segment->ack, peer->acked))
        return;
    account->facts |= (uint16_t)(ACCOUNT_KNOWS_ACKED << to);
    peer->acked = segment->ack;
    if (peer->resent > 0) {
        end_stall(account, segment, peer->waiting_since, false);
        peer->resent = 0;
    }
    if ((account->facts & (ACCOUNT_KNOWS_SENT << to)) && seq_gt(segment->ack, peer->sent))
        account->asked_at = TCPSTATE_NO_TIME; /* an answer that was not captured, or a FIN */
    if ((account->facts & (ACCOUNT_HAS_HOLE << to)) && seq_gt(segment->ack, account->hole)) {
        account->facts |= TCPSTATE_ACCOUNT_LACKS_SEGMENTS;
        forget_hole(account);
    }
    if (peer->waiting_since != TCPSTATE_NO_TIME)
        peer->waiting_since = seq_gt(peer->sent, segment->ack) ? segment->time : TCPSTATE_NO_TIME;
}

/* Whether its sender had nothing of the question, which is all that the other waits for, when it sent this. */
static bool crosses_the_question(const struct tcpstate_account *account, const struct tcpstate_segment *segment)
{
    const int asker = !(segment->from & 1);
    const struct tcpstate_account_end *other = &account->ends[asker];

    return other->waiting_since == account->asked_at && (account->facts & (ACCOUNT_KNOWS_ACKED << asker))
           && !seq_gt(segment->ack, other->acked);
}

/* A client's data asks; the server's next data answers.  Where it lies behind a hole, `follows`
 * is false: the answer began with what was not captured, nobody knows when. */
static void take_turn(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, bool follows)
{
    struct tcpstate_account *account = &connection->account;
    int8_t from = (int8_t)(segment->from & 1);

    if (connection->client == from) {
        account->asked_for = account->asked_at == TCPSTATE_NO_TIME ? 0 : account->asked_for + (segment->time - account->asked_at);
        account->asked_at = segment->time;
        account->asker = from;
    } else if (account->asked_at != TCPSTATE_NO_TIME && account->asker != from && !crosses_the_question(account, segment)) {
        int64_t wait = segment->time - account->asked_at;
        if (follows && wait > account->slowest) {
            account->slowest = wait;
            account->slowest_frame = segment->frame;
        }
        account->asked_at = TCPSTATE_NO_TIME;
    }
}

static void take_data(struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    struct tcpstate_account *account = &connection->account;
    int from = segment->from & 1;
    struct tcpstate_account_end *me = &account->ends[from];
    uint32_t next = segment->seq + segment->payload + ((segment->flags & TCPSTATE_FLAG_SYN) != 0);
    bool known = account->facts & (ACCOUNT_KNOWS_SENT << from);

    if ((account->facts & (ACCOUNT_HAS_HOLE << from)) && !seq_gt(segment->seq, account->hole) && seq_gt(next, account->hole))
        forget_hole(account);
    if (known && !seq_gt(next, me->sent)) {
        bool probe = segment->payload <= 1 && segment->seq == me->sent - 1;
        bool acknowledged = (account->facts & (ACCOUNT_KNOWS_ACKED << from)) && !seq_gt(next, me->acked);
        if (segment->payload == 0 || probe || acknowledged || me->resent == UINT16_MAX)
            return;
        if (me->resent++ == 0 && connection->ends[!from].last.frame == 0)
            me->waiting_since = segment->time; /* of an end that was not captured nobody knows what it acknowledged before */
        return;
    }
    if (me->resent > 0 && connection->ends[!from].last.frame == 0)
        me->resent = 0; /* who goes on has had its acknowledgment */
    const bool follows = known && !seq_gt(segment->seq, me->sent);
    if (known && !follows)
        begin_hole(connection, segment);
    account->facts |= (uint16_t)(ACCOUNT_KNOWS_SENT << from);
    me->sent = next;
    if (segment->payload == 0)
        return;
    if (me->waiting_since == TCPSTATE_NO_TIME)
        me->waiting_since = segment->time;
    if (connection->ends[!from].known & SENT_FIN)
        account->facts |= (uint16_t)(ACCOUNT_SPOKE_LATE << from);
    take_turn(connection, segment, follows);
}

static void open_window(struct tcpstate_account *account, const struct tcpstate_segment *segment)
{
    struct tcpstate_account_end *me = &account->ends[segment->from & 1];

    if (!tcpstate_has_sent_into(&account->ends[!(segment->from & 1)], me))
        end_stall(account, segment, me->shut_since, true);
    me->shut_since = TCPSTATE_NO_TIME;
}

void tcpstate_account(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      const struct tcpstate_observation *observation)
{
    struct tcpstate_account *account = &connection->account;
    int from = segment->from & 1;
    struct tcpstate_account_end *me = &account->ends[from];

    if (!(account->facts & ACCOUNT_BEGAN))
        begin(account);
    if (observation->copy)
        return;
    tcpstate_zeek_observe(&account->zeek, segment);
    if (segment->flags & TCPSTATE_FLAG_RST) {
        tcpstate_account_reset(connection, segment, observation);
        return;
    }
    if (segment->flags & TCPSTATE_FLAG_SYN)
        note_offers(connection, segment);
    else if (segment->window == 0 && me->shut_since == TCPSTATE_NO_TIME && !(connection->ends[!from].known & SENT_FIN))
        me->shut_since = segment->time;
    else if (segment->window != 0 && me->shut_since != TCPSTATE_NO_TIME)
        open_window(account, segment);
    tcpstate_account_disowned(connection, segment);
    account->facts &= (uint16_t)~(ACCOUNT_SPOKE_LATE << !from);
    take_data(connection, segment);
    if (segment->flags & TCPSTATE_FLAG_ACK)
        take_ack(account, segment);
    account->ends[0].keep_alives = connection->ends[0].keep_alives;
    account->ends[1].keep_alives = connection->ends[1].keep_alives;
}

void tcpstate_waits(const struct tcpstate_connection *connection, struct tcpstate_wait *wait)
{
    const struct tcpstate_account *account = &connection->account;
    bool fin = (connection->ends[0].known | connection->ends[1].known) & SENT_FIN;

    *wait = (struct tcpstate_wait){ .owing = -1, .since = TCPSTATE_NO_TIME };
    if (connection->end != TCPSTATE_ENDING_NONE || !(account->facts & ACCOUNT_BEGAN))
        return;
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_account_end *me = &account->ends[i], *peer = &account->ends[!i];
        if (peer->shut_since != TCPSTATE_NO_TIME && !tcpstate_has_sent_into(me, peer)) {
            *wait = (struct tcpstate_wait){ .kind = TCPSTATE_WAIT_ZERO_WINDOW, .owing = (int8_t)!i, .since = peer->shut_since };
            return;
        }
        if (me->waiting_since != TCPSTATE_NO_TIME && me->resent > 0 && wait->kind == TCPSTATE_WAIT_NONE)
            *wait = (struct tcpstate_wait){ .kind = TCPSTATE_WAIT_UNACKNOWLEDGED, .owing = (int8_t)!i,
                                            .since = me->waiting_since, .count = me->resent };
    }
    if (wait->kind == TCPSTATE_WAIT_NONE && account->asked_at != TCPSTATE_NO_TIME && !fin
        && connection->client == account->asker) {
        bool first = connection->moments[TCPSTATE_MOMENT_RESPONSE] == TCPSTATE_NO_TIME
                     && !(connection->facts & TCPSTATE_CONNECTION_MIDSTREAM)
                     && !(connection->ends[!account->asker].known & SENT_DATA);
        *wait = (struct tcpstate_wait){ .kind = first ? TCPSTATE_WAIT_NO_RESPONSE : TCPSTATE_WAIT_SILENT,
                                        .owing = (int8_t)!account->asker, .since = account->asked_at };
    }
}

const char *tcpstate_wait_name(enum tcpstate_wait_kind kind)
{
    static const char *const names[TCPSTATE_WAIT_KINDS] = {
        [TCPSTATE_WAIT_NONE] = "none",
        [TCPSTATE_WAIT_ZERO_WINDOW] = "zero-window",
        [TCPSTATE_WAIT_UNACKNOWLEDGED] = "unacknowledged",
        [TCPSTATE_WAIT_NO_RESPONSE] = "no-response",
        [TCPSTATE_WAIT_SILENT] = "silent",
    };
    return (unsigned)kind < TCPSTATE_WAIT_KINDS ? names[kind] : "none";
}
