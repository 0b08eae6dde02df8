/* four-tuples.h - each four-tuple of the capture file, and the connections that it had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Addresses and ports of both ends, endpoint 0 first.  Which segment opens a new
 * connection the core says (connections.c); here a connection is only found again.
 */
#ifndef TCPSTATE_FOUR_TUPLES_H
#define TCPSTATE_FOUR_TUPLES_H

#include "connections.h"

struct tcpstate_four_tuple;

/* A capture file begins or ends. */
void tcpstate_four_tuples_begin(void);
void tcpstate_four_tuples_end(void);

/* The segment's four-tuple; NULL if it had none yet. */
struct tcpstate_four_tuple *tcpstate_four_tuple_find(const struct tcpstate_reading *reading);

/* First visits: the segment's four-tuple, which begins with its first connection where there was none. */
struct tcpstate_four_tuple *tcpstate_four_tuple_take(const struct tcpstate_asked *asked,
                                                     const struct tcpstate_reading *reading);

/* First visits: its next connection, which the segment opens; to be written. */
struct tcpstate_connection *tcpstate_four_tuple_add(const struct tcpstate_asked *asked, struct tcpstate_four_tuple *tuple,
                                                    const struct tcpstate_reading *reading);

/* First visits: whoever counts streams is shown the segment. */
void tcpstate_four_tuple_count(const struct tcpstate_asked *asked, struct tcpstate_four_tuple *tuple,
                               const struct tcpstate_reading *reading);

/* The latest of its connections. */
struct tcpstate_incarnation *tcpstate_four_tuple_latest(const struct tcpstate_four_tuple *tuple);

/* The one that a segment belongs to, on any visit; NULL if there was none yet. */
struct tcpstate_incarnation *tcpstate_four_tuple_at(const struct tcpstate_four_tuple *tuple,
                                                    const struct tcpstate_segment *segment);

/* Each connection of the file; later[0] and [1] had its four-tuple next, or are NULL. */
typedef void tcpstate_connection_takes(void *whom, const struct tcpstate_incarnation *incarnation,
                                       const struct tcpstate_incarnation *const later[2]);
void tcpstate_four_tuples_each(tcpstate_connection_takes *take, void *whom);

/* Its two ends. */
void tcpstate_four_tuple_pair(const struct tcpstate_four_tuple *tuple, struct tcpstate_pair *pair);

#endif
