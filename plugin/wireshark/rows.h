/* rows.h - what views write for programs: an object in each line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names and values are never translated and stay as they are.  Beside our own
 * stand those that readers of other formats look for, where they mean the same:
 * attributes of OpenTelemetry's semantic conventions (with dots), and of OCSF's
 * Network Activity (objects).  plugin/doc/json.md has all of them.
 */
#ifndef TCPSTATE_ROWS_H
#define TCPSTATE_ROWS_H

#include <wsutil/json_dumper.h>

#include "survey.h"

/* An object in a line of standard output. */
void tcpstate_row_begin(json_dumper *row);
void tcpstate_row_end(json_dumper *row);

/* A member; "", NULL and a negative time are null. */
void tcpstate_row_string(json_dumper *row, const char *name, const char *value);
void tcpstate_row_number(json_dumper *row, const char *name, int64_t value);
void tcpstate_row_boolean(json_dumper *row, const char *name, bool value);
void tcpstate_row_seconds(json_dumper *row, const char *name, int64_t nanoseconds);

/* "NAME.address" and "NAME.port" of an endpoint. */
void tcpstate_row_end_of(json_dumper *row, wmem_allocator_t *pool, const char *name, const struct tcpstate_pair *pair,
                         int endpoint);

/* "network.transport" and "network.type". */
void tcpstate_row_network(json_dumper *row, const struct tcpstate_pair *pair);

/* A connection as other formats have it. */
void tcpstate_row_connection(json_dumper *row, wmem_allocator_t *pool, const struct tcpstate_tally *tally,
                             const struct tcpstate_known *known);

/* Where both ends stood after its last segment, by endpoint. */
struct tcpstate_last_states {
    enum tcpstate_state state[2];
    bool inferred[2];
};
struct tcpstate_last_states tcpstate_last_states_of(const struct tcpstate_incarnation *incarnation);

/* The Community ID of a pair, version 1 with seed 0, as Wireshark's protocol
 * "communityid" and Zeek have it unless they are told another seed. */
const char *tcpstate_community_id(wmem_allocator_t *pool, const struct tcpstate_pair *pair);

#endif
