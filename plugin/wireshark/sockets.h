/* sockets.h - the sockets of each host at a moment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fed one segment after another; one entry per connection, and constant work
 * per segment.  A socket of the wire: what never sent or received anything (a
 * listening one) is not there, and a state is as proven or inferred as in the
 * tree.  TIME_WAIT ends after the preference two_msl.
 */
#ifndef TCPSTATE_SOCKETS_H
#define TCPSTATE_SOCKETS_H

#include "views.h"

struct tcpstate_sockets;

/* `words`: a host's IP address, a moment and "all", each or none, in any order, with a comma between
 * them.  The moment is a frame's number, or seconds since the capture's first frame if it has a
 * point; left out: the capture's end.  NULL: all hosts, at the end. */
struct tcpstate_sockets *tcpstate_sockets_new(const char *words);
void tcpstate_sockets_free(struct tcpstate_sockets *sockets);

/* Whether all of them are asked for, however many there are. */
bool tcpstate_sockets_all(const struct tcpstate_sockets *sockets);

void tcpstate_sockets_take(struct tcpstate_sockets *sockets, const struct tcpstate_tapped *tapped);
void tcpstate_sockets_clear(struct tcpstate_sockets *sockets); /* all that was taken */

/* Drop all connections but the wanted ones: nothing is taken after that. */
void tcpstate_sockets_select(struct tcpstate_sockets *sockets, tcpstate_selects *wanted, const void *whom);

/* One end of a connection. */
struct tcpstate_socket {
    const struct tcpstate_summary *summary; /* of its connection */
    int end;
    enum tcpstate_state state;
    bool inferred;
    int64_t lasts; /* nanoseconds, up to the moment */
};

/* How many sockets of one host are in one state. */
struct tcpstate_socket_count {
    char *host;
    enum tcpstate_state state;
    unsigned number, inferred;
};

/* What is told of them: each socket, the worst first, that is those whose end owes its FIN, then those that
 * wait for an ACK of theirs, for the other's, or for the handshake, and of the same state the longest; then
 * the counts, the most first, unless .count is NULL. */
struct tcpstate_sockets_teller {
    void (*socket)(void *whom, wmem_allocator_t *pool, const struct tcpstate_socket *socket);
    void (*count)(void *whom, const struct tcpstate_socket_count *count);
    void *whom;
};

/* Returns how many sockets there were. */
unsigned tcpstate_sockets_tell(const struct tcpstate_sockets *sockets, const struct tcpstate_sockets_teller *teller);

/* An address as the capture's are written, however it was; to be freed. */
char *tcpstate_sockets_host(const char *word, bool *is_address);

/* Why there is none, in the user's words. */
const char *tcpstate_sockets_why_none(wmem_allocator_t *pool, const struct tcpstate_sockets *sockets);

#endif
