/* packet-tcpstate.c - the entry: the post-dissector.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A frame comes in here, is read (segment.c), understood on its first visit
 * (connections.c, and the core behind it) and shown on every visit
 * (view-tree.c).  Nothing is decided here.
 */
#include "compat.h"

#include "../packet/header.h"
#include "capture.h"
#include "connections.h"
#include "counts.h"
#include "fields.h"
#include "layers.h"
#include "packet-tcpstate.h"
#include "preferences.h"
#include "segment.h"
#include "view-tree.h"
#include "views.h"

#include <epan/tap.h>

static dissector_handle_t handle;
static int tap;

/* Who looks on this visit; of expert information is asked where there is any. */
struct lookers {
    bool tree, info, tap;
};

/* Whether what a segment means would reach anybody. */
static bool look_who_looks(packet_info *pinfo, proto_tree *tree, struct lookers *lookers)
{
    *lookers = (struct lookers){
        .tree = proto_field_is_referenced(tree, tcpstate_proto),
        .info = tcpstate_view_info_is_wanted(pinfo),
        .tap = have_tap_listener(tap),
    };
    return lookers->tree || lookers->info || lookers->tap || tcpstate_view_expert_is_wanted(pinfo, tree);
}

/* Show one segment to all who look. */
static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, struct tcpstate_reading *reading,
                 const struct tcpstate_meaning *meaning, const struct lookers *lookers)
{
    if (!reading->has_stream && lookers->tree && tcpstate_view_tree_wants_stream(tree))
        reading->has_stream = tcpstate_stream_of(pinfo, reading, &reading->stream);
    const bool expert = tcpstate_view_expert_has(reading, meaning) && tcpstate_view_expert_is_wanted(pinfo, tree);
    /* Expert information hangs on an item, or no filter and no field finds it. */
    const bool needs_item = tree && expert;
    proto_item *item = lookers->tree || needs_item ? tcpstate_view_tree(tvb, pinfo, tree, reading, meaning, needs_item)
                                                   : NULL;

    if (expert)
        tcpstate_view_expert(pinfo, item, reading, meaning);
    if (lookers->info)
        tcpstate_view_info(pinfo, reading, meaning);
    if (item && PINFO_FD_VISITED(pinfo)) /* menus are offered for a packet that is selected */
        tcpstate_view_filter(pinfo, meaning);
    if (lookers->tap) {
        struct tcpstate_tapped *tapped = wmem_new(pinfo->pool, struct tcpstate_tapped);
        tapped->reading = *reading; /* one by one: all at once they would be copied twice */
        tapped->meaning = *meaning;
        tapped->began = nstime_to_msec(&pinfo->rel_ts);
        tapped->length = pinfo->fd->pkt_len;
        tap_queue_packet(tap, pinfo, tapped);
    }
}

static bool stream_of(void *pinfo, const struct tcpstate_reading *reading, const void *room _U_, uint32_t *stream)
{
    return tcpstate_stream_of((const packet_info *)pinfo, reading, stream);
}

static int application_of(void *pinfo, const struct tcpstate_reading *reading)
{
    return tcpstate_application_of((const packet_info *)pinfo, reading);
}

/* On the first visit a segment is understood; on later ones, in any order, what
 * was understood is only read. */
static bool understand(packet_info *pinfo, proto_tree *tree, struct tcpstate_reading *reading,
                       struct tcpstate_meaning *meaning)
{
    if (PINFO_FD_VISITED(pinfo))
        return tcpstate_connections_find(reading, meaning);
    if (reading->quoted)
        return tcpstate_connections_take_quoted(reading, meaning);
    if (tcpstate_labels_all())
        reading->plain = tcpstate_plain_step(tree, &reading->segment);
    const struct tcpstate_asked asked = { .stream = stream_of, .application = application_of, .whom = pinfo };
    tcpstate_connections_take(&asked, reading, meaning);
    return true;
}

/* Each record counts, of whatever protocol. */
static void pass(const packet_info *pinfo)
{
    int64_t time = tcpstate_nanoseconds(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);

    tcpstate_capture_pass(pinfo->num, time, tcpstate_recorded(pinfo->rec));
}

/* What nobody looks at now is needed on the first visit, because somebody may
 * look later; so it is left undone only where nobody can: what is asked of one
 * packet in tshark's only pass is asked of all. */
static int dissect_tcpstate(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    struct lookers lookers;
    int length = (int)tvb_captured_length(tvb);

    if (!look_who_looks(pinfo, tree, &lookers) && (PINFO_FD_VISITED(pinfo) || tcpstate_is_only_pass(pinfo)))
        return length;
    if (!PINFO_FD_VISITED(pinfo))
        pass(pinfo);
    unsigned count = tcpstate_read_frame(tvb, pinfo, readings);
    for (unsigned i = 0; i < count; i++) {
        struct tcpstate_meaning meaning;

        if (tree && PTREE_DATA(tree)->visible)
            readings[i].has_stream = tcpstate_stream_shown(tree, &readings[i], &readings[i].stream);
        if (understand(pinfo, tree, &readings[i], &meaning))
            show(tvb, pinfo, tree, &readings[i], &meaning, &lookers);
    }
    return length;
}

/* What Wireshark itself shows of us, in its dialogs and in heads of columns. */
static void follow_language(void)
{
    tcpstate_fields_name(tcpstate_language());
    tcpstate_view_expert_name(tcpstate_language());
    tcpstate_view_flow_name(tcpstate_language());
}

/* Fields are wanted, and with them a tree for every packet, only where each
 * plain segment is to be called what Wireshark's analysis calls it. */
static void want_fields(void)
{
    follow_language();
    set_postdissector_wanted_hfids(handle, tcpstate_labels_all() ? tcpstate_layers_wanted()
                                                                  : g_array_new(FALSE, FALSE, sizeof(int)));
}

void proto_register_tcpstate(void)
{
    tcpstate_fields_register();
    tcpstate_preferences_register(tcpstate_proto, want_fields);
    tcpstate_connections_register();
    tcpstate_capture_register();
    tcpstate_counts_register();
    tap = register_tap(TCPSTATE_TAP);
    tcpstate_view_expert_register(tcpstate_proto);
    tcpstate_view_flow_register(tcpstate_proto);
    tcpstate_view_printed_register();
    tcpstate_view_statistics_register();
    tcpstate_view_comments_register();
    tcpstate_view_filter_register();
    follow_language();
    handle = register_dissector("tcpstate", dissect_tcpstate, tcpstate_proto);
    register_postdissector(handle);
}

void proto_reg_handoff_tcpstate(void)
{
    tcpstate_layers_handoff();
    want_fields();
}
