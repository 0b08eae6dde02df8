/* facts.c - what is known of a connection by now; see facts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "facts.h"

#include <string.h>

#include "capture.h"
#include "four-tuples.h"
#include "incarnations.h"
#include "preferences.h"

unsigned tcpstate_incarnation_isns(const struct tcpstate_incarnation *incarnation, uint32_t frame, uint32_t isn[2])
{
    struct tcpstate_entry entry;

    if (!tcpstate_incarnation_entry(incarnation, frame, UINT8_MAX, &entry))
        return 0;
    memcpy(isn, entry.isn, sizeof entry.isn);
    return entry.knows_isn;
}

const uint32_t *tcpstate_incarnation_milestones(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->milestones;
}

const int64_t *tcpstate_incarnation_moments(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->moments;
}

bool tcpstate_incarnation_is_midstream(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->facts & TCPSTATE_CONNECTION_MIDSTREAM;
}

bool tcpstate_lacks_segments(const struct tcpstate_connection *connection)
{
    return connection->account.facts & TCPSTATE_ACCOUNT_LACKS_SEGMENTS;
}

bool tcpstate_incarnation_lacks_segments(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_lacks_segments(tcpstate_incarnation_look(incarnation));
}

bool tcpstate_incarnation_is_one_sided(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->one_sided;
}

int64_t tcpstate_incarnation_time_wait_ends(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation)->time_wait_since + tcpstate_two_msl();
}

uint32_t tcpstate_incarnation_number(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->number;
}

uint32_t tcpstate_incarnation_previous(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->before ? incarnation->before->first_frame : 0;
}

/* Whether the server has spoken first, as with SMTP or FTP, and the client has sent no data.  One that has sent
 * much is not waiting for an answer: a stream has none. */
static bool greets_in_vain(const struct tcpstate_connection *connection)
{
    enum { LONGEST_GREETING = 4096 };
    const struct tcpstate_account *account = &connection->account;
    const int client = connection->client;
    uint32_t client_isn, server_isn;

    if (client < 0 || connection->end != TCPSTATE_ENDING_NONE || connection->moments[TCPSTATE_MOMENT_FIN] != TCPSTATE_NO_TIME
        || connection->moments[TCPSTATE_MOMENT_RESPONSE] == TCPSTATE_NO_TIME || tcpstate_lacks_segments(connection)
        || !tcpstate_isn(connection, client, &client_isn) || !tcpstate_isn(connection, !client, &server_isn))
        return false;
    return account->ends[client].sent == client_isn + 1 && account->ends[client].acked == client_isn + 1
           && account->ends[!client].sent - server_isn - 1 <= LONGEST_GREETING;
}

/* Whether the client has gone on sending without a response for longer than it has been silent since: in a
 * pause of such a sender (logs, measurements) nobody waits for one. */
static bool needs_no_response(const struct tcpstate_connection *connection, const struct tcpstate_wait *wait)
{
    return (wait->kind == TCPSTATE_WAIT_NO_RESPONSE || wait->kind == TCPSTATE_WAIT_SILENT)
           && tcpstate_capture_lasts(wait->since) <= connection->account.asked_for;
}

/* Whether one direction of it alone was captured, though of other connections the capture has both, and data in it was
 * sent again: then nothing came back. */
static bool is_alone_in_that(const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_account_end *ends = tcpstate_incarnation_look(incarnation)->account.ends;

    return tcpstate_capture_holds(TCPSTATE_CAPTURE_ONE_DIRECTION) == 0 && (ends[0].resent > 0 || ends[1].resent > 0);
}

int64_t tcpstate_incarnation_waits(const struct tcpstate_incarnation *incarnation, struct tcpstate_wait *wait)
{
    *wait = (struct tcpstate_wait){ .owing = -1, .since = TCPSTATE_NO_TIME };
    /* Of a direction that was not captured nobody can say what it lacks. */
    if (incarnation->ended.is_over || (incarnation->one_sided && !is_alone_in_that(incarnation)))
        return -1;
    const struct tcpstate_connection *connection = tcpstate_incarnation_look(incarnation);
    tcpstate_waits(connection, wait);
    if (needs_no_response(connection, wait))
        *wait = (struct tcpstate_wait){ .owing = -1, .since = TCPSTATE_NO_TIME };
    else if (wait->kind == TCPSTATE_WAIT_NONE && greets_in_vain(connection))
        *wait = (struct tcpstate_wait){ .kind = TCPSTATE_WAIT_SILENT, .owing = (int8_t)connection->client,
                                        .since = connection->moments[TCPSTATE_MOMENT_RESPONSE] };
    return tcpstate_capture_lasts(wait->since);
}

/* Whether it was met midway, and one end has since shown no more than that it is there: what hangs does, whatever its state is. */
static bool is_met_midway(const struct tcpstate_incarnation *incarnation, const struct tcpstate_wait *wait)
{
    const struct tcpstate_connection *connection = tcpstate_incarnation_look(incarnation);
    const struct tcpstate_endpoint *ends = connection->ends;

    return (connection->facts & TCPSTATE_CONNECTION_MIDSTREAM) && connection->moments[TCPSTATE_MOMENT_FIN] == TCPSTATE_NO_TIME
           && !tcpstate_lacks_segments(connection) && (ends[0].likely == TCPSTATE_UNKNOWN || ends[1].likely == TCPSTATE_UNKNOWN)
           && (wait->kind == TCPSTATE_WAIT_ZERO_WINDOW || wait->kind == TCPSTATE_WAIT_UNACKNOWLEDGED);
}

/* An open connection on which somebody has waited long enough is not just open. */
static void tell_what_hangs(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome)
{
    struct tcpstate_wait wait;

    if ((outcome->result != TCPSTATE_RESULT_OPEN && outcome->result != TCPSTATE_RESULT_UNKNOWN
         && outcome->result != TCPSTATE_RESULT_ONE_DIRECTION)
        || tcpstate_incarnation_waits(incarnation, &wait) < tcpstate_stalled_after() || wait.kind == TCPSTATE_WAIT_NONE
        || wait.kind == TCPSTATE_WAIT_SILENT)
        return;
    if (outcome->result != TCPSTATE_RESULT_OPEN && !is_met_midway(incarnation, &wait))
        return;
    outcome->result = wait.kind == TCPSTATE_WAIT_NO_RESPONSE ? TCPSTATE_RESULT_NO_RESPONSE : TCPSTATE_RESULT_STALLED;
    outcome->owing = wait.owing;
    outcome->count = wait.count;
    outcome->since = wait.since;
}

/* Nobody is said to owe what the capture cannot hold. */
static void tell_nothing_owed(struct tcpstate_outcome *outcome)
{
    outcome->result = TCPSTATE_RESULT_UNKNOWN;
    outcome->owing = -1;
    outcome->since = TCPSTATE_NO_TIME;
}

/* Whether that which is not answered would have been sent again by now, and was not (RFC 6298 section 2). */
static bool was_not_repeated(const struct tcpstate_connection *connection, const struct tcpstate_outcome *outcome)
{
    const int sender = outcome->result == TCPSTATE_RESULT_HALF_OPEN ? !outcome->owing : outcome->owing;

    return sender >= 0 && connection->ends[sender].repeats == 0 && tcpstate_capture_lasts(outcome->since) >= 3 * TCPSTATE_SECOND;
}

/* Whether the capture lacks segments of it, as of most of its connections. */
static bool is_sampled(const struct tcpstate_connection *connection)
{
    return tcpstate_lacks_segments(connection) && tcpstate_capture_is_sampled();
}

/* Whether the capture need not hold what ends the handshake, or acknowledges the last FIN. */
static bool may_lack_an_ack(const struct tcpstate_connection *connection, const struct tcpstate_outcome *outcome)
{
    if (tcpstate_capture_holds(TCPSTATE_CAPTURE_FLAGS_ONLY) > 0)
        return true;
    return (tcpstate_capture_lacks_bare_acks() || is_sampled(connection))
           && was_not_repeated(connection, outcome);
}

/* A capture of SYN, FIN and RST segments alone holds no third segment and no ACK of a FIN, one of segments with data
 * no FIN, and one of every third segment lacks any of them: that one was missing is not told of it, nor that
 * a RST came before the handshake was over. */
static void tell_of_what_was_filtered(const struct tcpstate_connection *connection, struct tcpstate_outcome *outcome)
{
    switch (outcome->result) {
    case TCPSTATE_RESULT_HALF_OPEN:
    case TCPSTATE_RESULT_LAST_ACK_MISSING:
        if (may_lack_an_ack(connection, outcome))
            tell_nothing_owed(outcome);
        break;
    case TCPSTATE_RESULT_OPEN:
    case TCPSTATE_RESULT_HALF_CLOSED:
        if (tcpstate_capture_lacks_bare_fins() || is_sampled(connection))
            tell_nothing_owed(outcome);
        break;
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED:
    case TCPSTATE_RESULT_REJECTED:
        if (tcpstate_capture_holds(TCPSTATE_CAPTURE_FLAGS_ONLY) > 0)
            outcome->result = TCPSTATE_RESULT_RESET;
        break;
    default: break;
    }
}

void tcpstate_incarnation_outcome(const struct tcpstate_incarnation *incarnation, struct tcpstate_outcome *outcome)
{
    const struct tcpstate_ended *ended = &incarnation->ended;

    const struct tcpstate_connection *connection = tcpstate_incarnation_look(incarnation);
    tcpstate_outcome(connection, outcome);
    if (!ended->is_over) {
        tell_what_hangs(incarnation, outcome);
        tell_of_what_was_filtered(connection, outcome);
        return;
    }
    *outcome = (struct tcpstate_outcome){
        .conn_state = outcome->conn_state, /* Zeek goes on */
        .since = TCPSTATE_NO_TIME,
        .result = (enum tcpstate_result)ended->result,
        .opening = (enum tcpstate_opening)ended->opening,
        .close_kind = (enum tcpstate_close_kind)ended->close_kind,
        .closed_by = ended->closed_by,
        .ended_by = ended->ended_by,
        .owing = -1,
    };
    tell_of_what_was_filtered(connection, outcome);
}

bool tcpstate_outcome_is_early(const struct tcpstate_outcome *outcome)
{
    switch (outcome->result) {
    case TCPSTATE_RESULT_STALLED: /* what these waited for has a time of its own, a preference */
    case TCPSTATE_RESULT_NO_RESPONSE: return false;
    default: /* a SYN is sent again after a second (RFC 6298 section 2.1) */
        return outcome->since != TCPSTATE_NO_TIME && tcpstate_capture_lasts(outcome->since) < TCPSTATE_SECOND;
    }
}

const struct tcpstate_connection *tcpstate_incarnation_connection(const struct tcpstate_incarnation *incarnation)
{
    return tcpstate_incarnation_look(incarnation);
}

void tcpstate_incarnation_summary(const struct tcpstate_incarnation *incarnation, struct tcpstate_summary *summary)
{
    const struct tcpstate_connection *connection = tcpstate_incarnation_look(incarnation);

    *summary = (struct tcpstate_summary){
        .stream = incarnation->stream,
        .number = incarnation->number,
        .client = connection->client,
        .roles_inferred = connection->facts & TCPSTATE_CONNECTION_ROLES_GUESSED,
        .application = incarnation->application,
        .first_frame = incarnation->first_frame,
    };
    tcpstate_four_tuple_pair(incarnation->tuple, &summary->pair);
    tcpstate_incarnation_outcome(incarnation, &summary->outcome);
    memcpy(summary->milestones, connection->milestones, sizeof summary->milestones);
    memcpy(summary->moments, connection->moments, sizeof summary->moments);
}

int64_t tcpstate_incarnation_duration(const struct tcpstate_incarnation *incarnation)
{
    const int64_t *moments = tcpstate_incarnation_look(incarnation)->moments;

    return moments[TCPSTATE_MOMENT_LAST] - moments[TCPSTATE_MOMENT_FIRST];
}

uint32_t tcpstate_incarnation_last_frame(const struct tcpstate_incarnation *incarnation)
{
    const struct tcpstate_endpoint *ends = tcpstate_incarnation_look(incarnation)->ends;

    return MAX(ends[0].last.frame, ends[1].last.frame);
}
