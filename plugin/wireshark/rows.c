/* rows.c - an object in each line, for programs; see rows.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <wsutil/str_util.h>

#include "host.h"
#include "incarnations.h"
#include "wording.h"

enum { PROTOCOL_TCP = 6 }; /* IANA's number */

void tcpstate_row_begin(json_dumper *row)
{
    /* It writes letter by letter, which locks a file each time. */
    *row = (json_dumper){ .output_string = g_string_sized_new(4096) };
    json_dumper_begin_object(row);
}

void tcpstate_row_end(json_dumper *row)
{
    json_dumper_end_object(row);
    json_dumper_finish(row);
    fwrite(row->output_string->str, 1, row->output_string->len, stdout);
    g_string_free(row->output_string, TRUE);
}

void tcpstate_row_string(json_dumper *row, const char *name, const char *value)
{
    json_dumper_set_member_name(row, name);
    if (value && *value)
        json_dumper_value_string(row, value);
    else
        json_dumper_value_anyf(row, "null");
}

void tcpstate_row_number(json_dumper *row, const char *name, int64_t value)
{
    json_dumper_set_member_name(row, name);
    json_dumper_value_anyf(row, "%" PRId64, value);
}

void tcpstate_row_boolean(json_dumper *row, const char *name, bool value)
{
    json_dumper_set_member_name(row, name);
    json_dumper_value_anyf(row, "%s", value ? "true" : "false");
}

void tcpstate_row_seconds(json_dumper *row, const char *name, int64_t nanoseconds)
{
    json_dumper_set_member_name(row, name);
    if (nanoseconds < 0)
        json_dumper_value_anyf(row, "null");
    else
        json_dumper_value_anyf(row, "%" PRId64 ".%09" PRId64, nanoseconds / TCPSTATE_SECOND, nanoseconds % TCPSTATE_SECOND);
}

void tcpstate_row_end_of(json_dumper *row, wmem_allocator_t *pool, const char *name, const struct tcpstate_pair *pair,
                         int endpoint)
{
    tcpstate_row_string(row, wmem_strconcat(pool, name, ".address", NULL), tcpstate_address_text(pool, pair, endpoint, false));
    tcpstate_row_number(row, wmem_strconcat(pool, name, ".port", NULL), pair->port[endpoint]);
}

void tcpstate_row_network(json_dumper *row, const struct tcpstate_pair *pair)
{
    tcpstate_row_string(row, "network.transport", "tcp");
    tcpstate_row_string(row, "network.type", pair->address_length == 4 ? "ipv4" : "ipv6");
}

struct tcpstate_last_states tcpstate_last_states_of(const struct tcpstate_incarnation *incarnation)
{
    struct tcpstate_last_states last = { .state = { TCPSTATE_UNKNOWN, TCPSTATE_UNKNOWN } };
    struct tcpstate_entry entry;

    if (tcpstate_incarnation_entry(incarnation, UINT32_MAX, UINT8_MAX, &entry))
        for (int i = 0; i < 2; i++) {
            last.state[i] = (enum tcpstate_state)((entry.after >> (4 * i)) & 0x0f);
            last.inferred[i] = entry.inferred & (TCPSTATE_INFERRED_AFTER << i);
        }
    return last;
}

const char *tcpstate_community_id(wmem_allocator_t *pool, const struct tcpstate_pair *pair)
{
    const uint8_t seed[2] = { 0 }, protocol[2] = { PROTOCOL_TCP, 0 };
    int order = memcmp(pair->address[0], pair->address[1], pair->address_length);
    int low = order < 0 || (order == 0 && pair->port[0] < pair->port[1]) ? 0 : 1;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
    uint8_t digest[20];
    gsize size = sizeof digest;

    g_checksum_update(sum, seed, sizeof seed);
    for (int i = 0; i < 2; i++)
        g_checksum_update(sum, pair->address[low ^ i], pair->address_length);
    g_checksum_update(sum, protocol, sizeof protocol);
    for (int i = 0; i < 2; i++) {
        const uint16_t port = pair->port[low ^ i];
        const uint8_t bytes[2] = { (uint8_t)(port >> 8), (uint8_t)port };
        g_checksum_update(sum, bytes, sizeof bytes);
    }
    g_checksum_get_digest(sum, digest, &size);
    char *text = g_base64_encode(digest, size);
    const char *id = wmem_strconcat(pool, "1:", text, NULL);
    g_free(text);
    g_checksum_free(sum);
    return id;
}

/* ---- OCSF, class Network Activity ---- */

enum {
    ACTIVITY_CLOSE = 2,
    ACTIVITY_RESET = 3,
    ACTIVITY_FAIL = 4,
    ACTIVITY_REFUSE = 5,
    ACTIVITY_TRAFFIC = 6,
};

/* Traffic is what holds of any connection. */
static int activity_of(const struct tcpstate_outcome *outcome)
{
    if (tcpstate_outcome_is_early(outcome))
        return ACTIVITY_TRAFFIC;
    switch (outcome->result) {
    case TCPSTATE_RESULT_CLOSED: return ACTIVITY_CLOSE;
    case TCPSTATE_RESULT_RESET: return ACTIVITY_RESET;
    case TCPSTATE_RESULT_REFUSED: return ACTIVITY_REFUSE;
    case TCPSTATE_RESULT_UNANSWERED:
    case TCPSTATE_RESULT_UNREACHABLE:
    case TCPSTATE_RESULT_REJECTED:
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED: return ACTIVITY_FAIL;
    default: return ACTIVITY_TRAFFIC;
    }
}

static void add_endpoint(json_dumper *row, wmem_allocator_t *pool, const char *name, const struct tcpstate_pair *pair,
                         int endpoint)
{
    json_dumper_set_member_name(row, name);
    json_dumper_begin_object(row);
    tcpstate_row_string(row, "ip", tcpstate_address_text(pool, pair, endpoint, false));
    tcpstate_row_number(row, "port", pair->port[endpoint]);
    json_dumper_end_object(row);
}

static void add_connection_info(json_dumper *row, const char *community_id, const struct tcpstate_tally *tally,
                                const struct tcpstate_pair *pair)
{
    char history[TCPSTATE_ZEEK_LETTERS + 1];

    tcpstate_history(tcpstate_incarnation_connection(tally->incarnation), history);
    json_dumper_set_member_name(row, "connection_info");
    json_dumper_begin_object(row);
    tcpstate_row_string(row, "protocol_name", "tcp");
    tcpstate_row_number(row, "protocol_num", PROTOCOL_TCP);
    tcpstate_row_number(row, "protocol_ver_id", pair->address_length == 4 ? 4 : 6);
    tcpstate_row_string(row, "community_uid", community_id);
    tcpstate_row_string(row, "flag_history", history);
    json_dumper_end_object(row);
}

static void add_traffic(json_dumper *row, const struct tcpstate_tally *tally, const struct tcpstate_known *known)
{
    json_dumper_set_member_name(row, "traffic");
    json_dumper_begin_object(row);
    tcpstate_row_number(row, "packets_out", tally->packets[known->a]);
    tcpstate_row_number(row, "bytes_out", (int64_t)tally->bytes[known->a]);
    tcpstate_row_number(row, "packets_in", tally->packets[known->b]);
    tcpstate_row_number(row, "bytes_in", (int64_t)tally->bytes[known->b]);
    json_dumper_end_object(row);
}

/* Milliseconds since 1970. */
static void add_moment(json_dumper *row, const char *name, int64_t moment)
{
    if (moment == TCPSTATE_NO_TIME)
        tcpstate_row_string(row, name, NULL);
    else
        tcpstate_row_number(row, name, moment / 1000000);
}

void tcpstate_row_connection(json_dumper *row, wmem_allocator_t *pool, const struct tcpstate_tally *tally,
                             const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_pair *pair = &summary->pair;
    const bool roles_seen = summary->client >= 0 && !summary->roles_inferred;
    const char *community_id = tcpstate_community_id(pool, pair);

    tcpstate_row_string(row, "community_id", community_id);
    tcpstate_row_end_of(row, pool, "source", pair, known->a);
    tcpstate_row_end_of(row, pool, "destination", pair, known->b);
    tcpstate_row_network(row, pair);
    tcpstate_row_string(row, "network.protocol.name",
                        summary->application < 0 ? NULL : tcpstate_protocol_filter_name(summary->application));
    tcpstate_row_number(row, "activity_id", activity_of(&summary->outcome));
    tcpstate_row_number(row, "initiator_id", roles_seen ? 1 : 0);
    add_moment(row, "start_time", summary->moments[TCPSTATE_MOMENT_FIRST]);
    add_moment(row, "end_time", summary->moments[TCPSTATE_MOMENT_LAST]);
    add_endpoint(row, pool, "src_endpoint", pair, known->a);
    add_endpoint(row, pool, "dst_endpoint", pair, known->b);
    add_connection_info(row, community_id, tally, pair);
    add_traffic(row, tally, known);
}
