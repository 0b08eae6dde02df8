/* view-tree.h - the view that a packet has of itself: its tree and the
 * fields that columns, filters and -T fields draw on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_VIEW_TREE_H
#define TCPSTATE_VIEW_TREE_H

#include "connections.h"

/* Whether somebody looks at tcpstate.stream, which the reading must hold then. */
bool tcpstate_view_tree_wants_stream(proto_tree *tree);

/* For a tree in which the protocol is referenced: add "TCP Connection State" of
 * one segment, or, where nobody sees the tree, just the fields that somebody
 * refers to.  Returns its head, or NULL if there is none; with `needs_item`
 * there is one in any tree. */
proto_item *tcpstate_view_tree(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                               const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning,
                               bool needs_item);

#endif
