/* steps.c - from what holds of a segment to what it is called.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first rule that fits names the step.  A rule reads: all of `has`, none
 * of `lacks`, the sender on departure in one of `sender`'s states, the
 * receiver before arrival in one of `receiver`'s.  A new step is a row here,
 * a row in steps.def and a row of words in ../text/catalogue.def; nothing else
 * needs to know of it.  What no rule fits has no name, and plain data and
 * plain ACKs are meant to have none.
 */
#include <stddef.h>

#include "internal.h"

#define CL (1u << TCPSTATE_CLOSED)
#define LI (1u << TCPSTATE_LISTEN)
#define SS (1u << TCPSTATE_SYN_SENT)
#define SR (1u << TCPSTATE_SYN_RCVD)
#define ES (1u << TCPSTATE_ESTABLISHED)
#define F1 (1u << TCPSTATE_FIN_WAIT_1)
#define F2 (1u << TCPSTATE_FIN_WAIT_2)
#define CW (1u << TCPSTATE_CLOSE_WAIT)
#define CG (1u << TCPSTATE_CLOSING)
#define LA (1u << TCPSTATE_LAST_ACK)
#define TW (1u << TCPSTATE_TIME_WAIT)
#define UN (1u << TCPSTATE_UNKNOWN)
#define ANY 0xffffu
#define HEARS (ANY & ~(CL | LI)) /* anybody who has a connection to take it in */
#define NOTHING 0

struct rule {
    conditions has, lacks;
    uint16_t sender, receiver;
    uint8_t step;
};

#define RULE(step, has, lacks, sender, receiver) \
    { has, lacks, sender, receiver, TCPSTATE_STEP_##step }

/* Segments with SYN and no ACK.  The last rule takes in what is left.  Nonsense first:
 * nothing below may take it for something. */
static const struct rule with_syn[] = {
    /*   step                  has                             lacks        sender   receiver */
    RULE(SYN_FIN,              HAS_FIN,                        NOTHING,             ANY, ANY),
    RULE(SYN_RST,              HAS_RST,                        NOTHING,             ANY, ANY),
    /* A stale one is told before all else: it must not look like the beginning of
     * anything (RFC 9293 section 3.5, figure 8). */
    RULE(STALE_SYN,            STALE,                          NOTHING,             ANY, ANY),
    RULE(SYN_IN_CONNECTION,    AGAIN | PEER_LIVES,             NOTHING, ES | F1 | F2 | CW | CG | LA | TW, ANY),
    RULE(SYN_RETRANSMITTED,    AGAIN,                          NOTHING,             ANY, ANY),
    RULE(SYN_IN_CONNECTION,    PEER_LIVES,                     NOTHING,             ANY, ANY),
    RULE(SIMULTANEOUS_OPEN,    CROSSES,                        NOTHING,             ANY, ANY),
    RULE(TFO_SYN_DATA,         TFO_HAS_COOKIE,                 NOTHING,             ANY, ANY),
    RULE(TFO_REQUEST,          TFO_ASKS,                       NOTHING,             ANY, ANY),
    RULE(PORT_REUSED,          REUSES,                         NOTHING,             ANY, ANY),
    RULE(SYN,                  HAS_SYN,                        NOTHING,             ANY, ANY),
};

/* ... with SYN and ACK: likewise. */
static const struct rule with_syn_ack[] = {
    RULE(SYN_RST,              HAS_RST,                        NOTHING,             ANY, ANY),
    RULE(SYN_IN_CONNECTION,    STALE,                          NOTHING,             ANY, ANY),
    RULE(BAD_SYN_ACK,          HAS_SYN,                        GOOD_ACK,            ANY, ANY),
    RULE(SYN_IN_CONNECTION,    PEER_LIVES,                     NOTHING,             ANY, ANY),
    RULE(SYN_ACK_RETRANSMITTED, AGAIN,                         NOTHING,             ANY, ANY),
    RULE(SIMULTANEOUS_SYN_ACK, CROSSES,                        NOTHING,             ANY, ANY),
    RULE(TFO_ACCEPTED,         TFO_SENT | ACKS_SYN_DATA,       NOTHING,             ANY, ANY),
    RULE(TFO_NOT_ACCEPTED,     TFO_SENT,                       NOTHING,             ANY, ANY),
    RULE(TFO_COOKIE,           TFO_HAS_COOKIE,                 NOTHING,             ANY, ANY),
    RULE(SYN_ACK,              HAS_SYN,                        NOTHING,             ANY, ANY),
};

/* ... with RST and no SYN: likewise. */
static const struct rule with_rst[] = {
    RULE(RESET_UNSIGNED,       HAS_RST | UNSIGNED,             NOTHING,             ANY, ANY),
    RULE(RESET_IGNORED,        HAS_RST,                        ACCEPTABLE,          ANY, ANY),
    RULE(SYN_ACK_REJECTED,     HAS_RST | FOREIGN,              NOTHING,             ANY, SR),
    RULE(HALF_OPEN_RESET,      HAS_RST | FOREIGN,              NOTHING,             ANY, ANY),
    RULE(MPTCP_FASTCLOSE,      HAS_RST | MP_CLOSES_FAST,       NOTHING,             ANY, ANY),
    RULE(RESET_REPEATED,       HAS_RST | AGAIN,                NOTHING,             ANY, ANY),
    RULE(REFUSED,              HAS_RST | HAS_ACK,              NOTHING,        CL | LI | UN, SS),
    RULE(SYN_ACK_REJECTED,     HAS_RST | PEER_ACCEPTED,        PEER_SPOKE, CL | SS | UN, SR),
    RULE(HANDSHAKE_ABORTED,    HAS_RST,                        NOTHING,             SS | SR, ANY),
    RULE(HANDSHAKE_ABORTED,    HAS_RST,                        PEER_SPOKE,          ES, SR),
    RULE(TIME_WAIT_ASSASSINATION, HAS_RST,                     NOTHING,             ANY, TW),
    RULE(RESET_AFTER_CLOSE,    HAS_RST | IS_OVER,              NOTHING,             CL | TW, ANY),
    RULE(RESET_AFTER_CLOSE,    HAS_RST,                        NOTHING,             ANY, CL),
    RULE(RESET_REPEATED,       HAS_RST | RESET_BEFORE,         HAS_ACK,             CL, ANY),
    RULE(RESET_IN_CLOSE,       HAS_RST | ALREADY_SENT_FIN,     NOTHING,             ANY, ANY),
    RULE(RESET_IN_CLOSE,       HAS_RST | PEER_SENT_FIN,        NOTHING,             ANY, ANY),
    RULE(ABORT,                HAS_RST,                        NOTHING,             ES | CW | CL, ES | CW),
    RULE(ABORT,                HAS_RST,                        NOTHING,             ES | CW, ANY),
    RULE(RESET_OF_UNKNOWN,     HAS_RST,                        NOTHING,             ANY, ANY),
};

/* ... with FIN and neither. */
static const struct rule with_fin[] = {
    RULE(XMAS_SEGMENT,         HAS_FIN | HAS_URG_PSH,          HAS_ACK,             ANY, ANY),
    RULE(FIN_WITHOUT_ACK,      HAS_FIN,                        HAS_ACK,             ANY, ANY),
    RULE(FIN_DOUBTFUL,         HAS_FIN | DOES_NOT_FIT,         NOTHING,             ANY, ANY),
    RULE(FIN_IGNORED,          HAS_FIN | UNACCEPTABLE,         NOTHING,             ANY, ANY),
    RULE(FIN_IGNORED,          HAS_FIN | STRAY,                NOTHING,             ANY, ANY),
    RULE(FIN_IN_TIME_WAIT,     HAS_FIN | AGAIN | PEER_ACKED_FIN, NOTHING,           ANY, TW),
    RULE(FIN_RETRANSMITTED,    HAS_FIN | AGAIN,                NOTHING,             ANY, ANY),
    RULE(FIN_OUT_OF_ORDER,     HAS_FIN,                        IN_ORDER,            ANY, ANY),
    RULE(SIMULTANEOUS_CLOSE,   HAS_FIN | CROSSES,              NOTHING,             ANY, ANY),
    RULE(PASSIVE_FIN_COMBINED, HAS_FIN | PEER_SENT_FIN | ACKS_FIN, NOTHING,         ANY, ANY),
    RULE(PASSIVE_FIN,          HAS_FIN | PEER_SENT_FIN,        NOTHING,             ANY, ANY),
    RULE(PASSIVE_FIN,          HAS_FIN,                        GUESSES,             CW, ANY),
    RULE(FIN_MIDSTREAM,        HAS_FIN | GUESSES,              NOTHING,             ANY, ANY),
    RULE(FIN_IN_HANDSHAKE,     HAS_FIN,                        NOTHING,             SR, ANY),
    RULE(FIN,                  HAS_FIN,                        NOTHING,      ES | CW, ANY),
};

/* ... with none of these; and FINs that the rules above left. */
static const struct rule transfer[] = {
    RULE(NULL_SEGMENT,         NOTHING,                        HAS_ACK | HAS_FIN,   ANY, ANY),
    /* The end is named before the middle: a segment that acknowledges a FIN
     * is a step of the close, whatever else it carries. */
    RULE(SIMULTANEOUS_CLOSE_ACK, ACKS_FIN,                     HAS_FIN,             CG, ANY),
    RULE(LAST_ACK,             ACKS_FIN,                       HAS_FIN,             TW, ANY),
    RULE(FIN_ACKED_DATA,       ACKS_FIN | HAS_DATA,            HAS_FIN,             CW, ANY),
    RULE(FIN_ACKED,            ACKS_FIN,                       HAS_FIN,             CW, ANY),
    /* One that acknowledges the server's data too comes after the third
     * segment, which was not captured; but in Fast Open data comes early. */
    RULE(HANDSHAKE_ACK_DATA,   OPENS | HAS_DATA | ACKS_SYN_ALONE, HAS_FIN,          ANY, HEARS),
    RULE(HANDSHAKE_ACK_DATA,   OPENS | HAS_DATA | FIRST_DATA,  HAS_FIN | PEER_SPOKE, ANY, HEARS),
    RULE(HANDSHAKE_ACK,        OPENS | ACKS_SYN_ALONE,         HAS_FIN | HAS_DATA,  ANY, HEARS),
    RULE(HANDSHAKE_ACK,        OPENS | TFO_SENT,               HAS_FIN | HAS_DATA,  ANY, HEARS),
    RULE(HANDSHAKE_ACK,        OPENS,               HAS_FIN | HAS_DATA | PEER_SPOKE, ANY, HEARS),
    /* A stranger was taken for its sender before, but its receiver still waits for it. */
    RULE(HANDSHAKE_ACK,        ACKS_SYN_ALONE | FROM_CLIENT | PEER_ACCEPTED, HAS_FIN | HAS_DATA | CHALLENGES, ANY, SR),
    RULE(FIRST_REQUEST,        FIRST_DATA | FROM_CLIENT,       PEER_SPOKE,          ANY, HEARS),
    RULE(FIRST_DATA_CROSSES,   FIRST_DATA | PEER_SPOKE | CROSSES, NOTHING,          ANY, HEARS),
    RULE(CLIENT_ANSWERS,       FIRST_DATA | FROM_CLIENT,       NOTHING,             ANY, HEARS),
    RULE(FIRST_RESPONSE,       FIRST_DATA | FROM_SERVER | PEER_SPOKE, NOTHING,      ANY, HEARS),
    RULE(SERVER_SPEAKS_FIRST,  FIRST_DATA | FROM_SERVER,       NOTHING,             ANY, HEARS),
    RULE(MPTCP_FASTCLOSE,      MP_CLOSES_FAST,                 NOTHING,             ANY, ANY),
    RULE(MPTCP_DATA_FIN,       MP_CLOSES,                      NOTHING,             ANY, ANY),
    RULE(HALF_CLOSED_DATA,     FIRST_HALF_CLOSED,              NOTHING,             CW, ANY),
    RULE(DATA_AFTER_FIN,       NEW_DATA | ALREADY_SENT_FIN,    WITHDRAWS_FIN,       ANY, ANY),
    RULE(NO_CONNECTION,        AFTER_RESET | HAS_DATA,         NOTHING,             ANY, ANY),
    RULE(NO_CONNECTION,        NEW_DATA | HAS_ACK,             NOTHING,             CL, ANY),
    RULE(LAST_ACK_REPEATED,    CHALLENGES | ACKS_FIN_AGAIN,    NOTHING,             TW, ANY),
    RULE(FIN_ACK_REPEATED,     CHALLENGES | ACKS_FIN_AGAIN,    NOTHING,             ANY, ANY),
    RULE(HANDSHAKE_ACK_REPEATED, CHALLENGES | FROM_CLIENT,     NOTHING,             ES, SR),
    RULE(CHALLENGE_ACK,        CHALLENGES,                     NOTHING,             ANY, ANY),
    RULE(KEEP_ALIVE_UNANSWERED, KEEP_ALIVE_AGAIN,              NOTHING,             ANY, ANY),
};

static enum tcpstate_step first_that_fits(const struct rule *rules, size_t count, conditions is,
                                          unsigned sender, unsigned receiver)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = &rules[i];
        if ((is & rule->has) == rule->has && !(is & rule->lacks)
            && (rule->sender & sender) && (rule->receiver & receiver))
            return (enum tcpstate_step)rule->step;
    }
    return TCPSTATE_STEP_NONE;
}

enum tcpstate_step tcpstate_classify(conditions is, enum tcpstate_state sender,
                                     enum tcpstate_state receiver)
{
    enum tcpstate_step step = TCPSTATE_STEP_NONE;

#define FIRST_OF(rules) first_that_fits(rules, sizeof rules / sizeof rules[0], is, 1u << sender, 1u << receiver)
    if (is & HAS_SYN)
        return is & HAS_ACK ? FIRST_OF(with_syn_ack) : FIRST_OF(with_syn);
    if (is & HAS_RST)
        return FIRST_OF(with_rst);
    if (is & HAS_FIN)
        step = FIRST_OF(with_fin);
    return step != TCPSTATE_STEP_NONE ? step : FIRST_OF(transfer);
#undef FIRST_OF
}

#define ACK_ISN TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1
#define SEQ_ISN TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1
#define ACK_FIN TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1
#define OPENING TCPSTATE_PHASE_OPENING
#define TRANSFER TCPSTATE_PHASE_TRANSFER
#define CLOSING TCPSTATE_PHASE_CLOSING
#define ABORTING TCPSTATE_PHASE_ABORT
#define FAILED TCPSTATE_PHASE_FAILED
#define THE(milestone) (1 + TCPSTATE_MILESTONE_##milestone)
#define AT(moment) (1 + TCPSTATE_MOMENT_##moment)

static const struct step_row rows[TCPSTATE_STEPS] = {
    [TCPSTATE_STEP_NONE] = { .name = "" },
#define TCPSTATE_STEP(id, name, ...) [TCPSTATE_STEP_##id] = { name, __VA_ARGS__ },
#include "steps.def"
#undef TCPSTATE_STEP
};

const struct step_row *tcpstate_step_row(enum tcpstate_step step)
{
    return &rows[step];
}

const char *tcpstate_step_name(enum tcpstate_step step)
{
    return (unsigned)step < TCPSTATE_STEPS ? rows[step].name : "";
}

enum tcpstate_phase tcpstate_step_phase(enum tcpstate_step step)
{
    return (unsigned)step < TCPSTATE_STEPS ? (enum tcpstate_phase)rows[step].phase : TCPSTATE_PHASE_NONE;
}

bool tcpstate_step_is_first_data(enum tcpstate_step step)
{
    return rows[step].first_data;
}
