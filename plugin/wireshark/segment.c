/* segment.c - the segment reader: from a frame's bytes to its TCP segments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nearly every frame has one TCP layer, and the table of layers (../packet/walk.c)
 * leads to it: what it finds is taken where it has the frame's own addresses and
 * ports.  Else they are looked for in the frame's first bytes.  Where that fails
 * (several TCP layers, reassembled fragments, decrypted or decompressed packets)
 * all the buffers that dissection has made are searched for an IP header with a
 * TCP header behind it whose ports the TCP dissector has met.
 */
#include "segment.h"

#include <string.h>

#include "../packet/header.h"
#include "layers.h"
#include "link.h"

#define FRONT 256 /* bytes of a frame in which an ordinary segment begins */
#define LONGEST_HEADER 60 /* of TCP, with options */

/* The first IP header that has the frame's own addresses and carries
 * `protocol`.  It stands near the front, behind a link header and perhaps a
 * tunnel's. */
static bool find_own_ip(const struct tcpstate_bytes *front, const packet_info *pinfo, uint8_t protocol,
                        struct tcpstate_payload *payload)
{
    const uint8_t *bytes = front->at;
    int size = front->captured;
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
            && tcpstate_read_ip(front, ip, protocol, payload)
            && payload->address_length == length)
            return true;
    }
    return false;
}

/* The first `most` bytes that are there; each is asked of the buffer once. */
static struct tcpstate_bytes front_of(tvbuff_t *tvb, int most)
{
    int captured = MIN((int)tvb_captured_length(tvb), most);

    return (struct tcpstate_bytes){ tvb_get_ptr(tvb, 0, captured), captured, (int)tvb_reported_length(tvb) };
}

/* Where a frame's own addresses and ports stand in its bytes. */
static bool find_own_header(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading)
{
    struct tcpstate_bytes front = front_of(tvb, FRONT);
    struct tcpstate_payload payload;

    if (!find_own_ip(&front, pinfo, TCPSTATE_PROTOCOL_TCP, &payload) || payload.at + 4 > front.captured
        || tcpstate_be16(front.at + payload.at) != pinfo->srcport
        || tcpstate_be16(front.at + payload.at + 2) != pinfo->destport)
        return false;
    if (payload.at + LONGEST_HEADER > front.captured)
        front = front_of(tvb, INT_MAX);
    return tcpstate_read_header(&front, &payload, pinfo->num,
                                tcpstate_nanoseconds(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs), reading);
}

/* Whether a header is the one that the TCP dissector met last. */
static bool is_own(const packet_info *pinfo, const struct tcpstate_reading *reading)
{
    const struct tcpstate_pair *pair = &reading->pair;
    int from = reading->segment.from;

    return pair->port[from] == pinfo->srcport && pair->port[!from] == pinfo->destport
           && pinfo->src.len == pair->address_length && pinfo->dst.len == pair->address_length
           && memcmp(pinfo->src.data, pair->address[from], pair->address_length) == 0
           && memcmp(pinfo->dst.data, pair->address[!from], pair->address_length) == 0;
}

/* The only TCP layer of a frame, where it is where one looks for it.  True if
 * that is settled: *count becomes 1, or 0 of a header that is none. */
static bool read_ordinary(tvbuff_t *tvb, packet_info *pinfo, struct tcpstate_reading *reading, unsigned *count)
{
    struct tcpstate_bytes bytes = front_of(tvb, INT_MAX);
    const wtap_rec *record = pinfo->rec;
    enum tcpstate_link link = record && record->rec_type == REC_TYPE_PACKET
                                  ? tcpstate_link_of(record->rec_header.packet_header.pkt_encap)
                                  : TCPSTATE_LINK_OTHER;

    *count = 1;
    if (tcpstate_walk(link, &bytes, pinfo->num, tcpstate_nanoseconds(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs), reading)
            == TCPSTATE_WALKED_FOUND
        && is_own(pinfo, reading)) {
        *count = !reading->mentioned;
        return !reading->quoted;
    }
    if (!find_own_header(tvb, pinfo, reading))
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
static bool is_likely(const struct tcpstate_bytes *bytes, const struct tcpstate_payload *payload)
{
    const uint8_t *ip = bytes->at + payload->ip;

    if (payload->at + 20 > bytes->captured || bytes->at[payload->at + 12] >> 4 < 5)
        return false;
    return payload->address_length == 16 || tcpstate_be16(ip + 10) == 0
           || ones_complement_sum(ip, payload->at - payload->ip) == 0xffff;
}

/* A reassembled datagram is a buffer of its own, without the IP header: its
 * addresses are the frame's. */
static bool is_bare_segment(const packet_info *pinfo, tvbuff_t *tvb, struct tcpstate_payload *payload)
{
    if (tvb_captured_length(tvb) < 20 || tvb_get_ntohs(tvb, 0) != pinfo->srcport
        || tvb_get_ntohs(tvb, 2) != pinfo->destport
        || (pinfo->src.type != AT_IPv4 && pinfo->src.type != AT_IPv6) || pinfo->dst.type != pinfo->src.type)
        return false;
    *payload = (struct tcpstate_payload){
        .end = (int)tvb_reported_length(tvb), .source = (const uint8_t *)pinfo->src.data,
        .destination = (const uint8_t *)pinfo->dst.data, .address_length = (uint8_t)pinfo->src.len,
    };
    return true;
}

/* Search one buffer, the frame's own or one that dissection `made`; returns how many readings there are now. */
static unsigned search(packet_info *pinfo, tvbuff_t *tvb, bool made, unsigned most,
                       struct tcpstate_reading *readings, unsigned count)
{
    struct tcpstate_bytes bytes = front_of(tvb, INT_MAX);
    int64_t time = tcpstate_nanoseconds(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);
    struct tcpstate_payload payload;

    if (made && count < most && is_bare_segment(pinfo, tvb, &payload))
        return count + tcpstate_read_header(&bytes, &payload, pinfo->num, time, &readings[count]);
    for (int ip = 0; ip + 40 <= bytes.captured && count < most; ip++) {
        if (!tcpstate_read_ip(&bytes, ip, TCPSTATE_PROTOCOL_TCP, &payload) || !is_likely(&bytes, &payload)
            || !tcpstate_has_tcp_ports(pinfo, tcpstate_be16(bytes.at + payload.at),
                                       tcpstate_be16(bytes.at + payload.at + 2))
            || !tcpstate_read_header(&bytes, &payload, pinfo->num, time, &readings[count]))
            continue;
        ip = payload.at + (bytes.at[payload.at + 12] >> 4) * 4 - 1; /* a tunnel's next layer lies behind */
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
    struct tcpstate_bytes front = front_of(tvb, FRONT);
    bool v4 = pinfo->src.type == AT_IPv4;
    struct tcpstate_payload icmp, quoted;

    if (!find_own_ip(&front, pinfo, v4 ? TCPSTATE_PROTOCOL_ICMP : TCPSTATE_PROTOCOL_ICMPV6, &icmp)
        || icmp.at + 8 > front.captured || !tcpstate_icmp_undelivered(v4, front.at[icmp.at]))
        return false;
    front.reported = icmp.end;
    if (!tcpstate_read_ip(&front, icmp.at + 8, TCPSTATE_PROTOCOL_TCP, &quoted)
        || quoted.address_length != icmp.address_length || quoted.at + 8 > front.captured)
        return false;
    tcpstate_begin_reading(reading, pinfo->num, tcpstate_nanoseconds(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs));
    tcpstate_read_ends(&front, &quoted, reading);
    reading->quoted = true;
    reading->icmp_type = front.at[icmp.at];
    reading->icmp_code = front.at[icmp.at + 1];
    memcpy(reading->reporter, icmp.source, icmp.address_length);
    return true;
}

unsigned tcpstate_read_frame(tvbuff_t *tvb, packet_info *pinfo,
                             struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS])
{
    struct tcpstate_layers layers;
    unsigned count;

    tcpstate_count_layers(pinfo, &layers);
    if (layers.tcp == 1 && read_ordinary(tvb, pinfo, &readings[0], &count))
        return count;
    if (layers.tcp > 0)
        return search_everywhere(pinfo, MIN(layers.tcp, TCPSTATE_MOST_LAYERS), readings);
    return layers.quoted && read_quoted(tvb, pinfo, &readings[0]);
}
