/* agreed.c - what the handshake agreed, from what account.c noted of both SYNs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nobody tells which of several SYNs was answered.  Where they differ, an option
 * that only an answer to it may have tells; else it is not known.
 */
#include "internal.h"

static enum tcpstate_answer offered(const struct tcpstate_account_end *end, unsigned offer)
{
    if (!(end->offers & TCPSTATE_OFFERS_SYN) || (end->varies & offer))
        return TCPSTATE_NOT_KNOWN;
    if (end->offers & offer)
        return TCPSTATE_YES;
    return end->offers & TCPSTATE_OFFERS_CUT ? TCPSTATE_NOT_KNOWN : TCPSTATE_NO;
}

/* The end whose SYN,ACK answers the other's SYN, or -1. */
static int answering(const struct tcpstate_connection *connection)
{
    for (int i = 0; i < 2; i++)
        if ((connection->ends[i].known & SENT_SYN_ACK) && !(connection->ends[i].known & SENT_SYN)
            && (connection->account.ends[i].offers & TCPSTATE_OFFERS_SYN))
            return i;
    return -1;
}

/* Of both ends; where a SYN,ACK has what it may only have in answer to a SYN with
 * the same, that SYN had it. */
static void by_ends(const struct tcpstate_connection *connection, unsigned offer, bool only_answers, int8_t by[2])
{
    int server = answering(connection);

    for (int i = 0; i < 2; i++)
        by[i] = (int8_t)offered(&connection->account.ends[i], offer);
    if (only_answers && server >= 0 && by[server] == TCPSTATE_YES && by[!server] == TCPSTATE_NOT_KNOWN)
        by[!server] = TCPSTATE_YES;
}

/* RFC 9768 table 2; RFC 3168 section 6.1.1. */
static enum tcpstate_ecn ecn_of(const struct tcpstate_connection *connection)
{
    enum { ECE = TCPSTATE_ECN_ECE, CWR = TCPSTATE_ECN_CWR, AE = TCPSTATE_ECN_AE };
    const struct tcpstate_account_end *ends = connection->account.ends;
    int server = answering(connection);

    if (server < 0) /* both asked, or nobody did */
        return ends[0].offers && ends[1].offers && !ends[0].ecn && !ends[1].ecn ? TCPSTATE_ECN_NONE : TCPSTATE_ECN_NOT_KNOWN;
    if (ends[server].varies & TCPSTATE_OFFERS_ECN)
        return TCPSTATE_ECN_NOT_KNOWN;
    const struct tcpstate_account_end *asks = &ends[!server];
    const uint8_t answer = ends[server].ecn;
    if (answer == 0)
        return TCPSTATE_ECN_NONE;
    if (!(asks->offers & TCPSTATE_OFFERS_SYN))
        return answer == ECE ? TCPSTATE_ECN_CLASSIC : TCPSTATE_ECN_NOT_KNOWN;
    if (asks->ecn != (AE | CWR | ECE))
        return (asks->ecn & (CWR | ECE)) == (CWR | ECE) && (answer & (CWR | ECE)) == ECE ? TCPSTATE_ECN_CLASSIC
                                                                                         : TCPSTATE_ECN_NONE;
    switch (answer) {
    case ECE: return TCPSTATE_ECN_CLASSIC;
    case CWR:
    case CWR | ECE:
    case AE:
    case AE | CWR: return TCPSTATE_ECN_ACCURATE;
    case AE | CWR | ECE: return TCPSTATE_ECN_NONE; /* a host that sends back what it got */
    default: return TCPSTATE_ECN_NOT_KNOWN; /* reserved */
    }
}

static enum tcpstate_fast_open fast_open_of(const struct tcpstate_connection *connection)
{
    int server = answering(connection);

    if (server < 0)
        return TCPSTATE_FAST_OPEN_NOT_KNOWN;
    const struct tcpstate_endpoint *asks = &connection->ends[!server], *answers = &connection->ends[server];
    const struct tcpstate_account_end *asked = &connection->account.ends[!server];
    const bool data = (asks->known & SENT_SYN_DATA) && (asks->known & KNOWS_ISN);
    if (data && seq_gt(answers->syn_acked, asks->isn + 1))
        return TCPSTATE_FAST_OPEN_ACCEPTED;
    if (offered(&connection->account.ends[server], TCPSTATE_OFFERS_COOKIE) == TCPSTATE_YES)
        return TCPSTATE_FAST_OPEN_GRANTED;
    if (!(asked->offers & TCPSTATE_OFFERS_SYN)
        || (!(asked->offers & TCPSTATE_OFFERS_FAST_OPEN) && (asked->offers & TCPSTATE_OFFERS_CUT)))
        return TCPSTATE_FAST_OPEN_NOT_KNOWN;
    if (!(asked->offers & TCPSTATE_OFFERS_FAST_OPEN))
        return TCPSTATE_FAST_OPEN_NONE;
    if (!(asked->offers & TCPSTATE_OFFERS_COOKIE))
        return connection->account.ends[server].offers & TCPSTATE_OFFERS_CUT ? TCPSTATE_FAST_OPEN_NOT_KNOWN
                                                                             : TCPSTATE_FAST_OPEN_ASKED;
    return data ? TCPSTATE_FAST_OPEN_IGNORED : TCPSTATE_FAST_OPEN_NOT_KNOWN;
}

/* Both SYNs were seen, or the answer, and it was not refused. */
static bool is_answered(const struct tcpstate_connection *connection)
{
    const struct tcpstate_account_end *ends = connection->account.ends;

    switch (connection->end) {
    case TCPSTATE_ENDING_REFUSED:
    case TCPSTATE_ENDING_REJECTED:
    case TCPSTATE_ENDING_ABORTED:
    case TCPSTATE_ENDING_UNREACHABLE: return false;
    default: return answering(connection) >= 0 || (ends[0].offers && ends[1].offers);
    }
}

void tcpstate_agreed(const struct tcpstate_connection *connection, struct tcpstate_agreed *agreed)
{
    const struct tcpstate_account_end *ends = connection->account.ends;

    *agreed = (struct tcpstate_agreed){ .answered = is_answered(connection) };
    for (int i = 0; i < 2; i++) {
        enum tcpstate_answer known = offered(&ends[i], TCPSTATE_OFFERS_MSS);
        agreed->mss[i] = known == TCPSTATE_YES ? ends[i].mss : known == TCPSTATE_NO ? 0 : -1;
        agreed->shift[i] = (int8_t)(connection->ends[i].known & KNOWS_SCALE ? connection->ends[i].window_scale : -1);
    }
    by_ends(connection, TCPSTATE_OFFERS_WINDOW_SCALE, true, agreed->window_scale);
    by_ends(connection, TCPSTATE_OFFERS_TIMESTAMPS, true, agreed->timestamps);
    by_ends(connection, TCPSTATE_OFFERS_SACK, false, agreed->sack);
    by_ends(connection, TCPSTATE_OFFERS_MP_CAPABLE, true, agreed->mp_capable);
    by_ends(connection, TCPSTATE_OFFERS_MP_JOIN, true, agreed->mp_join);
    by_ends(connection, TCPSTATE_OFFERS_SIGNATURE, false, agreed->signature);
    agreed->ecn = ecn_of(connection);
    agreed->fast_open = fast_open_of(connection);
}
