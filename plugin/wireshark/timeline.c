/* timeline.c - what happened as entries of a timeline, and these as bytes; see timeline.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timeline.h"

#include <string.h>

#include "../core/varint.h"

#define NO_TIME UINT32_MAX
#define IN_MILLISECONDS UINT32_C(0x80000000)

const struct tcpstate_entry tcpstate_no_entry = { .stayed = { NO_TIME, NO_TIME }, .elapsed = NO_TIME };

uint32_t tcpstate_shorten(int64_t nanoseconds)
{
    if (nanoseconds < 0)
        return NO_TIME;
    if (nanoseconds / 1000 < IN_MILLISECONDS)
        return (uint32_t)(nanoseconds / 1000);
    int64_t milliseconds = nanoseconds / 1000000;
    return milliseconds < INT32_MAX ? (uint32_t)milliseconds | IN_MILLISECONDS : NO_TIME - 1;
}

int64_t tcpstate_lengthen(uint32_t time)
{
    if (time == NO_TIME)
        return -1;
    return time & IN_MILLISECONDS ? (int64_t)(time & ~IN_MILLISECONDS) * 1000000 : (int64_t)time * 1000;
}

/* ---- An observation as an entry ---- */

static bool tells_application(enum tcpstate_step step, uint8_t failed)
{
    return tcpstate_step_is_first_data(step) && !failed;
}

void tcpstate_entry_make(struct tcpstate_entry *entry, const struct tcpstate_connection *connection,
                         const struct tcpstate_segment *segment, uint8_t layer, struct tcpstate_observation *seen,
                         int application)
{
    const bool is_reset = segment->flags & TCPSTATE_FLAG_RST;
    int64_t *elapsed = is_reset ? &seen->reset_after : &seen->repeats_after;

    *entry = (struct tcpstate_entry){
        .frame = segment->frame,
        .layer = layer,
        .answers = seen->answers,
        .repeats = seen->repeats,
        .step = (uint8_t)seen->step,
        .checks = (uint8_t)(seen->checks | seen->failed << 4),
        .elapsed = tcpstate_shorten(*elapsed),
        .value = tells_application(seen->step, seen->failed) ? (uint32_t)(application + 1)
                 : is_reset                                  ? (uint32_t)seen->reset_number
                                                             : seen->expected,
        .roles = (uint8_t)((seen->client == 0 ? TCPSTATE_ROLES_CLIENT_0 : 0)
                           | (seen->client == 1 ? TCPSTATE_ROLES_CLIENT_1 : 0)
                           | (seen->roles_inferred ? TCPSTATE_ROLES_INFERRED : 0)
                           | (seen->reset_ttl_differs ? TCPSTATE_ROLES_TTL_DIFFERS : 0)),
    };
    *elapsed = tcpstate_lengthen(entry->elapsed);
    for (int i = 0; i < 2; i++) {
        entry->before |= (uint8_t)(seen->ends[i].before << (4 * i));
        entry->after |= (uint8_t)(seen->ends[i].after << (4 * i));
        entry->inferred |= (uint8_t)((seen->ends[i].before_inferred ? TCPSTATE_INFERRED_BEFORE << i : 0)
                                     | (seen->ends[i].after_inferred ? TCPSTATE_INFERRED_AFTER << i : 0));
        entry->stayed[i] = tcpstate_shorten(seen->stayed[i]);
        seen->stayed[i] = tcpstate_lengthen(entry->stayed[i]);
        entry->knows_isn |= (uint8_t)(tcpstate_isn(connection, i, &entry->isn[i]) ? 1 << i : 0);
    }
}

void tcpstate_entry_standings(const struct tcpstate_entry *entry, struct tcpstate_standing ends[2])
{
    for (int i = 0; i < 2; i++) {
        ends[i].before = (entry->before >> (4 * i)) & 0x0f;
        ends[i].after = (entry->after >> (4 * i)) & 0x0f;
        ends[i].before_inferred = entry->inferred & (TCPSTATE_INFERRED_BEFORE << i);
        ends[i].after_inferred = entry->inferred & (TCPSTATE_INFERRED_AFTER << i);
    }
}

/* What holds at the entry and behind it. */
static void see(const struct tcpstate_entry *entry, struct tcpstate_observation *seen)
{
    *seen = (struct tcpstate_observation){ .client = -1, .stayed = { -1, -1 }, .reset_after = -1, .repeats_after = -1 };
    tcpstate_entry_standings(entry, seen->ends);
    if (entry->roles & (TCPSTATE_ROLES_CLIENT_0 | TCPSTATE_ROLES_CLIENT_1))
        seen->client = (entry->roles & TCPSTATE_ROLES_CLIENT_1) ? 1 : 0;
    seen->roles_inferred = entry->roles & TCPSTATE_ROLES_INFERRED;
}

int tcpstate_entry_seen(const struct tcpstate_entry *entry, const struct tcpstate_segment *segment,
                        struct tcpstate_observation *seen)
{
    const bool is_reset = segment->flags & TCPSTATE_FLAG_RST;

    see(entry, seen);
    seen->changed = true;
    seen->step = (enum tcpstate_step)entry->step;
    seen->answers = entry->answers;
    seen->repeats = entry->repeats;
    seen->checks = entry->checks & 0x0f;
    seen->failed = entry->checks >> 4;
    for (int i = 0; i < 2; i++)
        seen->stayed[i] = tcpstate_lengthen(entry->stayed[i]);
    *(is_reset ? &seen->reset_after : &seen->repeats_after) = tcpstate_lengthen(entry->elapsed);
    seen->reset_ttl_differs = entry->roles & TCPSTATE_ROLES_TTL_DIFFERS;
    if (tells_application(seen->step, seen->failed))
        return (int)entry->value - 1;
    if (is_reset) {
        seen->reset_number = (enum tcpstate_reset_number)entry->value;
        if (seen->failed) /* a RST's one check is of the SYN that it refuses */
            seen->expected = entry->isn[!(segment->from & 1)] + 1;
    } else
        seen->expected = entry->value;
    return -1;
}

int tcpstate_entry_seen_since(const struct tcpstate_entry *entry, struct tcpstate_observation *seen)
{
    see(entry, seen);
    for (int i = 0; i < 2; i++) {
        seen->ends[i].before = seen->ends[i].after;
        seen->ends[i].before_inferred = seen->ends[i].after_inferred;
    }
    return -1;
}

/* ---- An entry as bytes ---- */

/* Which parts an entry has.  The parts of the second byte are rare. */
enum {
    HAS_AFTER = 0x0001, /* another state than after the entry before */
    HAS_INFERRED = 0x0002,
    HAS_ANSWERS = 0x0004,
    HAS_STAYED_0 = 0x0008,
    HAS_STAYED_1 = 0x0010,
    HAS_CHECKS = 0x0020,
    HAS_ROLES = 0x0040,
    HAS_SECOND_BYTE = 0x0080,
    HAS_BEFORE = 0x0100, /* another than after the entry before */
    HAS_VALUE = 0x0200,
    HAS_REPEATS = 0x0400,
    HAS_ELAPSED = 0x0800,
    HAS_ISN_0 = 0x1000,
    HAS_ISN_1 = 0x2000,
    HAS_LAYER = 0x4000,
};

/* The timeline is our own, so its bytes are trusted. */
static const uint8_t *read_number(const uint8_t *from, uint32_t *number)
{
    *number = 0;
    for (unsigned shift = 0;; shift += 7) {
        *number |= (uint32_t)(*from & 0x7f) << shift;
        if (!(*from++ & 0x80))
            return from;
    }
}

/* What was inferred after the entry before is so before this one. */
static uint8_t inferred_before(const struct tcpstate_entry *before)
{
    return (uint8_t)(before->inferred / TCPSTATE_INFERRED_AFTER * TCPSTATE_INFERRED_BEFORE);
}

#define BEFORE_BITS (TCPSTATE_INFERRED_BEFORE * 3)
#define AFTER_BITS (TCPSTATE_INFERRED_AFTER * 3)

static unsigned parts_of(const struct tcpstate_entry *entry, const struct tcpstate_entry *before)
{
    unsigned parts = 0;

    if (entry->after != before->after)
        parts |= HAS_AFTER;
    if (((entry->inferred ^ before->inferred) & AFTER_BITS) != 0)
        parts |= HAS_INFERRED;
    if (entry->before != before->after || (entry->inferred & BEFORE_BITS) != inferred_before(before))
        parts |= HAS_BEFORE | HAS_INFERRED;
    if (entry->answers != 0)
        parts |= HAS_ANSWERS;
    if (entry->stayed[0] != NO_TIME)
        parts |= HAS_STAYED_0;
    if (entry->stayed[1] != NO_TIME)
        parts |= HAS_STAYED_1;
    if (entry->checks != 0)
        parts |= HAS_CHECKS;
    if (entry->roles != before->roles)
        parts |= HAS_ROLES;
    if (entry->value != 0)
        parts |= HAS_VALUE;
    if (entry->repeats != 0)
        parts |= HAS_REPEATS;
    if (entry->elapsed != NO_TIME)
        parts |= HAS_ELAPSED;
    if (entry->layer != 0)
        parts |= HAS_LAYER;
    for (unsigned i = 0; i < 2; i++)
        if ((entry->knows_isn & 1u << i) && (!(before->knows_isn & 1u << i) || entry->isn[i] != before->isn[i]))
            parts |= HAS_ISN_0 << i;
    return parts > 0xff ? parts | HAS_SECOND_BYTE : parts;
}

size_t tcpstate_write_entry(uint8_t to[TCPSTATE_MOST_ENTRY], const struct tcpstate_entry *entry,
                            const struct tcpstate_entry *before)
{
    uint8_t *at = to;
    unsigned parts = parts_of(entry, before);

    *at++ = (uint8_t)parts;
    if (parts & HAS_SECOND_BYTE)
        *at++ = (uint8_t)(parts >> 8);
    at = tcpstate_write_varint(at, entry->frame - before->frame);
    *at++ = entry->step;
    if (parts & HAS_AFTER)
        *at++ = entry->after;
    if (parts & HAS_BEFORE)
        *at++ = entry->before;
    if (parts & HAS_INFERRED)
        *at++ = entry->inferred;
    if (parts & HAS_ROLES)
        *at++ = entry->roles;
    if (parts & HAS_CHECKS)
        *at++ = entry->checks;
    if (parts & HAS_LAYER)
        *at++ = entry->layer;
    if (parts & HAS_ANSWERS)
        at = tcpstate_write_varint(at, entry->frame - entry->answers);
    if (parts & HAS_STAYED_0)
        at = tcpstate_write_varint(at, entry->stayed[0]);
    if (parts & HAS_STAYED_1)
        at = tcpstate_write_varint(at, entry->stayed[1]);
    if (parts & HAS_VALUE)
        at = tcpstate_write_varint(at, entry->value);
    if (parts & HAS_REPEATS)
        at = tcpstate_write_varint(at, entry->repeats);
    if (parts & HAS_ELAPSED)
        at = tcpstate_write_varint(at, entry->elapsed);
    for (unsigned i = 0; i < 2; i++) {
        if (parts & (HAS_ISN_0 << i)) {
            memcpy(at, &entry->isn[i], sizeof entry->isn[i]);
            at += sizeof entry->isn[i];
        }
    }
    return (size_t)(at - to);
}

size_t tcpstate_read_entry(const uint8_t *from, struct tcpstate_entry *entry)
{
    const uint8_t *at = from;
    unsigned parts = *at++;
    uint32_t number;

    if (parts & HAS_SECOND_BYTE)
        parts |= (unsigned)*at++ << 8;
    at = read_number(at, &number);
    entry->frame += number;
    entry->step = *at++;
    entry->before = entry->after;
    entry->inferred = (uint8_t)((entry->inferred & AFTER_BITS) | inferred_before(entry));
    if (parts & HAS_AFTER)
        entry->after = *at++;
    if (parts & HAS_BEFORE)
        entry->before = *at++;
    if (parts & HAS_INFERRED)
        entry->inferred = parts & HAS_BEFORE ? *at++
                                             : (uint8_t)((*at++ & AFTER_BITS) | (entry->inferred & BEFORE_BITS));
    if (parts & HAS_ROLES)
        entry->roles = *at++;
    entry->checks = parts & HAS_CHECKS ? *at++ : 0;
    entry->layer = parts & HAS_LAYER ? *at++ : 0;
    entry->answers = entry->value = 0;
    entry->stayed[0] = entry->stayed[1] = entry->elapsed = NO_TIME;
    if (parts & HAS_ANSWERS) {
        at = read_number(at, &number);
        entry->answers = entry->frame - number;
    }
    if (parts & HAS_STAYED_0)
        at = read_number(at, &entry->stayed[0]);
    if (parts & HAS_STAYED_1)
        at = read_number(at, &entry->stayed[1]);
    if (parts & HAS_VALUE)
        at = read_number(at, &entry->value);
    number = 0;
    if (parts & HAS_REPEATS)
        at = read_number(at, &number);
    entry->repeats = (uint16_t)number;
    if (parts & HAS_ELAPSED)
        at = read_number(at, &entry->elapsed);
    for (unsigned i = 0; i < 2; i++) {
        if (parts & (HAS_ISN_0 << i)) {
            memcpy(&entry->isn[i], at, sizeof entry->isn[i]);
            at += sizeof entry->isn[i];
            entry->knows_isn |= (uint8_t)(1u << i);
        }
    }
    return (size_t)(at - from);
}
