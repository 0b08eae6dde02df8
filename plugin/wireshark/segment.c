/* segment.c - the segment reader: from a frame's bytes to its TCP segments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nearly every frame has one TCP layer, right behind an IP header that carries
 * the frame's own addresses: that is found at once.  Where it is not there
 * (tunnels that hold several TCP layers, reassembled fragments, decrypted or
 * decompressed packets) all the buffers that dissection has made are searched
 * for an IP header with a TCP header behind it whose ports the TCP dissector
 * has met.
 */
#include "segment.h"

#include <string.h>

#include <epan/ipproto.h>

#include "layers.h"

#define FRONT 256 /* bytes of a frame in which an ordinary segment begins */

/* Where an IP header leads to. */
struct payload {
    int ip, at, end;     /* the IP header, what it carries, and where that ends */
    const uint8_t *source, *destination;
    uint8_t address_length, ttl;
    uint16_t ip_id;
};

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

/* Step over IPv6 extension headers (RFC 8200 section 4); 0 if `wanted` does not
 * follow, or what follows is but a fragment of it. */
static int skip_extensions(const uint8_t *bytes, int size, int ip, uint8_t wanted)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60 };
    uint8_t next = bytes[ip + 6];
    int at = ip + 40;

    while (next != wanted) {
        if (at + 8 > size)
            return 0;
        const uint8_t *header = bytes + at;
        switch (next) {
        case HOP_BY_HOP:
        case ROUTING:
        case DESTINATION:
            at += 8 + header[1] * 8;
            break;
        case AUTHENTICATION:
            at += 8 + header[1] * 4;
            break;
        case FRAGMENT:
            if ((tcpstate_be16(header + 2) & 0xfff9) != 0) /* an offset, or more to come */
                return 0;
            at += 8;
            break;
        default:
            return 0;
        }
        next = header[0];
    }
    return at;
}

/* The IP header at `ip`, if there is one and it carries `protocol`, whole.  The
 * far end is where the datagram says that it ends; where it says nothing (a
 * segmentation offload leaves the length 0), or too much, it is `reported`. */
static bool read_ip(const uint8_t *bytes, int size, int ip, int reported, uint8_t protocol, struct payload *payload)
{
    const uint8_t *header = bytes + ip;
    int length;

    if (ip + 20 <= size && header[0] >> 4 == 4) {
        if ((header[0] & 0x0f) < 5 || header[9] != protocol || (tcpstate_be16(header + 6) & 0x3fff) != 0)
            return false;
        *payload = (struct payload){
            .ip = ip, .at = ip + (header[0] & 0x0f) * 4, .source = header + 12, .destination = header + 16,
            .address_length = 4, .ttl = header[8], .ip_id = tcpstate_be16(header + 4),
        };
        length = tcpstate_be16(header + 2);
    } else if (ip + 40 <= size && header[0] >> 4 == 6) {
        int at = skip_extensions(bytes, size, ip, protocol);
        if (at == 0)
            return false;
        *payload = (struct payload){
            .ip = ip, .at = at, .source = header + 8, .destination = header + 24,
            .address_length = 16, .ttl = header[7],
        };
        length = tcpstate_be16(header + 4);
        length += length ? 40 : 0;
    } else {
        return false;
    }
    payload->end = length == 0 || ip + length > reported ? reported : ip + length;
    return true;
}

/* The first IP header that has the frame's own addresses and carries
 * `protocol`.  It stands near the front, behind a link header and perhaps a
 * tunnel's. */
static bool find_own_ip(tvbuff_t *tvb, const packet_info *pinfo, const uint8_t *bytes, int size, uint8_t protocol,
                        struct payload *payload)
{
    int length = pinfo->src.len;
    int source_at = pinfo->src.type == AT_IPv4 ? 12 : 8;
    const uint8_t *source = (const uint8_t *)pinfo->src.data, *destination = (const uint8_t *)pinfo->dst.data;

    if ((pinfo->src.type != AT_IPv4 && pinfo->src.type != AT_IPv6) || pinfo->dst.type != pinfo->src.type
        || pinfo->dst.len != length)
        return false;
    uint32_t begins, here;
    memcpy(&begins, source, sizeof begins);
    for (int ip = 0; ip + source_at + 2 * length <= size; ip++) {
        const uint8_t *at = bytes + ip + source_at;
        memcpy(&here, at, sizeof here);
        if (here == begins && memcmp(at, source, (size_t)length) == 0
            && memcmp(at + length, destination, (size_t)length) == 0
            && read_ip(bytes, size, ip, (int)tvb_reported_length(tvb), protocol, payload)
            && payload->address_length == length)
            return true;
    }
    return false;
}

/* Nanoseconds since 1970.  A damaged file may claim any number of seconds; what
 * is further away than 2116 is taken for that, so that two can be subtracted. */
static int64_t nanoseconds(const nstime_t *time)
{
    const int64_t most = INT64_MAX / 2 / 1000000000 - 3;

    return CLAMP((int64_t)time->secs, -most, most) * 1000000000 + time->nsecs;
}

static void begin_reading(const packet_info *pinfo, struct tcpstate_reading *reading)
{
    memset(reading, 0, sizeof *reading);
    reading->segment.frame = pinfo->num;
    reading->segment.time = nanoseconds(&pinfo->abs_ts);
    reading->segment.server_hint = -1;
}

/* The segment whose header lies at `payload->at`; false if it is not all there. */
static bool read_header(const packet_info *pinfo, tvbuff_t *tvb, const struct payload *payload,
                        struct tcpstate_reading *reading)
{
    struct tcpstate_segment *segment = &reading->segment;
    int captured = (int)tvb_captured_length(tvb);

    if (payload->at + 20 > captured || payload->at + 20 > payload->end)
        return false;
    const uint8_t *header = tvb_get_ptr(tvb, payload->at, 20);
    int header_length = (header[12] >> 4) * 4;
    if (header_length < 20 || payload->at + header_length > payload->end)
        return false;

    begin_reading(pinfo, reading);
    segment->payload = (uint32_t)(payload->end - payload->at - header_length);
    segment->seq = tcpstate_be32(header + 4);
    segment->ack = tcpstate_be32(header + 8);
    segment->flags = header[13];
    segment->window = tcpstate_be16(header + 14);
    segment->checksum = tcpstate_be16(header + 16);
    segment->ttl = payload->ttl;
    segment->ip_id = payload->ip_id;
    order_pair(reading, payload->source, payload->destination, payload->address_length, tcpstate_be16(header),
               tcpstate_be16(header + 2));
    segment->server_hint = hint_of(&reading->pair);
    /* Options matter where a connection begins or ends, and MPTCP's last words
     * may come on any ACK; most have time stamps alone (RFC 7323 appendix A). */
    if (header_length > 20) {
        static const uint8_t timestamps_alone[] = { 1, 1, 8, 10 };
        int end = MIN(header_length, captured - payload->at);
        const uint8_t *options = tvb_get_ptr(tvb, payload->at, end) + 20;
        if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)) || end != 32
            || memcmp(options, timestamps_alone, sizeof timestamps_alone) != 0)
            read_options(options, (size_t)end - 20, segment);
    }
    return true;
}

static bool read_ordinary(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading)
{
    int size = MIN((int)tvb_captured_length(tvb), FRONT);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, size);
    struct payload payload;

    if (!find_own_ip(tvb, pinfo, bytes, size, IP_PROTO_TCP, &payload) || payload.at + 4 > size
        || tcpstate_be16(bytes + payload.at) != pinfo->srcport
        || tcpstate_be16(bytes + payload.at + 2) != pinfo->destport)
        return false;
    if (!read_header(pinfo, tvb, &payload, reading))
        return false;
    reading->innermost = reading->ordinary = true;
    return true;
}

static uint16_t ones_complement_sum(const uint8_t *bytes, int size)
{
    uint32_t sum = 0;

    for (int i = 0; i + 1 < size; i += 2)
        sum += tcpstate_be16(bytes + i);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* An IP header that nothing points to must look like one in every way; its
 * checksum may be left to the network card. */
static bool is_likely(const uint8_t *bytes, const struct payload *payload, tvbuff_t *tvb)
{
    const uint8_t *ip = bytes + payload->ip;

    if (payload->at + 20 > (int)tvb_captured_length(tvb) || bytes[payload->at + 12] >> 4 < 5)
        return false;
    return payload->address_length == 16 || tcpstate_be16(ip + 10) == 0
           || ones_complement_sum(ip, payload->at - payload->ip) == 0xffff;
}

/* A reassembled datagram is a buffer of its own, without the IP header: its
 * addresses are the frame's. */
static bool is_bare_segment(const packet_info *pinfo, tvbuff_t *tvb, struct payload *payload)
{
    if (tvb_captured_length(tvb) < 20 || tvb_get_ntohs(tvb, 0) != pinfo->srcport
        || tvb_get_ntohs(tvb, 2) != pinfo->destport
        || (pinfo->src.type != AT_IPv4 && pinfo->src.type != AT_IPv6) || pinfo->dst.type != pinfo->src.type)
        return false;
    *payload = (struct payload){
        .end = (int)tvb_reported_length(tvb), .source = (const uint8_t *)pinfo->src.data,
        .destination = (const uint8_t *)pinfo->dst.data, .address_length = (uint8_t)pinfo->src.len,
    };
    return true;
}

/* Search one buffer, the frame's own or one that dissection `made`; returns how many readings there are now. */
static unsigned search(packet_info *pinfo, tvbuff_t *tvb, bool made, unsigned most,
                       struct tcpstate_reading *readings, unsigned count)
{
    int size = (int)tvb_captured_length(tvb), reported = (int)tvb_reported_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, size);
    struct payload payload;

    if (made && count < most && is_bare_segment(pinfo, tvb, &payload))
        return count + read_header(pinfo, tvb, &payload, &readings[count]);
    for (int ip = 0; ip + 40 <= size && count < most; ip++) {
        if (!read_ip(bytes, size, ip, reported, IP_PROTO_TCP, &payload) || !is_likely(bytes, &payload, tvb)
            || !tcpstate_has_tcp_ports(pinfo, tcpstate_be16(bytes + payload.at), tcpstate_be16(bytes + payload.at + 2))
            || !read_header(pinfo, tvb, &payload, &readings[count]))
            continue;
        ip = payload.at + (bytes[payload.at + 12] >> 4) * 4 - 1; /* a tunnel's next layer lies behind */
        count++;
    }
    return count;
}

static unsigned search_everywhere(packet_info *pinfo, unsigned most, struct tcpstate_reading *readings)
{
    unsigned count = 0;

    for (const GSList *source = pinfo->data_src; source && count < most; source = source->next) {
        tvbuff_t *tvb = get_data_source_tvb((const struct data_source *)source->data);
        if (tvb && tvb_captured_length(tvb) >= 20)
            count = search(pinfo, tvb, source != pinfo->data_src, most, readings, count);
    }
    for (unsigned i = 0; i < count; i++) {
        readings[i].layer = (uint8_t)i;
        readings[i].innermost = i + 1 == count;
    }
    return count;
}

static bool read_quoted(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading)
{
    enum { UNREACHABLE = 3, V6_UNREACHABLE = 1 };
    int size = MIN((int)tvb_captured_length(tvb), FRONT);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, size);
    bool v4 = pinfo->src.type == AT_IPv4;
    struct payload icmp, quoted;

    if (!find_own_ip(tvb, pinfo, bytes, size, v4 ? IP_PROTO_ICMP : IP_PROTO_ICMPV6, &icmp) || icmp.at + 8 > size
        || bytes[icmp.at] != (v4 ? UNREACHABLE : V6_UNREACHABLE)
        || !read_ip(bytes, size, icmp.at + 8, icmp.end, IP_PROTO_TCP, &quoted)
        || quoted.address_length != icmp.address_length || quoted.at + 8 > size)
        return false;
    begin_reading(pinfo, reading);
    reading->quoted = true;
    memcpy(reading->reporter, icmp.source, icmp.address_length);
    reading->segment.seq = tcpstate_be32(bytes + quoted.at + 4);
    order_pair(reading, quoted.source, quoted.destination, quoted.address_length, tcpstate_be16(bytes + quoted.at),
               tcpstate_be16(bytes + quoted.at + 2));
    return true;
}

unsigned tcpstate_read_frame(tvbuff_t *tvb, packet_info *pinfo,
                             struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS])
{
    struct tcpstate_layers layers;

    tcpstate_count_layers(pinfo, &layers);
    if (layers.tcp == 1 && read_ordinary(tvb, pinfo, &readings[0]))
        return 1;
    if (layers.tcp > 0)
        return search_everywhere(pinfo, MIN(layers.tcp, TCPSTATE_MOST_LAYERS), readings);
    return layers.quoted && read_quoted(tvb, pinfo, &readings[0]);
}
