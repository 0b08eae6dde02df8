/* segment.c - the segment reader.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two fields of the tree are enough.  tcp.stream says which connection, and
 * where in which buffer the TCP header lies; tcp.len says how much data
 * follows, and that the TCP dissector took this for a whole segment: it is
 * missing on TCP quoted in an ICMP error, on fragments and on headers cut
 * short.  The header itself is then read where it lies, which costs less than
 * asking for a dozen fields and cannot depend on how they are displayed.
 *
 * That is the first visit.  On a later one (tshark -2, a column or a filter in
 * the window) those two fields need not be in the tree: Wireshark prepares
 * what post-dissectors want on the first pass only.
 */
#include "segment.h"

#include <string.h>

#include <epan/dissectors/packet-tcp.h>
#include <epan/ipproto.h>

#include "fields.h"
#include "preferences.h"

static int hf_stream = -1, hf_length = -1;
static int proto_tcp = -1, proto_data = -1, proto_transum = -1, proto_mate = -1;
static int proto_icmp = -1, proto_icmpv6 = -1, proto_mptcp = -1;

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

void tcpstate_segment_handoff(void)
{
    hf_stream = proto_registrar_get_id_byname("tcp.stream");
    hf_length = proto_registrar_get_id_byname("tcp.len");
    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_data = proto_get_id_by_filter_name("data");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    proto_mptcp = proto_get_id_by_filter_name("mptcp");
    proto_transum = proto_get_id_by_filter_name("transum");
    proto_mate = proto_get_id_by_filter_name("mate");
    for (size_t i = 0; i < array_length(analysis_fields); i++)
        find_analysis_field(i);
}

GArray *tcpstate_segment_wanted(bool analysis)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    g_array_append_val(wanted, hf_stream);
    g_array_append_val(wanted, hf_length);
    for (size_t i = 0; analysis && i < array_length(analysis_fields); i++) {
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
static uint8_t plain_step(proto_tree *tree, const struct tcpstate_segment *segment)
{
    for (size_t i = 0; i < array_length(analysis_fields); i++) {
        if (has_field(tree, analysis_fields[i].hf) || has_field(tree, analysis_fields[i].other_hf))
            return analysis_fields[i].step;
    }
    if (segment->flags & TCPSTATE_FLAG_URG)
        return TCPSTATE_STEP_URGENT_DATA;
    return segment->payload > 0 ? TCPSTATE_STEP_DATA : TCPSTATE_STEP_ACK;
}

/* Addresses and TTL from the IP header right before the TCP header, if there
 * is one.  IP options, extension headers and reassembled datagrams put other
 * bytes there; then the caller falls back on the frame's addresses. */
static bool read_ip_before(tvbuff_t *tvb, int start, const uint8_t **src, const uint8_t **dst,
                           uint8_t *length, struct tcpstate_segment *segment)
{
    if (start >= 20) {
        const uint8_t *ip = tvb_get_ptr(tvb, start - 20, 20);
        if (ip[0] == 0x45 && ip[9] == IP_PROTO_TCP) {
            *src = ip + 12;
            *dst = ip + 16;
            *length = 4;
            segment->ttl = ip[8];
            segment->ip_id = (uint16_t)(ip[4] << 8 | ip[5]);
            return true;
        }
    }
    if (start >= 40) {
        const uint8_t *ip = tvb_get_ptr(tvb, start - 40, 40);
        if (ip[0] >> 4 == 6 && ip[6] == IP_PROTO_TCP) {
            *src = ip + 8;
            *dst = ip + 24;
            *length = 16;
            segment->ttl = ip[7];
            return true;
        }
    }
    return false;
}

static bool is_address(const address *address, const uint8_t *bytes, uint8_t length)
{
    return address->len == length && memcmp(address->data, bytes, length) == 0;
}

/* The pair in its fixed order: the lower address first, then the lower port. */
static void order_pair(struct tcpstate_reading *reading, const uint8_t *src, const uint8_t *dst, uint8_t length,
                       uint16_t src_port, uint16_t dst_port)
{
    int order = memcmp(src, dst, length);
    bool swapped = order > 0 || (order == 0 && src_port > dst_port);

    reading->segment.from = swapped;
    reading->pair.address_length = length;
    memcpy(reading->pair.address[swapped], src, length);
    memcpy(reading->pair.address[!swapped], dst, length);
    reading->pair.port[swapped] = src_port;
    reading->pair.port[!swapped] = dst_port;
}

/* Fill in the pair and the direction.  False if the frame does not tell. */
static bool read_pair(const packet_info *pinfo, tvbuff_t *tvb, int start, bool innermost,
                      struct tcpstate_reading *reading, uint16_t src_port, uint16_t dst_port)
{
    const uint8_t *src = NULL, *dst = NULL;
    uint8_t length = 0;
    bool adjacent = read_ip_before(tvb, start, &src, &dst, &length, &reading->segment);

    if (innermost && pinfo->srcport == src_port && pinfo->destport == dst_port
        && !(adjacent && is_address(&pinfo->src, src, length) && is_address(&pinfo->dst, dst, length))
        && pinfo->src.type != AT_NONE && pinfo->dst.type != AT_NONE) {
        src = (const uint8_t *)pinfo->src.data;
        dst = (const uint8_t *)pinfo->dst.data;
        length = (uint8_t)MIN(MIN(pinfo->src.len, pinfo->dst.len), 16);
        reading->segment.ttl = 0;
        reading->segment.ip_id = 0;
    } else if (!adjacent) {
        return false;
    }
    order_pair(reading, src, dst, length, src_port, dst_port);
    return true;
}

/* The options that matter (RFC 9293 section 3.1, MUST-6: step over the others). */
static void read_options(const uint8_t *option, size_t left, struct tcpstate_segment *segment)
{
    enum { END = 0, NOP = 1, WINDOW_SCALE = 3, TIMESTAMPS = 8, MPTCP = 30, FAST_OPEN = 34 };

    while (left > 0 && option[0] != END) {
        if (option[0] == NOP) {
            option++, left--;
            continue;
        }
        if (left < 2 || option[1] < 2 || option[1] > left)
            return;
        switch (option[0]) {
        case WINDOW_SCALE:
            if (option[1] == 3) {
                segment->window_scale = option[2];
                segment->options |= TCPSTATE_OPTION_WINDOW_SCALE;
            }
            break;
        case TIMESTAMPS:
            if (option[1] == 10) {
                segment->ts_val = tcpstate_be32(option + 2);
                segment->ts_ecr = tcpstate_be32(option + 6);
                segment->options |= TCPSTATE_OPTION_TIMESTAMPS;
            }
            break;
        case MPTCP:
            switch (option[1] > 2 ? option[2] >> 4 : 0xff) {
            case 0x0:
                segment->options |= TCPSTATE_OPTION_MP_CAPABLE;
                break;
            case 0x1:
                segment->options |= TCPSTATE_OPTION_MP_JOIN;
                break;
            case 0x2:
                if (option[1] > 3 && (option[3] & 0x10))
                    segment->options |= TCPSTATE_OPTION_MP_DATA_FIN;
                break;
            case 0x7:
                segment->options |= TCPSTATE_OPTION_MP_FASTCLOSE;
                break;
            }
            break;
        case FAST_OPEN:
            segment->options |= option[1] > 2 ? TCPSTATE_OPTION_TFO_COOKIE : TCPSTATE_OPTION_TFO_REQUEST;
            break;
        }
        left -= option[1];
        option += option[1];
    }
}

/* A port below 1024 against one above it belongs, most of the time, to the
 * server (RFC 6335 section 6). */
static int8_t hint_of(const struct tcpstate_pair *pair)
{
    if ((pair->port[0] < 1024) == (pair->port[1] < 1024))
        return -1;
    return pair->port[0] < 1024 ? 0 : 1;
}

/* Post-dissectors stand in the list of layers too, and are no application. */
static bool is_postdissector(int proto)
{
    return proto == tcpstate_proto || proto == proto_transum || proto == proto_mate;
}

/* The protocol that a dissector is set for on these ports: what Wireshark
 * calls when it has the data of a PDU together. */
static int application_by_port(const packet_info *pinfo)
{
    dissector_table_t ports = find_dissector_table("tcp.port");
    uint32_t low = MIN(pinfo->srcport, pinfo->destport), high = MAX(pinfo->srcport, pinfo->destport);
    dissector_handle_t found = ports ? dissector_get_uint_handle(ports, low) : NULL;

    if (ports && !found)
        found = dissector_get_uint_handle(ports, high);
    return found ? dissector_handle_get_protocol_index(found) : TCPSTATE_UNTOLD;
}

/* The protocol that Wireshark found above the TCP layer number `layer`. */
static int application_above(const packet_info *pinfo, unsigned layer, bool innermost)
{
    unsigned seen = 0;

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at; at = wmem_list_frame_next(at)) {
        if (GPOINTER_TO_INT(wmem_list_frame_data(at)) != proto_tcp || seen++ != layer)
            continue;
        /* Multipath TCP is a layer of its own in Wireshark, and none above TCP. */
        do
            at = wmem_list_frame_next(at);
        while (at && GPOINTER_TO_INT(wmem_list_frame_data(at)) == proto_mptcp);
        int proto = at ? GPOINTER_TO_INT(wmem_list_frame_data(at)) : -1;
        if (proto == proto_data)
            return TCPSTATE_NO_APPLICATION;
        /* Nobody, not even "data": a dissector took it and waits for more. */
        if (proto < 0 || is_postdissector(proto))
            return innermost ? application_by_port(pinfo) : TCPSTATE_UNTOLD;
        return proto;
    }
    return TCPSTATE_NO_APPLICATION;
}

/* The segment whose header lies at `start` of `tvb`. */
static bool read_header(const packet_info *pinfo, tvbuff_t *tvb, int start, uint32_t payload,
                        bool innermost, struct tcpstate_reading *reading)
{
    struct tcpstate_segment *segment = &reading->segment;

    if (!tvb || tvb_captured_length_remaining(tvb, start) < 20)
        return false;
    const uint8_t *header = tvb_get_ptr(tvb, start, 20);
    size_t header_length = (header[12] >> 4) * 4u;

    memset(reading, 0, sizeof *reading);
    reading->application = TCPSTATE_NO_APPLICATION;
    segment->payload = payload;
    segment->seq = tcpstate_be32(header + 4);
    segment->ack = tcpstate_be32(header + 8);
    segment->flags = header[13];
    segment->window = tcpstate_be16(header + 14);
    segment->checksum = tcpstate_be16(header + 16);
    segment->frame = pinfo->num;
    segment->time = (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs;
    if (!read_pair(pinfo, tvb, start, innermost, reading, tcpstate_be16(header), tcpstate_be16(header + 2)))
        return false;
    segment->server_hint = hint_of(&reading->pair);
    /* Options matter where a connection begins or ends, and MPTCP's last words
     * may come on any ACK; most have time stamps alone (RFC 7323 appendix A). */
    if (header_length > 20) {
        static const uint8_t timestamps_alone[] = { 1, 1, 8, 10 };
        size_t captured = (size_t)tvb_captured_length_remaining(tvb, start);
        size_t end = MIN(header_length, captured);
        const uint8_t *options = tvb_get_ptr(tvb, start, (int)end) + 20;
        if ((segment->flags & (TH_SYN | TH_FIN | TH_RST)) || end != 32
            || memcmp(options, timestamps_alone, sizeof timestamps_alone) != 0)
            read_options(options, end - 20, segment);
    }
    return true;
}

unsigned tcpstate_read_segments(proto_tree *tree, packet_info *pinfo,
                                struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS])
{
    GPtrArray *streams = tree ? proto_get_finfo_ptr_array(tree, hf_stream) : NULL;
    GPtrArray *lengths = tree ? proto_get_finfo_ptr_array(tree, hf_length) : NULL;
    unsigned count = 0, length_at = 0;

    if (!streams || !lengths)
        return 0;
    for (unsigned i = 0; i < streams->len && count < TCPSTATE_MOST_LAYERS; i++) {
        const field_info *stream = (const field_info *)streams->pdata[i];
        if (length_at >= lengths->len)
            break;
        const field_info *length = (const field_info *)lengths->pdata[length_at];
        /* A header without a length of its own is not a segment. */
        if (length->ds_tvb != stream->ds_tvb || length->start < stream->start
            || length->start >= stream->start + 20)
            continue;
        length_at++;
        if (!read_header(pinfo, stream->ds_tvb, stream->start, tcpstate_finfo_uint(length),
                         i + 1 == streams->len, &readings[count]))
            continue;
        readings[count].stream = tcpstate_finfo_uint(stream);
        readings[count].layer = (uint8_t)count;
        if (tcpstate_labels_all())
            readings[count].plain = plain_step(tree, &readings[count].segment);
        if (readings[count].segment.payload > 0)
            readings[count].application = application_above(pinfo, i, i + 1 == streams->len);
        count++;
    }
    return count;
}

bool tcpstate_has_tcp(const packet_info *pinfo, bool *icmp)
{
    bool tcp = false;

    *icmp = false;
    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at; at = wmem_list_frame_next(at)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(at));
        tcp |= proto == proto_tcp;
        *icmp |= proto == proto_icmp || proto == proto_icmpv6;
    }
    return tcp;
}

/* Find the IP header whose addresses are the frame's and which carries
 * `protocol` right behind it.  It stands near the front, behind a link header
 * and perhaps a tunnel's; looking further would cost more than it finds.
 * Returns where the payload begins, 0 if there is none; `end` is where the
 * datagram says that it ends. */
static int find_payload(const uint8_t *bytes, int captured, const packet_info *pinfo, uint8_t protocol, int *end)
{
    int length = pinfo->src.len;
    int src_at = pinfo->src.type == AT_IPv4 ? 12 : 8;
    const uint8_t *src = (const uint8_t *)pinfo->src.data, *dst = (const uint8_t *)pinfo->dst.data;

    if ((pinfo->src.type != AT_IPv4 && pinfo->src.type != AT_IPv6) || pinfo->dst.type != pinfo->src.type
        || pinfo->dst.len != length)
        return 0;
    for (int ip = 0; ip + src_at + 2 * length <= captured; ip++) {
        const uint8_t *at = bytes + ip;
        if (at[src_at] != src[0] || memcmp(at + src_at, src, (size_t)length) != 0
            || memcmp(at + src_at + length, dst, (size_t)length) != 0)
            continue;
        if (length == 4 && at[0] >> 4 == 4 && at[9] == protocol) {
            *end = ip + tcpstate_be16(at + 2);
            return ip + (at[0] & 0x0f) * 4;
        }
        if (length == 16 && at[0] >> 4 == 6 && at[6] == protocol) {
            *end = ip + 40 + tcpstate_be16(at + 4);
            return ip + 40;
        }
    }
    return 0;
}

#define FRONT 256 /* bytes of a frame that are looked at */

bool tcpstate_read_ordinary(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading)
{
    int captured = MIN((int)tvb_captured_length(tvb), FRONT), end = 0;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, captured);
    int header = find_payload(bytes, captured, pinfo, IP_PROTO_TCP, &end);

    if (header == 0 || header + 20 > captured || tcpstate_be16(bytes + header) != pinfo->srcport
        || tcpstate_be16(bytes + header + 2) != pinfo->destport)
        return false;
    int data = header + (bytes[header + 12] >> 4) * 4;
    return data <= end && read_header(pinfo, tvb, header, (uint32_t)(end - data), true, reading);
}

bool tcpstate_read_quoted(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading)
{
    enum { UNREACHABLE = 3, V6_UNREACHABLE = 1 };
    int captured = MIN((int)tvb_captured_length(tvb), FRONT), end = 0;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, captured);
    bool v4 = pinfo->src.type == AT_IPv4;
    int icmp = find_payload(bytes, captured, pinfo, v4 ? IP_PROTO_ICMP : IP_PROTO_ICMPV6, &end);

    if (icmp == 0 || icmp + 8 + (v4 ? 20 : 40) + 8 > captured
        || bytes[icmp] != (v4 ? UNREACHABLE : V6_UNREACHABLE))
        return false;
    int ip = icmp + 8;
    int header = ip + (v4 ? (bytes[ip] & 0x0f) * 4 : 40);
    if (bytes[ip] >> 4 != (v4 ? 4 : 6) || bytes[ip + (v4 ? 9 : 6)] != IP_PROTO_TCP || header + 8 > captured)
        return false;
    memset(reading, 0, sizeof *reading);
    reading->quoted = true;
    reading->application = TCPSTATE_NO_APPLICATION;
    reading->segment.frame = pinfo->num;
    reading->segment.time = (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs;
    reading->segment.server_hint = -1;
    reading->segment.seq = tcpstate_be32(bytes + header + 4);
    order_pair(reading, bytes + ip + (v4 ? 12 : 8), bytes + ip + (v4 ? 16 : 24), v4 ? 4 : 16,
               tcpstate_be16(bytes + header), tcpstate_be16(bytes + header + 2));
    return true;
}

bool tcpstate_same_reading(const struct tcpstate_reading *a, const struct tcpstate_reading *b)
{
    return a->segment.from == b->segment.from && a->segment.flags == b->segment.flags
           && a->segment.seq == b->segment.seq && a->segment.ack == b->segment.ack
           && a->segment.payload == b->segment.payload && memcmp(&a->pair, &b->pair, sizeof a->pair) == 0;
}
