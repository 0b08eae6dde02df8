/* tree-parts.h - the parts of a segment's tree that are files of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each adds its lines to view->tree, and nothing that nobody refers to.
 */
#ifndef TCPSTATE_TREE_PARTS_H
#define TCPSTATE_TREE_PARTS_H

#include "tree-fields.h"

/* Sender, roles, and the states of client and server, or of A and B where the roles are
 * not known.  (tree-states.c) */
void tcpstate_tree_states(const struct tcpstate_view *view);

/* Whether it is known who sent this, the client or the server; and who, in the user's words.
 * An ICMP error is nobody's segment, whoever it quotes. */
bool tcpstate_tree_has_sender(const struct tcpstate_view *view);
const char *tcpstate_tree_sender_word(const struct tcpstate_view *view);

/* What became of the connection: on the segment that ends it, and on every segment once the
 * whole capture has been read.  (tree-outcome.c) */
void tcpstate_tree_outcome(const struct tcpstate_view *view);

/* How many ends of all connections are in a state after this frame, once the whole capture has been
 * read.  (tree-counts.c) */
void tcpstate_tree_counts(const struct tcpstate_view *view);

#endif
