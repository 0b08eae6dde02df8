/* per-connection.h - what a view keeps of each connection that it has met.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A list of pieces of one size, in the order in which their connections were first
 * met, and found by the connection.  A capture may have ten million of them: beside
 * the piece itself one takes 4 to 8 bytes, and a piece is never moved.
 */
#ifndef TCPSTATE_PER_CONNECTION_H
#define TCPSTATE_PER_CONNECTION_H

#include "connections.h"

struct tcpstate_per_connection {
    GPtrArray *pages; /* of pieces */
    GArray *places;   /* uint32_t, by the connection's number: 1 + where its piece is; 0: not met */
    size_t size;      /* of a piece */
    unsigned count;
};

void tcpstate_per_connection_begin(struct tcpstate_per_connection *list, size_t size);
void tcpstate_per_connection_end(struct tcpstate_per_connection *list);

/* Drop all. */
void tcpstate_per_connection_clear(struct tcpstate_per_connection *list);

/* Keep the first `count`; connections are not found any more. */
void tcpstate_per_connection_cut(struct tcpstate_per_connection *list, unsigned count);

/* The piece at an index below .count; it stays where it is. */
void *tcpstate_per_connection_at(const struct tcpstate_per_connection *list, unsigned index);

/* Whether the connection has been met; then *index becomes where its piece is. */
bool tcpstate_per_connection_find(const struct tcpstate_per_connection *list, const struct tcpstate_incarnation *incarnation,
                                  unsigned *index);

/* The piece, zeroed, of a connection that has not been met; the last of the list. */
void *tcpstate_per_connection_add(struct tcpstate_per_connection *list, const struct tcpstate_incarnation *incarnation);

#endif
