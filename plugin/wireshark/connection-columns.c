/* connection-columns.c - what stands in each column of the connections table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection-columns.h"

#include "agreed.h"
#include "host.h"
#include "names.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"

static const struct {
    enum tcpstate_phrase head;
    bool number;
} columns[TCPSTATE_COLUMNS] = {
#define COLUMN(id, number) [TCPSTATE_COLUMN_##id] = { TCPSTATE_PHRASE_COLUMN_##id, number }
    COLUMN(CONNECTION, true), COLUMN(A, false),           COLUMN(B, false),         COLUMN(ROLES, false),
    COLUMN(PROTOCOL, false),  COLUMN(OPENED, false),      COLUMN(HANDSHAKE, true),  COLUMN(REQUEST, true),
    COLUMN(RESPONSE, true),   COLUMN(CLOSED_BY, false), COLUMN(ENDED_BY, false),   COLUMN(CLOSE_KIND, false), COLUMN(OUTCOME, false),
    COLUMN(CONN_STATE, false), COLUMN(DURATION, true),    COLUMN(PACKETS_AB, true), COLUMN(BYTES_AB, true),
    COLUMN(PACKETS_BA, true), COLUMN(BYTES_BA, true),     COLUMN(AGREED, false),    COLUMN(MISSING, false),
#undef COLUMN
};

const char *tcpstate_column_head(enum tcpstate_column column)
{
    return tcpstate_phrase(columns[column].head, tcpstate_language());
}

bool tcpstate_column_is_number(enum tcpstate_column column)
{
    return columns[column].number;
}

static const char *protocol_name(const struct tcpstate_summary *summary)
{
    return summary->application < 0
               ? ""
               : tcpstate_protocol_short_name(summary->application);
}

const char *tcpstate_column_text(wmem_allocator_t *pool, enum tcpstate_column column,
                                 const struct tcpstate_tally *tally, const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    enum tcpstate_language language = tcpstate_language();

    switch (column) {
    case TCPSTATE_COLUMN_CONNECTION: return tcpstate_number_text(pool, summary->number);
    case TCPSTATE_COLUMN_A: return tcpstate_endpoint_text(pool, &summary->pair, known->a);
    case TCPSTATE_COLUMN_B: return tcpstate_endpoint_text(pool, &summary->pair, known->b);
    case TCPSTATE_COLUMN_ROLES: return tcpstate_roles_word(summary);
    case TCPSTATE_COLUMN_PROTOCOL: return protocol_name(summary);
    case TCPSTATE_COLUMN_OPENED: return tcpstate_opening_word(outcome->opening, language);
    case TCPSTATE_COLUMN_HANDSHAKE: return tcpstate_known_seconds(pool, known->handshake, 6);
    case TCPSTATE_COLUMN_REQUEST: return tcpstate_known_seconds(pool, known->to_first_request, 6);
    case TCPSTATE_COLUMN_RESPONSE: return tcpstate_known_seconds(pool, known->to_first_response, 6);
    case TCPSTATE_COLUMN_CLOSED_BY: return tcpstate_closed_by(known);
    case TCPSTATE_COLUMN_ENDED_BY: return tcpstate_ended_by(known);
    case TCPSTATE_COLUMN_CLOSE_KIND:
        return outcome->close_kind == TCPSTATE_CLOSE_NONE ? ""
                                                          : tcpstate_close_kind_word(outcome->close_kind, language);
    case TCPSTATE_COLUMN_OUTCOME: return tcpstate_result_word(outcome->result, language);
    case TCPSTATE_COLUMN_CONN_STATE: return outcome->conn_state;
    case TCPSTATE_COLUMN_DURATION: return tcpstate_known_seconds(pool, known->duration, 6);
    case TCPSTATE_COLUMN_PACKETS_AB: return tcpstate_number_text(pool, tally->packets[known->a]);
    case TCPSTATE_COLUMN_BYTES_AB: return tcpstate_number_text(pool, tally->bytes[known->a]);
    case TCPSTATE_COLUMN_PACKETS_BA: return tcpstate_number_text(pool, tally->packets[known->b]);
    case TCPSTATE_COLUMN_BYTES_BA: return tcpstate_number_text(pool, tally->bytes[known->b]);
    case TCPSTATE_COLUMN_AGREED:
        return tcpstate_agreed_text(pool, language, tcpstate_incarnation_connection(tally->incarnation), known->a);
    case TCPSTATE_COLUMN_MISSING:
        return tcpstate_missing_and_why(pool, language, tally->incarnation, outcome, summary->client);
    case TCPSTATE_COLUMNS: break;
    }
    return "";
}
