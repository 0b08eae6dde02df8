/* survey.h - what the views of a whole capture collect of its connections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One entry per connection, in the order in which the tap first met them, and
 * constant work per segment.  A survey counts packets and bytes as its filter
 * lets them through, but no copies; all else is asked of the connection itself when a view
 * prints (tcpstate_known_of()).
 */
#ifndef TCPSTATE_SURVEY_H
#define TCPSTATE_SURVEY_H

#include "per-connection.h"
#include "views.h"

struct tcpstate_tally {
    const struct tcpstate_incarnation *incarnation;
    const char *file;    /* that holds its first packet (tcpstate_capture_name()), or NULL */
    double began;        /* milliseconds since the capture's first frame, as Wireshark's trees count */
    uint64_t bytes[2];   /* of whole frames, by sending endpoint, as in Wireshark's Conversations */
    uint32_t packets[2];
    int8_t first_sender; /* of the segments that were let through */
    bool counted;        /* scratch of the view */
};

struct tcpstate_survey {
    struct tcpstate_per_connection tallies; /* of struct tcpstate_tally */
};

struct tcpstate_survey *tcpstate_survey_new(void);
void tcpstate_survey_clear(struct tcpstate_survey *survey);
void tcpstate_survey_free(struct tcpstate_survey *survey);

/* Take in one segment; its connection's index. */
unsigned tcpstate_survey_take(struct tcpstate_survey *survey, const struct tcpstate_tapped *tapped);

/* Drop all connections but the wanted ones: nothing is taken after that. */
void tcpstate_survey_select(struct tcpstate_survey *survey, tcpstate_selects *wanted, const void *whom);

/* The tally at an index. */
struct tcpstate_tally *tcpstate_survey_at(const struct tcpstate_survey *survey, unsigned index);

/* A connection as a reader wants it.  A is the client, or, where the roles are
 * unknown, the sender of the first segment; B is the other end.  Times in
 * nanoseconds, -1: not known. */
struct tcpstate_known {
    struct tcpstate_summary summary;
    int a, b; /* endpoints */
    int64_t handshake, to_first_request, to_first_response, slowest_response, longest_stall, duration;
};
void tcpstate_known_of(const struct tcpstate_tally *tally, struct tcpstate_known *known);

/* "client -> server" in the user's words, "(inferred)" where it is. */
const char *tcpstate_roles_word(const struct tcpstate_summary *summary);

/* Who closed first and who ended the connection, in the user's words: "A" or "B" where
 * the roles are unknown, "" where nobody did. */
const char *tcpstate_closed_by(const struct tcpstate_known *known);
const char *tcpstate_ended_by(const struct tcpstate_known *known);

#endif
