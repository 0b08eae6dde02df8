/* states.h - the states of RFC 9293, what moves an end from one to another, and sets of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Public, as a part of tcpstate.h.
 */
#ifndef TCPSTATE_STATES_H
#define TCPSTATE_STATES_H

#include <stdint.h>

/* The states of RFC 9293 section 3.3.2, in the order of its figure 5, and
 * UNKNOWN for an endpoint of which nothing has been learnt.  CLOSED is the
 * fictional state "no connection". */
enum tcpstate_state {
    TCPSTATE_CLOSED,
    TCPSTATE_LISTEN,
    TCPSTATE_SYN_SENT,
    TCPSTATE_SYN_RCVD,
    TCPSTATE_ESTABLISHED,
    TCPSTATE_FIN_WAIT_1,
    TCPSTATE_FIN_WAIT_2,
    TCPSTATE_CLOSE_WAIT,
    TCPSTATE_CLOSING,
    TCPSTATE_LAST_ACK,
    TCPSTATE_TIME_WAIT,
    TCPSTATE_UNKNOWN,
    TCPSTATE_STATES
};

/* What moves one endpoint.  The first seven happen to it, the others it does. */
enum tcpstate_event {
    TCPSTATE_GETS_SYN,        /* a SYN without ACK arrives */
    TCPSTATE_GETS_SYN_ACK,    /* a SYN,ACK that acknowledges its SYN arrives */
    TCPSTATE_GETS_ACK_OF_SYN, /* its SYN (or SYN,ACK) is acknowledged */
    TCPSTATE_GETS_ACK_OF_FIN, /* its FIN is acknowledged */
    TCPSTATE_GETS_FIN,        /* the other's FIN arrives, in order */
    TCPSTATE_GETS_RST,        /* a RST that it must accept arrives */
    TCPSTATE_GETS_RST_AS_OPENER, /* the same, at an endpoint that sent its SYN first */
    TCPSTATE_SENDS_SYN,
    TCPSTATE_SENDS_SYN_ACK,
    TCPSTATE_SENDS_ACK, /* any segment with ACK and without SYN and RST */
    TCPSTATE_SENDS_FIN, /* applied after SENDS_ACK */
    TCPSTATE_SENDS_RST, /* that gives up this connection */
    TCPSTATE_WAITS_2MSL, /* the time of TIME_WAIT has passed */
    TCPSTATE_EVENTS
};

/* The state after an event: one cell of the table in states.c. */
enum tcpstate_state tcpstate_next(enum tcpstate_state state, enum tcpstate_event event);

/* A set of states, one bit each; UNKNOWN is never in one.  An endpoint of which
 * nothing has been learnt may be in any of them. */
typedef uint16_t tcpstate_set;
#define TCPSTATE_IN(state) ((tcpstate_set)(1u << TCPSTATE_##state))
#define TCPSTATE_ANY_STATE ((tcpstate_set)((1u << TCPSTATE_UNKNOWN) - 1))

/* "SYN_SENT" and so on, as RFC 9293 spells them with '_' for '-'; never NULL. */
const char *tcpstate_state_name(enum tcpstate_state state);

#endif
