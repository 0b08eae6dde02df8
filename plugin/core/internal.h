/* internal.h - what the core's files share with each other and nobody else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_INTERNAL_H
#define TCPSTATE_INTERNAL_H

#include "evidence.h"

/* An event as a member of a set of pending or arriving ones. */
#define BIT(event) ((uint8_t)(1u << (event)))

/* Of what is known of an end (evidence.h): what leaves open where it stands, and
 * that it has sent data. */
#define UNSETTLED (PROVOKED | GUESSED | DOUBTED | CLAIMS | FIN_IN_DOUBT | SENT_UNSEEN | HEARD_UNSEEN)
#define SPOKEN (SENT_DATA | SENT_NEW)

/* connection.c */

/* tcpstate_observe() without shortcuts: the same, later. */
void tcpstate_observe_in_general(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                 int64_t two_msl, struct tcpstate_observation *observation);

/* shortcuts.c: each takes in the segment and returns true, or changes nothing. */

/* The next data of a connection that is open from both ends, or an ACK of what
 * was seen: they only move numbers on. */
bool tcpstate_take_next(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        struct tcpstate_observation *observation);

/* The next segment of a handshake, a first exchange and a close as RFC 9293's
 * figures 6 and 12 draw them. */
bool tcpstate_take_line(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, int64_t two_msl,
                        struct tcpstate_observation *observation);

/* Find out whether tcpstate_take_next() may take the connection's next segment. */
void tcpstate_settle_connection(struct tcpstate_connection *connection);

/* begin.c */

/* Nothing is known of the end any more. */
void tcpstate_forget(struct tcpstate_endpoint *end);

/* The first segment of a connection, or of its new life.  Returns where the
 * other end was before, if it is rid of an old connection, else UNKNOWN. */
enum tcpstate_state tcpstate_begin(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* A SYN,ACK with another number from an end that has no connection any more:
 * it answers a SYN that was not captured. */
bool tcpstate_reopened_unseen(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* move.c */

/* The state that a set of arrivals leads to, in the order of their numbers. */
enum tcpstate_state tcpstate_replay(enum tcpstate_state state, uint8_t pending);

/* Restore the invariant state == replay(proven, pending). */
void tcpstate_settle(struct tcpstate_endpoint *end);

/* Move the sender by what its segment proves.  Returns where it stood when it
 * sent; `corrected` tells that it was not where we had inferred, `in_flight`
 * that something it did not know of yet moves it on. */
enum tcpstate_state tcpstate_move_sender(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                                         const struct evidence *evidence, bool *corrected, bool *in_flight);

/* Move the receiver by what arrives; after tcpstate_remember(). */
void tcpstate_move_receiver(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            const struct evidence *evidence);

/* What was doubted and is now confirmed: a FIN that its receiver might not
 * have accepted is acknowledged; an ACK far beyond all that was seen is
 * followed by a segment from there. */
void tcpstate_confirm(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* The shift count of a window field that `me` sends after its SYN: a scale
 * counts only if both SYNs offered one (RFC 7323 section 2.2); where the SYN was
 * not captured the field may mean as much as 2^14 times its number (section 2.3). */
static inline int tcpstate_window_scale(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    if ((me->known & KNOWS_SCALE) && (peer->known & KNOWS_SCALE))
        return me->window_scale;
    return (me->known & (SENT_SYN | SENT_SYN_ACK)) ? 0 : 14;
}

/* Whether the segment is a FIN that the other end's FIN, recorded before it,
 * acknowledges; asked before it is remembered. */
bool tcpstate_is_acknowledged_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment);

/* remember.c */

/* Whether the segment shows that something was sent which the capture does not
 * hold, and which may have been a FIN. */
bool tcpstate_shows_unseen(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment);
void tcpstate_remember(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                       const struct evidence *evidence);

/* conclude.c: each fills in its part of the observation. */
void tcpstate_check(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct tcpstate_observation *observation);
void tcpstate_link(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct evidence *evidence, struct tcpstate_observation *observation);
void tcpstate_count_keep_alives(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                struct tcpstate_observation *observation, bool is_keep_alive);
void tcpstate_keep_time(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        enum tcpstate_step step);
void tcpstate_finish(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct evidence *evidence, struct tcpstate_observation *observation);

/* account.c: take in a segment after all of the above has concluded. */
void tcpstate_account(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      const struct tcpstate_observation *observation);

/* account-pack.c: a part of what pack.c writes, for the rest of the connection is
 * known already; how many bytes. */
#define TCPSTATE_MOST_ACCOUNT 384
size_t tcpstate_account_pack(const struct tcpstate_connection *connection, uint8_t *packed);
size_t tcpstate_account_unpack(struct tcpstate_connection *connection, const uint8_t *packed, size_t size);

/* zeek.c */
void tcpstate_zeek_observe(struct tcpstate_zeek *zeek, const struct tcpstate_segment *segment);

#endif
