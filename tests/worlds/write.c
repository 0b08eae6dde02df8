/* write.c - worlds as a capture file: what their passers-by recorded, one world behind the other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For the plugin, which is given packets: of IPv4 without a link layer (LINKTYPE_RAW), in pcap's
 * oldest form.  The bytes depend on the seed alone.  Each world has addresses of its own, so that
 * none is another's connection; in every second one host 1 has a port that servers have.  Checksums
 * are 0: nobody looks at them by default.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

enum {
    IP_LENGTH = 20, TCP_LENGTH = 20, MOST_OPTIONS = 40, MOST_DATA = 65535 - IP_LENGTH - TCP_LENGTH - MOST_OPTIONS,
    BEGINNING = 1660780800, /* 2022-08-18: RFC 9293 had just been published */
};

static FILE *file;
static moment begins; /* of the world that is written */

struct bytes {
    uint8_t at[IP_LENGTH + TCP_LENGTH + MOST_OPTIONS + MOST_DATA];
    size_t count;
};

static void put(struct bytes *to, unsigned count, uint64_t value)
{
    while (count-- > 0)
        to->at[to->count++] = (uint8_t)(value >> 8 * count);
}

/* An option's kind and length (RFC 9293 section 3.1), if there is room for it. */
static bool option(struct bytes *to, uint8_t kind, uint8_t length)
{
    if (to->count + length > IP_LENGTH + TCP_LENGTH + MOST_OPTIONS)
        return false;
    put(to, 1, kind);
    put(to, 1, length);
    return true;
}

static void put_fast_open(struct bytes *to, const struct segment *segment)
{
    const uint8_t cookie = segment->has & HAS_COOKIE ? 8 : 0;

    if (!(segment->has & (HAS_COOKIE_REQUEST | HAS_COOKIE)))
        return;
    if (segment->has & HAS_OPTION_254 && option(to, 254, (uint8_t)(4 + cookie)))
        put(to, 2, 0xf989);
    else if (!(segment->has & HAS_OPTION_254) && !option(to, 34, (uint8_t)(2 + cookie)))
        return;
    put(to, cookie, UINT64_C(0x636f6f6b69652121));
}

static void put_options(struct bytes *to, const struct segment *segment)
{
    if (segment->has & HAS_SIGNATURE && option(to, 19, 18)) {
        put(to, 8, 0);
        put(to, 8, 0);
    }
    if (segment->has & HAS_SACK_PERMITTED)
        option(to, 4, 2);
    if (segment->has & HAS_TIMESTAMPS && option(to, 8, 10)) {
        put(to, 4, segment->ts_val);
        put(to, 4, segment->ts_ecr);
    }
    if (segment->has & HAS_SCALE && option(to, 3, 3))
        put(to, 1, segment->scale);
    put_fast_open(to, segment);
    if (segment->sacks > 0 && option(to, 5, (uint8_t)(2 + 8 * segment->sacks))) {
        for (int i = 0; i < segment->sacks; i++) {
            put(to, 4, segment->sack[i].from);
            put(to, 4, segment->sack[i].to);
        }
    }
    while (to->count % 4)
        put(to, 1, 1);
}

static uint32_t address(const struct plan *plan, int host)
{
    return (host == 0 ? UINT32_C(0x0a000000) : UINT32_C(0x0b000000)) | (uint32_t)(plan->world & 0xffffff);
}

static uint16_t port(const struct plan *plan, int host)
{
    if (host == 0)
        return 47000;
    return plan->world % 2 ? 1 : 47001; /* neither is one that a dissector of Wireshark asks for */
}

static void put_packet(struct bytes *to, const struct plan *plan, const struct segment *segment, uint8_t ttl)
{
    const int from = segment->from, other = !segment->from;

    to->count = 0;
    put(to, 2, 0x4500);
    put(to, 2, 0); /* length */
    put(to, 4, (uint32_t)segment->ip_id << 16 | 0x4000);
    put(to, 4, (uint32_t)ttl << 24 | 6 << 16);
    put(to, 4, address(plan, from));
    put(to, 4, address(plan, other));
    put(to, 2, port(plan, from));
    put(to, 2, port(plan, other));
    put(to, 4, segment->seq);
    put(to, 4, segment->ack);
    put(to, 1, 0); /* data offset */
    put(to, 1, segment->flags);
    put(to, 2, segment->window);
    put(to, 4, 0); /* checksum, urgent pointer */
    put_options(to, segment);
    to->at[IP_LENGTH + 12] = (uint8_t)((to->count - IP_LENGTH) / 4 << 4);
    for (uint32_t i = 0; i < segment->len && i < MOST_DATA; i++)
        put(to, 1, 'a' + (segment->seq + i) % 26);
    to->at[2] = (uint8_t)(to->count >> 8);
    to->at[3] = (uint8_t)to->count;
}

static void write_bytes(const uint8_t *bytes, size_t count)
{
    if (fwrite(bytes, 1, count, file) != count) {
        perror("worlds: --write");
        exit(2);
    }
}

void write_begin(const char *path)
{
    static struct bytes header;

    file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(2);
    }
    put(&header, 4, 0xa1b2c3d4); /* with microseconds */
    put(&header, 4, 0x00020004);
    put(&header, 8, 0);
    put(&header, 4, sizeof header.at);
    put(&header, 4, 101); /* LINKTYPE_RAW */
    write_bytes(header.at, header.count);
}

void write_world(const struct world *world, const struct capture *capture)
{
    static struct bytes header, packet;
    moment last = begins;

    for (int i = 0; i < capture->count; i++) {
        const struct record *record = &capture->records[i];
        const moment when = begins + record->stamped;

        put_packet(&packet, &world->plan, &world->segments[record->segment], record->ttl);
        header.count = 0;
        put(&header, 4, (uint64_t)(BEGINNING + when / SECOND));
        put(&header, 4, (uint64_t)(when % SECOND));
        const size_t kept = record->cut ? IP_LENGTH + TCP_LENGTH : packet.count;
        put(&header, 4, kept);
        put(&header, 4, packet.count);
        write_bytes(header.at, header.count);
        write_bytes(packet.at, kept);
        last = when > last ? when : last;
    }
    begins = last + SECOND;
}

void write_end(void)
{
    if (fclose(file) != 0) {
        perror("worlds: --write");
        exit(2);
    }
}
