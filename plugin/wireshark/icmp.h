/* icmp.h - what ICMP errors say of a connection's segments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_ICMP_H
#define TCPSTATE_ICMP_H

#include "connections.h"

/* The latest error that quotes a segment of a connection. */
struct tcpstate_icmp {
    uint8_t reporter[16];   /* who sent it */
    uint8_t address_length; /* 4 or 16 */
    uint8_t type, code;     /* of ICMP, or of ICMPv6 by the length */
    uint8_t from;           /* endpoint whose segment it quotes */
    bool of_syn;            /* it says that a SYN got nowhere */
};

/* A capture file ends. */
void tcpstate_icmp_end(void);

/* First visit: keep what a reading with .quoted says of this connection. */
void tcpstate_icmp_note(struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading, bool of_syn);

/* NULL: no error quotes a segment of it, as far as was seen. */
const struct tcpstate_icmp *tcpstate_icmp_of(const struct tcpstate_incarnation *incarnation);

/* Whether an error says no more than that the packet was too big for the path: a smaller one may pass (RFC 1191,
 * RFC 8201). */
bool tcpstate_icmp_is_of_size(const struct tcpstate_reading *reading);

/* What the error in a reading with .quoted says. */
struct tcpstate_icmp tcpstate_icmp_in(const struct tcpstate_reading *reading, bool of_syn);

/* "port-unreachable" and so on, never translated; in words, "port unreachable"; and whether the RFCs
 * have TCP go on: "soft" (RFC 9293 section 3.9.2.2), "hard", or NULL where they do not say. */
const char *tcpstate_icmp_name(const struct tcpstate_icmp *icmp);
const char *tcpstate_icmp_reason(enum tcpstate_language language, const struct tcpstate_icmp *icmp);
const char *tcpstate_icmp_kind(const struct tcpstate_icmp *icmp);

/* "ICMP from 192.0.2.1: port unreachable (…)", and of whose segment, if it is not the SYN. */
const char *tcpstate_icmp_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_icmp *icmp,
                               const struct tcpstate_incarnation *incarnation, int client);

/* The same of a connection that has failed or hangs; "" where no error is known. */
const char *tcpstate_icmp_why(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client);

#endif
