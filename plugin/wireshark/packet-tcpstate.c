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

/* Whether what a segment means would reach anybody on this visit. */
static bool is_wanted(packet_info *pinfo, proto_tree *tree)
{
    return proto_field_is_referenced(tree, tcpstate_proto) || have_tap_listener(tap)
           || tcpstate_view_expert_is_wanted(pinfo, tree) || tcpstate_view_info_is_wanted(pinfo);
}

/* Show one segment to all who look. */
static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, struct tcpstate_reading *reading,
                 const struct tcpstate_sight *sight)
{
    bool expert = tcpstate_view_expert_is_wanted(pinfo, tree);

    /* Views but the tree are told the stream; the tree asks for itself. */
    proto_item *item = tcpstate_view_tree(tvb, pinfo, tree, reading, sight, expert);
    if (expert)
        tcpstate_view_expert(pinfo, item, reading, sight);
    tcpstate_view_info(pinfo, reading, sight);
    bool listened_to = have_tap_listener(tap);
    if ((item || listened_to) && tcpstate_stream_of(pinfo, reading, &reading->stream) && item)
        tcpstate_view_filter(pinfo, reading);
    if (listened_to) {
        struct tcpstate_tapped *tapped = wmem_new(pinfo->pool, struct tcpstate_tapped);
        *tapped = (struct tcpstate_tapped){ .reading = *reading, .sight = *sight };
        tap_queue_packet(tap, pinfo, tapped);
    }
}

/* First visit: understand each segment. */
static void visit_first(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    unsigned count = tcpstate_read_frame(tvb, pinfo, readings);
    bool wanted = count > 0 && is_wanted(pinfo, tree);

    for (unsigned i = 0; i < count; i++) {
        struct tcpstate_sight sight;

        if (readings[i].quoted) {
            if (!tcpstate_connections_take_quoted(&readings[i], &sight))
                continue;
        } else {
            if (tcpstate_labels_all())
                readings[i].plain = tcpstate_plain_step(tree, &readings[i].segment);
            tcpstate_connections_take(pinfo, &readings[i], &sight);
        }
        if (wanted)
            show(tvb, pinfo, tree, &readings[i], &sight);
    }
}

/* Later visits, in any order: only read. */
static void visit_again(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    unsigned count = tcpstate_read_frame(tvb, pinfo, readings);

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
    else if (is_wanted(pinfo, tree))
        visit_again(tvb, pinfo, tree);
    return (int)tvb_captured_length(tvb);
}

/* Fields are wanted, and with them a tree for every packet, only where each
 * plain segment is to be called what Wireshark's analysis calls it. */
static void want_fields(void)
{
    set_postdissector_wanted_hfids(handle, tcpstate_labels_all() ? tcpstate_segment_wanted()
                                                                  : g_array_new(FALSE, FALSE, sizeof(int)));
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
    tcpstate_view_filter_register();
    handle = register_dissector("tcpstate", dissect_tcpstate, tcpstate_proto);
    register_postdissector(handle);
}

void proto_reg_handoff_tcpstate(void)
{
    tcpstate_segment_handoff();
    want_fields();
}
