/* servers.h - which addresses and ports were seen to answer a SYN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection whose beginning the capture lacks has a client and a server too.
 * An address and port that accepted another connection of the same capture is
 * most likely the server of this one: an inference, from what was captured before
 * it alone, so that first visits in order give the same as any later ones.
 * Wireshark's file of services is not asked: it differs from one version, and
 * from one user, to the next.
 */
#ifndef TCPSTATE_SERVERS_H
#define TCPSTATE_SERVERS_H

#include "../packet/reading.h"

/* A capture file begins; the one before it has ended. */
void tcpstate_servers_begin(void);
void tcpstate_servers_end(void);

/* First visit: endpoint 0 or 1 accepts a connection. */
void tcpstate_servers_note(const struct tcpstate_pair *pair, int endpoint);

/* The only one of the two that has accepted a connection so far; -1: neither, or both. */
int8_t tcpstate_servers_hint(const struct tcpstate_pair *pair);

#endif
