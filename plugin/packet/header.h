/* header.h - from the bytes of IP and TCP headers to a segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure, and shared by all who read frames: walk.c, which finds the layers by a
 * table, and the plugin where Wireshark has found them (wireshark/segment.c).
 */
#ifndef TCPSTATE_HEADER_H
#define TCPSTATE_HEADER_H

#include "reading.h"

/* Bytes, of a frame or of what was put together from several. */
struct tcpstate_bytes {
    const uint8_t *at;
    int captured; /* how many are there */
    int reported; /* how many there were on the wire */
};

enum {
    TCPSTATE_PROTOCOL_ICMP = 1,
    TCPSTATE_PROTOCOL_TCP = 6,
    TCPSTATE_PROTOCOL_ICMPV6 = 58,
};

/* Where an IP header leads to. */
struct tcpstate_payload {
    int ip, at, end; /* the IP header, what it carries, and where that ends */
    const uint8_t *source, *destination;
    uint8_t address_length, ttl;
    uint16_t ip_id;
};

/* The IP header at `ip`, if there is one and it carries `protocol`, whole: no
 * fragment.  The far end is where the datagram says that it ends; where it says
 * nothing (a segmentation offload leaves the length 0), or too much, it is
 * where the bytes end on the wire. */
bool tcpstate_read_ip(const struct tcpstate_bytes *bytes, int ip, uint8_t protocol, struct tcpstate_payload *payload);

/* Nanoseconds since 1970.  A damaged file may claim any number of seconds; what
 * is further away than 2116 is taken for that, so that two can be subtracted. */
static inline int64_t tcpstate_nanoseconds(int64_t seconds, int nanoseconds)
{
    const int64_t most = INT64_MAX / 2 / TCPSTATE_SECOND - 3;

    return (seconds < -most ? -most : seconds > most ? most : seconds) * TCPSTATE_SECOND + nanoseconds;
}

/* Whether an ICMP error of this type (RFC 792), or else an ICMPv6 one (RFC 4443), says that what it quotes was not
 * delivered. */
static inline bool tcpstate_icmp_undelivered(bool v4, uint8_t type)
{
    enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12, V6_UNREACHABLE = 1, V6_PARAMETER_PROBLEM = 4 };

    return v4 ? type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM
              : type >= V6_UNREACHABLE && type <= V6_PARAMETER_PROBLEM;
}

/* Of a frame: all of a reading but its segment. */
void tcpstate_begin_reading(struct tcpstate_reading *reading, uint32_t frame, int64_t time);

/* The ends, with the sequence number, of the TCP header at payload->at: its first eight bytes. */
void tcpstate_read_ends(const struct tcpstate_bytes *bytes, const struct tcpstate_payload *payload,
                        struct tcpstate_reading *reading);

/* The segment whose header lies at payload->at; false if it is not all there. */
bool tcpstate_read_header(const struct tcpstate_bytes *bytes, const struct tcpstate_payload *payload, uint32_t frame,
                          int64_t time, struct tcpstate_reading *reading);

#endif
