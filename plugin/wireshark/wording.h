/* wording.h - what every view says about one segment or one connection, in
 * the user's language and with the user's own labels.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Texts are allocated by `pool`, or are constants; never NULL.
 */
#ifndef TCPSTATE_WORDING_H
#define TCPSTATE_WORDING_H

#include "../text/catalogue.h"
#include "connections.h"

/* A template with its places filled. */
const char *tcpstate_filled(wmem_allocator_t *pool, const char *text, const struct tcpstate_places *places);

/* Of whom a template tells, as its sender: an endpoint of the connection, or -1.  Where the roles are unknown both ends
 * have their addresses as names. */
void tcpstate_place_end(wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation, int end, int client,
                        struct tcpstate_places *places);

/* What the segment's step is and means; of a RST that may be forged it says so. */
const char *tcpstate_explanation_of(wmem_allocator_t *pool, enum tcpstate_language language,
                                    const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning);

/* The label, as in the Analysis column; "" where a segment is no step. */
const char *tcpstate_label_of(wmem_allocator_t *pool, const struct tcpstate_reading *reading,
                              const struct tcpstate_meaning *meaning);

/* The same in a language of the caller's choice. */
const char *tcpstate_label_in(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning);

/* A state as a learner reads it: "SYN_RCVD (inferred)". */
const char *tcpstate_state_text(enum tcpstate_state state, bool inferred);

/* tcpdump's letters for TCP flags: "S.", "P."; "none" where there is none. */
const char *tcpstate_flags_text(uint8_t flags);

/* What tcpstate_ends_name() says (names.h), and those below it, in the user's words. */
const char *tcpstate_ends_word(int ends, int client);
const char *tcpstate_closed_by_word(const struct tcpstate_outcome *outcome, int client);
const char *tcpstate_ended_by_word(const struct tcpstate_outcome *outcome, int client);

/* What became of a connection and by whom, as a reader says it: "reset by the
 * server", "closed, 192.0.2.1:80 first" where the roles are unknown. */
const char *tcpstate_ended_text(wmem_allocator_t *pool, const struct tcpstate_summary *summary);

/* The same in a language of the caller's choice. */
const char *tcpstate_ended_in(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_summary *summary);

/* A RST's number as its receiver judges it, in the user's words; never NULL. */
const char *tcpstate_reset_number_word(enum tcpstate_reset_number number);

/* What one TCPSTATE_CAUSE_* of a reset says, with its numbers; what somebody waits for. */
const char *tcpstate_cause_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                const struct tcpstate_account *account, unsigned cause);

/* The causes of the RST that ended a connection, as bits; and in words, "" if the capture shows none.  That its
 * sender went on speaks against all others, and then it is the only one. */
enum { TCPSTATE_RESET_DISOWNED = TCPSTATE_CAUSE_PAYLOAD << 1 };
unsigned tcpstate_reset_causes(const struct tcpstate_account *account);
const char *tcpstate_reset_why(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_account *account);

/* The text of a cause of several RSTs, whose numbers, if the cause has any, go from `least` to `most`. */
int64_t tcpstate_cause_number(const struct tcpstate_account *account, unsigned cause);
const char *tcpstate_causes_text(wmem_allocator_t *pool, enum tcpstate_language language, unsigned cause, int64_t least,
                                 int64_t most);
/* What a connection's longest stall was, if it had one that ended: whose window, or whose acknowledgment, and how long. */
const char *tcpstate_stall_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                                int client);

const char *tcpstate_wait_word(const struct tcpstate_wait *wait, int client);

/* Two texts, of which either may be "", as one. */
const char *tcpstate_joined(wmem_allocator_t *pool, enum tcpstate_language language, const char *one, const char *other);

/* A number, in digits. */
const char *tcpstate_number_text(wmem_allocator_t *pool, uint64_t number);
void tcpstate_append_number(GString *text, uint64_t number);

/* A value of a row in which tabs stand between the values: any but the first. */
void tcpstate_append_value(GString *row, const char *value);

/* Nanoseconds, negative where time goes backwards, as seconds with so many decimals, 1 to 9; what is less is cut off.  And with a tenth,
 * or with three digits where it is less than one: "63.1", "0.250". */
const char *tcpstate_decimal_seconds(wmem_allocator_t *pool, int64_t nanoseconds, int decimals);
const char *tcpstate_seconds_text(wmem_allocator_t *pool, int64_t nanoseconds);
/* A time that cannot be negative: "" where it is, for it is not known then. */
const char *tcpstate_known_seconds(wmem_allocator_t *pool, int64_t nanoseconds, int decimals);

/* An address, with the name that Wireshark resolves it to if `resolve`; and an
 * endpoint, "host:80" or "[::1]:80". */
const char *tcpstate_address_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint,
                                  bool resolve);
const char *tcpstate_endpoint_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint);

/* What was expected of the connection and never came, and for how long until the capture ends; "" if nothing is
 * missing.  `last`: when its last segment was captured. */
const char *tcpstate_missing_in(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                                const struct tcpstate_outcome *outcome, int client, int64_t last);

#endif
