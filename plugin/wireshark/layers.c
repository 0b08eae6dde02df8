/* layers.c - what Wireshark says about a frame beside its bytes: its layers,
 * the application above a segment, tcp.stream, the sequence analysis.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

#include <string.h>

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

#include "connections.h"
#include "fields.h"

static int proto_tcp = -1, proto_data = -1, proto_transum = -1, proto_mate = -1;
static int proto_icmp = -1, proto_icmpv6 = -1, proto_mptcp = -1;
static int hf_source = -1, hf_destination = -1, hf_stream = -1;

/* What Wireshark's sequence analysis finds, the rarer before the commoner. */
static struct {
    const char *name;
    uint8_t step;
    int hf, other_hf; /* 4.0 registers one of these names twice, by a slip */
} analysis_fields[] = {
    { "tcp.analysis.zero_window_probe_ack", TCPSTATE_STEP_ZERO_WINDOW_PROBE_ACK, -1, -1 },
    { "tcp.analysis.zero_window_probe", TCPSTATE_STEP_ZERO_WINDOW_PROBE, -1, -1 },
    { "tcp.analysis.zero_window", TCPSTATE_STEP_ZERO_WINDOW, -1, -1 },
    { "tcp.analysis.window_update", TCPSTATE_STEP_WINDOW_UPDATE, -1, -1 },
    { "tcp.analysis.keep_alive_ack", TCPSTATE_STEP_KEEP_ALIVE_ACK, -1, -1 },
    { "tcp.analysis.keep_alive", TCPSTATE_STEP_KEEP_ALIVE, -1, -1 },
    { "tcp.analysis.out_of_order", TCPSTATE_STEP_OUT_OF_ORDER, -1, -1 },
    { "tcp.analysis.retransmission", TCPSTATE_STEP_RETRANSMISSION, -1, -1 },
    { "tcp.analysis.duplicate_ack", TCPSTATE_STEP_DUPLICATE_ACK, -1, -1 },
};

static void find_analysis_field(size_t i)
{
    const header_field_info *field = proto_registrar_get_byname(analysis_fields[i].name);

    if (!field)
        return;
    analysis_fields[i].hf = field->id;
    analysis_fields[i].other_hf = field->same_name_prev_id;
}

void tcpstate_layers_handoff(void)
{
    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_data = proto_get_id_by_filter_name("data");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    proto_mptcp = proto_get_id_by_filter_name("mptcp");
    proto_transum = proto_get_id_by_filter_name("transum");
    proto_mate = proto_get_id_by_filter_name("mate");
    hf_source = proto_registrar_get_id_byname("tcp.srcport");
    hf_destination = proto_registrar_get_id_byname("tcp.dstport");
    hf_stream = proto_registrar_get_id_byname("tcp.stream");
    for (size_t i = 0; i < array_length(analysis_fields); i++)
        find_analysis_field(i);
}

GArray *tcpstate_layers_wanted(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    for (size_t i = 0; i < array_length(analysis_fields); i++) {
        if (analysis_fields[i].hf != -1)
            g_array_append_val(wanted, analysis_fields[i].hf);
        if (analysis_fields[i].other_hf != -1)
            g_array_append_val(wanted, analysis_fields[i].other_hf);
    }
    return wanted;
}

static bool has_field(proto_tree *tree, int hf)
{
    GPtrArray *found = hf != -1 ? proto_get_finfo_ptr_array(tree, hf) : NULL;

    return found && found->len > 0;
}

/* What to call a plain segment: by Wireshark's analysis, else by its looks. */
uint8_t tcpstate_plain_step(proto_tree *tree, const struct tcpstate_segment *segment)
{
    for (size_t i = 0; i < array_length(analysis_fields); i++) {
        if (has_field(tree, analysis_fields[i].hf) || has_field(tree, analysis_fields[i].other_hf))
            return analysis_fields[i].step;
    }
    if (segment->flags & TCPSTATE_FLAG_URG)
        return TCPSTATE_STEP_URGENT_DATA;
    return segment->payload > 0 ? TCPSTATE_STEP_DATA : TCPSTATE_STEP_ACK;
}

void tcpstate_count_layers(const packet_info *pinfo, struct tcpstate_layers *layers)
{
    struct tcpstate_layers found = { 0 };

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at; at = wmem_list_frame_next(at)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(at));
        if (proto == proto_tcp && found.icmp)
            found.quoted = true;
        else if (proto == proto_tcp)
            found.tcp++;
        else
            found.icmp |= proto == proto_icmp || proto == proto_icmpv6;
    }
    *layers = found;
}

bool tcpstate_has_tcp_ports(packet_info *pinfo, uint16_t source, uint16_t destination)
{
    /* The TCP dissector leaves the ports of each of its layers behind. */
    for (unsigned layer = 0; layer <= pinfo->curr_layer_num; layer++) {
        if (GPOINTER_TO_UINT(p_get_proto_data(pinfo->pool, pinfo, hf_source, layer)) == source
            && GPOINTER_TO_UINT(p_get_proto_data(pinfo->pool, pinfo, hf_destination, layer)) == destination)
            return true;
    }
    return false;
}

static const conversation_t *conversation_of(const packet_info *pinfo, const struct tcpstate_reading *reading)
{
    const struct tcpstate_pair *pair = &reading->pair;
    address ends[2];

    for (int i = 0; i < 2; i++)
        set_address(&ends[i], pair->address_length == 4 ? AT_IPv4 : AT_IPv6, pair->address_length, pair->address[i]);
    return tcpstate_find_conversation(pinfo, &ends[0], &ends[1], pair->port[0], pair->port[1]);
}

bool tcpstate_stream_of(const packet_info *pinfo, const struct tcpstate_reading *reading, uint32_t *stream)
{
    const conversation_t *conversation = conversation_of(pinfo, reading);
    const struct tcp_analysis *analysis =
        conversation ? (const struct tcp_analysis *)conversation_get_proto_data(conversation, proto_tcp) : NULL;
    if (!analysis)
        return false;
    *stream = analysis->stream;
    return true;
}

bool tcpstate_stream_shown(const proto_tree *tree, const struct tcpstate_reading *reading, uint32_t *stream)
{
    const proto_node *shown = reading->ordinary ? tree->first_child : NULL;

    while (shown && !(PNODE_FINFO(shown) && PNODE_FINFO(shown)->hfinfo->id == proto_tcp))
        shown = shown->next;
    for (const proto_node *item = shown ? shown->first_child : NULL; item; item = item->next) {
        if (!PNODE_FINFO(item) || PNODE_FINFO(item)->hfinfo->id != hf_stream)
            continue;
        *stream = fvalue_get_uinteger(TCPSTATE_FIELD_VALUE(PNODE_FINFO(item)));
        return true;
    }
    return false;
}

/* Post-dissectors stand in the list of layers too, and are no application. */
static bool is_postdissector(int proto)
{
    return proto == tcpstate_proto || proto == proto_transum || proto == proto_mate;
}

/* The protocol of the dissector that Wireshark calls when it has the data of a
 * PDU together: one that knew the connection by its first data, or by the user's
 * word, and else one that is set for its ports. */
static int application_to_come(const packet_info *pinfo, const struct tcpstate_reading *reading)
{
    const conversation_t *conversation = conversation_of(pinfo, reading);
    dissector_handle_t found = conversation ? conversation_get_dissector((conversation_t *)conversation, pinfo->num) : NULL;
    dissector_table_t ports = reading->innermost ? find_dissector_table("tcp.port") : NULL;
    uint32_t low = MIN(pinfo->srcport, pinfo->destport), high = MAX(pinfo->srcport, pinfo->destport);

    if (!found && ports && low != 0) /* at port 0 stand those that are chosen by hand; TCP asks none of them */
        found = dissector_get_uint_handle(ports, low);
    if (!found && ports && high != 0)
        found = dissector_get_uint_handle(ports, high);
    return found ? dissector_handle_get_protocol_index(found) : TCPSTATE_UNTOLD;
}

int tcpstate_application_of(const packet_info *pinfo, const struct tcpstate_reading *reading)
{
    unsigned seen = 0;

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at; at = wmem_list_frame_next(at)) {
        if (GPOINTER_TO_INT(wmem_list_frame_data(at)) != proto_tcp || seen++ != reading->layer)
            continue;
        /* Multipath TCP is a layer of its own in Wireshark, and none above TCP. */
        do
            at = wmem_list_frame_next(at);
        while (at && GPOINTER_TO_INT(wmem_list_frame_data(at)) == proto_mptcp);
        int proto = at ? GPOINTER_TO_INT(wmem_list_frame_data(at)) : -1;
        if (proto == proto_data)
            return TCPSTATE_NO_APPLICATION;
        /* Nobody, not even "data": a dissector took it and waits for more.  (In
         * a first pass without a tree Wireshark leaves it in the list.) */
        if (proto < 0 || is_postdissector(proto))
            return application_to_come(pinfo, reading);
        return proto;
    }
    return TCPSTATE_NO_APPLICATION;
}
