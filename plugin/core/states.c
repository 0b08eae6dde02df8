/* states.c - the state machine of RFC 9293 as a table, for one endpoint.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A row is an event, a column the state it meets, a cell the state after it.
 * The viewpoint is that of a passer-by, so the rows of the upper half are
 * what reaches an endpoint and those of the lower half what it is seen to
 * send.  Whether an arrival is acceptable at all (section 3.10.7) has been
 * judged in judge.c before the table is asked: the table knows no numbers.
 *
 * A send is evidence, not a request.  Where an endpoint sends what its state
 * does not allow, it is our idea of its state that was wrong, and the cell
 * says where the segment proves it to be.
 *
 * This file may be read with RFC 9293 section 3.3.2 figure 5 beside it, and
 * nothing but that figure should make it change.
 */
#include <stddef.h>

#include "internal.h"

#define sCL TCPSTATE_CLOSED
#define sLI TCPSTATE_LISTEN
#define sSS TCPSTATE_SYN_SENT
#define sSR TCPSTATE_SYN_RCVD
#define sES TCPSTATE_ESTABLISHED
#define sF1 TCPSTATE_FIN_WAIT_1
#define sF2 TCPSTATE_FIN_WAIT_2
#define sCW TCPSTATE_CLOSE_WAIT
#define sCG TCPSTATE_CLOSING
#define sLA TCPSTATE_LAST_ACK
#define sTW TCPSTATE_TIME_WAIT
#define sUN TCPSTATE_UNKNOWN

static const uint8_t next[TCPSTATE_EVENTS][TCPSTATE_STATES] = {
    /*                             CL   LI   SS   SR   ES   F1   F2   CW   CG   LA   TW   UN */
    [TCPSTATE_GETS_SYN] =        { sSR, sSR, sSR, sSR, sES, sF1, sF2, sCW, sCG, sLA, sSR, sSR },
    /* CL: as if it listened; a RST is the only sign that it does not.
     * SS: simultaneous open, figure 7.
     * TW: a new connection, if its number is beyond the old one's (RFC 9293
     *     section 3.6.1, RFC 6191); older SYNs are not let through to here. */
    [TCPSTATE_GETS_SYN_ACK] =    { sCL, sLI, sES, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW, sES },
    /* SR: in a simultaneous open the SYN,ACK only confirms our SYN.
     * UN: its SYN was not captured, but a SYN,ACK that fits answers one. */
    [TCPSTATE_GETS_ACK_OF_SYN] = { sCL, sLI, sSS, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW, sUN },
    /* SS: an ACK alone does not open anything, the peer's SYN is missing. */
    [TCPSTATE_GETS_ACK_OF_FIN] = { sCL, sLI, sSS, sSR, sES, sF2, sF2, sCW, sTW, sCL, sTW, sUN },
    [TCPSTATE_GETS_FIN] =        { sCL, sLI, sSS, sCW, sCW, sCG, sTW, sCW, sCG, sLA, sTW, sCW },
    /* SR: a FIN that also completes the handshake goes straight through. */
    [TCPSTATE_GETS_RST] =        { sCL, sLI, sCL, sLI, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL },
    /* SR: who came from LISTEN returns to it (figures 8 and 11); an active
     *     opener is CLOSED, see GETS_RST_AS_OPENER.
     * TW: Linux does end TIME_WAIT then; RFC 1337 advises against it. */
    [TCPSTATE_GETS_RST_AS_OPENER] = { sCL, sLI, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL },

    [TCPSTATE_SENDS_SYN] =       { sSS, sSS, sSS, sSR, sES, sF1, sF2, sCW, sCG, sLA, sTW, sSS },
    /* ES and later: a late copy of the SYN that opened this connection.  A
     *     SYN with another ISN opens a new one and meets UN here. */
    [TCPSTATE_SENDS_SYN_ACK] =   { sSR, sSR, sSR, sSR, sES, sF1, sF2, sCW, sCG, sLA, sSR, sSR },
    /* SS: simultaneous open. */
    [TCPSTATE_SENDS_ACK] =       { sCL, sLI, sSS, sSR, sES, sF1, sF2, sCW, sCG, sLA, sTW, sUN },
    /* An ACK by itself moves nobody: what it acknowledges was an arrival, and
     * that is what moved its sender. */
    [TCPSTATE_SENDS_FIN] =       { sCL, sLI, sSS, sF1, sF1, sF1, sF2, sLA, sCG, sLA, sTW, sF1 },
    /* SR: RFC 9293 section 3.10.4, a CLOSE call before the handshake ended.
     * UN: or LAST_ACK; whoever asks marks it as a guess. */
    [TCPSTATE_SENDS_RST] =       { sCL, sLI, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL },
    /* LI: it refuses a segment and goes on listening (section 3.10.7.2). */
    [TCPSTATE_WAITS_2MSL] =      { sCL, sLI, sSS, sSR, sES, sF1, sF2, sCW, sCG, sLA, sCL, sUN },
};

static const char *const names[TCPSTATE_STATES] = {
    [sCL] = "CLOSED",      [sLI] = "LISTEN",     [sSS] = "SYN_SENT",   [sSR] = "SYN_RCVD",
    [sES] = "ESTABLISHED", [sF1] = "FIN_WAIT_1", [sF2] = "FIN_WAIT_2", [sCW] = "CLOSE_WAIT",
    [sCG] = "CLOSING",     [sLA] = "LAST_ACK",   [sTW] = "TIME_WAIT",  [sUN] = "UNKNOWN",
};

enum tcpstate_state tcpstate_next(enum tcpstate_state state, enum tcpstate_event event)
{
    return (enum tcpstate_state)next[event][state];
}

tcpstate_set tcpstate_next_of(tcpstate_set set, enum tcpstate_event event)
{
    tcpstate_set after = 0;

    for (; set != 0; set &= (tcpstate_set)(set - 1))
        after |= (tcpstate_set)(1u << next[event][tcpstate_lowest(set)]);
    return after;
}

const char *tcpstate_state_name(enum tcpstate_state state)
{
    return (unsigned)state < TCPSTATE_STATES ? names[state] : names[sUN];
}
