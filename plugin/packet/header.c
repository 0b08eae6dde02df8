/* header.c - IP and TCP headers; see header.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "header.h"

#include <stddef.h>
#include <string.h>

#include "bytes.h"

static int compare(const uint8_t *a, const uint8_t *b, uint8_t length)
{
    if (length != 4)
        return memcmp(a, b, length);
    const uint32_t one = tcpstate_be32(a), other = tcpstate_be32(b);
    return (one > other) - (one < other);
}

static inline void copy(uint8_t *to, const uint8_t *from, uint8_t length)
{
    if (length == 4) /* a copy of a fixed length is no call */
        memcpy(to, from, 4);
    else
        memcpy(to, from, length);
}

/* The pair in its fixed order: the lower address first, then the lower port. */
static void order_pair(struct tcpstate_reading *reading, const uint8_t *src, const uint8_t *dst, uint8_t length,
                       uint16_t src_port, uint16_t dst_port)
{
    const int order = compare(src, dst, length);
    const bool swapped = order > 0 || (order == 0 && src_port > dst_port);

    reading->segment.from = swapped;
    reading->segment.to_itself = order == 0 && src_port == dst_port;
    reading->pair.address_length = length;
    copy(reading->pair.address[swapped], src, length);
    copy(reading->pair.address[!swapped], dst, length);
    reading->pair.port[swapped] = src_port;
    reading->pair.port[!swapped] = dst_port;
}

/* Multipath TCP's (RFC 8684 section 8.1); option[1] is its length, at least 2. */
static uint16_t mptcp_option(const uint8_t *option)
{
    enum { DATA_FIN = 0x10 };

    switch (option[1] > 2 ? option[2] >> 4 : 0xff) {
    case 0x0: return TCPSTATE_OPTION_MP_CAPABLE;
    case 0x1: return TCPSTATE_OPTION_MP_JOIN;
    case 0x2: return option[1] > 3 && (option[3] & DATA_FIN) ? TCPSTATE_OPTION_MP_DATA_FIN : 0;
    case 0x7: return TCPSTATE_OPTION_MP_FASTCLOSE;
    case 0x8: return option[1] > 3 ? TCPSTATE_OPTION_MP_TCPRST : 0;
    default: return 0;
    }
}

enum { FAST_OPEN = 34, EXPERIMENTAL = 254, FAST_OPEN_EXPERIMENT = 0xf989 }; /* the last: RFC 6994 and its registry */

static uint16_t fast_open_option(const uint8_t *option)
{
    const bool experimental = option[0] == EXPERIMENTAL;

    if (experimental && (option[1] < 4 || tcpstate_be16(option + 2) != FAST_OPEN_EXPERIMENT))
        return 0;
    return option[1] > (experimental ? 4 : 2) ? TCPSTATE_OPTION_TFO_COOKIE : TCPSTATE_OPTION_TFO_REQUEST;
}

static void read_timestamps(const uint8_t *option, struct tcpstate_segment *segment)
{
    segment->ts_val = tcpstate_be32(option + 2);
    segment->ts_ecr = tcpstate_be32(option + 6);
    segment->options |= TCPSTATE_OPTION_TIMESTAMPS;
}

/* The options that matter (RFC 9293 section 3.1, MUST-6: step over the others). */
static void read_options(const uint8_t *option, size_t left, struct tcpstate_segment *segment)
{
    enum { END = 0, NOP = 1, MSS = 2, WINDOW_SCALE = 3, SACK_PERMITTED = 4, TIMESTAMPS = 8, MD5 = 19, AO = 29,
           MPTCP = 30 };

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
        case MSS:
            if (option[1] == 4) {
                segment->mss = tcpstate_be16(option + 2);
                segment->options |= TCPSTATE_OPTION_MSS;
            }
            break;
        case SACK_PERMITTED:
            segment->options |= TCPSTATE_OPTION_SACK_PERMITTED;
            break;
        case MD5:
        case AO:
            segment->options |= TCPSTATE_OPTION_SIGNATURE;
            break;
        case TIMESTAMPS:
            if (option[1] == 10)
                read_timestamps(option, segment);
            break;
        case MPTCP:
            segment->options |= mptcp_option(option);
            if (mptcp_option(option) == TCPSTATE_OPTION_MP_TCPRST)
                segment->reset_reason = option[3];
            break;
        case FAST_OPEN:
        case EXPERIMENTAL:
            segment->options |= fast_open_option(option);
            break;
        }
        left -= option[1];
        option += option[1];
    }
}

/* Of whole words; options that differ have different sums, but for one pair in 2^16. */
static uint16_t sum_of(const uint8_t *option, int left)
{
    uint32_t sum = 0;

    for (; left >= 4; option += 4, left -= 4)
        sum = (sum ^ tcpstate_be32(option)) * UINT32_C(0x9e3779b1);
    return (uint16_t)(sum >> 16);
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

bool tcpstate_read_ip(const struct tcpstate_bytes *bytes, int ip, uint8_t protocol, struct tcpstate_payload *payload)
{
    const uint8_t *header = bytes->at + ip;
    int size = bytes->captured, reported = bytes->reported;
    int length;

    if (ip + 20 <= size && header[0] >> 4 == 4) {
        if ((header[0] & 0x0f) < 5 || header[9] != protocol || (tcpstate_be16(header + 6) & 0x3fff) != 0)
            return false;
        *payload = (struct tcpstate_payload){
            .ip = ip, .at = ip + (header[0] & 0x0f) * 4, .source = header + 12, .destination = header + 16,
            .address_length = 4, .ttl = header[8], .ip_id = tcpstate_be16(header + 4),
        };
        length = tcpstate_be16(header + 2);
    } else if (ip + 40 <= size && header[0] >> 4 == 6) {
        int at = skip_extensions(bytes->at, size, ip, protocol);
        if (at == 0)
            return false;
        *payload = (struct tcpstate_payload){
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

void tcpstate_begin_reading(struct tcpstate_reading *reading, uint32_t frame, int64_t time)
{
    const size_t rest = offsetof(struct tcpstate_reading, stream);

    _Static_assert(offsetof(struct tcpstate_reading, pair) == sizeof(struct tcpstate_segment), "nothing lies between");
    _Static_assert(offsetof(struct tcpstate_reading, stream) - offsetof(struct tcpstate_reading, pair) - sizeof(struct tcpstate_pair)
                       < _Alignof(uint32_t),
                   "nothing but padding lies between");

    /* In three parts: for all at once compilers write an instruction that repeats itself, which takes long to start. */
    reading->segment = (struct tcpstate_segment){ .frame = frame, .time = time, .server_hint = -1 };
    reading->pair = (struct tcpstate_pair){ 0 };
    memset((uint8_t *)reading + rest, 0, sizeof *reading - rest);
}

void tcpstate_read_ends(const struct tcpstate_bytes *bytes, const struct tcpstate_payload *payload,
                        struct tcpstate_reading *reading)
{
    const uint8_t *header = bytes->at + payload->at;

    reading->segment.seq = tcpstate_be32(header + 4);
    order_pair(reading, payload->source, payload->destination, payload->address_length, tcpstate_be16(header),
               tcpstate_be16(header + 2));
}

bool tcpstate_read_header(const struct tcpstate_bytes *bytes, const struct tcpstate_payload *payload, uint32_t frame,
                          int64_t time, struct tcpstate_reading *reading)
{
    struct tcpstate_segment *segment = &reading->segment;

    if (payload->at + 20 > bytes->captured || payload->at + 20 > payload->end)
        return false;
    const uint8_t *header = bytes->at + payload->at;
    int header_length = (header[12] >> 4) * 4;
    if (header_length < 20 || payload->at + header_length > payload->end)
        return false;

    tcpstate_begin_reading(reading, frame, time);
    tcpstate_read_ends(bytes, payload, reading);
    reading->counts = reading->whole = true;
    segment->payload = (uint32_t)(payload->end - payload->at - header_length);
    segment->ack = tcpstate_be32(header + 8);
    segment->flags = header[13];
    segment->window = tcpstate_be16(header + 14);
    segment->ttl = payload->ttl;
    segment->ip_id = payload->ip_id;
    segment->source_port = tcpstate_be16(header);
    segment->destination_port = tcpstate_be16(header + 2);
    if (header[12] & 0x01)
        segment->options = TCPSTATE_OPTION_AE;
    segment->server_hint = hint_of(&reading->pair);
    /* Options matter where a connection begins or ends, and MPTCP's last words
     * may come on any ACK; most have time stamps alone (RFC 7323 appendix A). */
    if (header_length > 20) {
        static const uint8_t timestamps_alone[] = { 1, 1, 8, 10 };
        int there = bytes->captured - payload->at, end = header_length < there ? header_length : there;
        const uint8_t *options = header + 20;
        if (end < header_length)
            segment->options |= TCPSTATE_OPTION_CUT;
        if (!(segment->flags & TCPSTATE_SYN_FIN_RST))
            segment->options_sum = sum_of(options, end - 20);
        if (end == 32 && memcmp(options, timestamps_alone, sizeof timestamps_alone) == 0)
            read_timestamps(options + 2, segment);
        else
            read_options(options, (size_t)end - 20, segment);
    }
    return true;
}
