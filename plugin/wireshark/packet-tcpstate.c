/* packet-tcpstate.c - the one door: the post-dissector.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A frame comes in here, is read (segment.c), understood on its first visit
 * (connections.c, and the core behind it) and shown on every visit
 * (view-tree.c).  Nothing is decided here.
 */
#include "compat.h"

#include "connections.h"
#include "fields.h"
#include "packet-tcpstate.h"
#include "preferences.h"
#include "segment.h"
#include "view-tree.h"
#include "views.h"

#include <epan/tap.h>

static dissector_handle_t handle;
static int tap;

/* Show one segment to all who look. */
static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct tcpstate_reading *reading,
                 const struct tcpstate_sight *sight)
{
    proto_item *item = tcpstate_view_tree(tvb, pinfo, tree, reading, sight);

    tcpstate_view_expert(pinfo, item, reading, sight);
    if (have_tap_listener(tap)) {
        struct tcpstate_tapped *tapped = wmem_new(pinfo->pool, struct tcpstate_tapped);
        *tapped = (struct tcpstate_tapped){ .reading = *reading, .sight = *sight };
        tap_queue_packet(tap, pinfo, tapped);
    }
}

/* First visit: the tree holds what we asked for. */
static void visit_first(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], ordinary;
    unsigned count = tcpstate_read_segments(tree, pinfo, readings);

    for (unsigned i = 0; i < count; i++) {
        struct tcpstate_sight sight;

        tcpstate_connections_take(&readings[i], &sight);
        show(tvb, pinfo, tree, &readings[i], &sight);
    }
    bool icmp;
    if (count == 0) {
        struct tcpstate_sight sight;

        if (!tcpstate_has_tcp(pinfo, &icmp))
            return;
        if (icmp && tcpstate_read_quoted(tvb, pinfo, &ordinary)) {
            if (tcpstate_connections_take_quoted(&ordinary, &sight))
                show(tvb, pinfo, tree, &ordinary, &sight);
            return;
        }
    }
    bool found = tcpstate_read_ordinary(tvb, pinfo, &ordinary);
    if (found ? count != 1 || !tcpstate_same_reading(&ordinary, &readings[0]) : count != 0)
        tcpstate_connections_keep(pinfo->num, readings, count);
}

/* Later visits, in any order: only read. */
static void visit_again(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    unsigned count;
    bool icmp;

    if (!tcpstate_has_tcp(pinfo, &icmp))
        return;
    if (!tcpstate_connections_kept(pinfo->num, readings, &count))
        count = (icmp && tcpstate_read_quoted(tvb, pinfo, &readings[0]))
                || tcpstate_read_ordinary(tvb, pinfo, &readings[0]);
    for (unsigned i = 0; i < count; i++) {
        struct tcpstate_sight sight;

        if (tcpstate_connections_find(&readings[i], &sight))
            show(tvb, pinfo, tree, &readings[i], &sight);
    }
}

static int dissect_tcpstate(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    if (!PINFO_FD_VISITED(pinfo))
        visit_first(tvb, pinfo, tree);
    else if (proto_field_is_referenced(tree, tcpstate_proto) || have_tap_listener(tap)
             || tcpstate_view_expert_is_wanted(tree))
        visit_again(tvb, pinfo, tree);
    return (int)tvb_captured_length(tvb);
}

static void want_fields(void)
{
    set_postdissector_wanted_hfids(handle, tcpstate_segment_wanted(tcpstate_labels_all()));
}

void proto_register_tcpstate(void)
{
    tcpstate_fields_register();
    tcpstate_preferences_register(tcpstate_proto, want_fields);
    tcpstate_connections_register();
    tap = register_tap(TCPSTATE_TAP);
    tcpstate_view_expert_register(tcpstate_proto);
    tcpstate_view_flow_register(tcpstate_proto);
    tcpstate_view_ladder_register();
    tcpstate_view_connections_register();
    tcpstate_view_statistics_register();
    tcpstate_view_report_register();
    tcpstate_view_comments_register();
    handle = register_dissector("tcpstate", dissect_tcpstate, tcpstate_proto);
    register_postdissector(handle);
}

void proto_reg_handoff_tcpstate(void)
{
    tcpstate_segment_handoff();
    want_fields();
}
