/* names.c - what programs read; see names.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

const char *tcpstate_side_name(int client, int endpoint)
{
    if (client < 0)
        return "unknown";
    return endpoint == client ? "client" : "server";
}

const char *tcpstate_roles_name(const struct tcpstate_summary *summary)
{
    return summary->client < 0 ? "unknown" : summary->roles_inferred ? "inferred" : "seen";
}

const char *tcpstate_ends_name(int ends, int client)
{
    if (ends < 0)
        return "none";
    if (ends == TCPSTATE_BY_UNKNOWN)
        return "unknown";
    return ends == TCPSTATE_BY_BOTH ? "both" : tcpstate_side_name(client, ends);
}

const char *tcpstate_closed_by_name(const struct tcpstate_outcome *outcome, int client)
{
    return tcpstate_ends_name(outcome->closed_by, client);
}

bool tcpstate_is_nobodys_reset(const struct tcpstate_outcome *outcome)
{
    return outcome->ended_by < 0 && outcome->result == TCPSTATE_RESULT_RESET;
}

const char *tcpstate_ended_by_name(const struct tcpstate_outcome *outcome, int client)
{
    return tcpstate_is_nobodys_reset(outcome) ? "unknown" : tcpstate_ends_name(outcome->ended_by, client);
}

const char *tcpstate_phase_name(enum tcpstate_phase phase)
{
    static const char *const names[] = {
        [TCPSTATE_PHASE_NONE] = "",         [TCPSTATE_PHASE_OPENING] = "opening",
        [TCPSTATE_PHASE_TRANSFER] = "transfer", [TCPSTATE_PHASE_CLOSING] = "closing",
        [TCPSTATE_PHASE_ABORT] = "abort",   [TCPSTATE_PHASE_FAILED] = "failed",
    };
    return names[phase];
}

const char *tcpstate_reset_number_name(enum tcpstate_reset_number number)
{
    static const char *const names[] = {
        [TCPSTATE_RESET_NUMBER_NONE] = "unknown",     [TCPSTATE_RESET_NUMBER_EXACT] = "exact",
        [TCPSTATE_RESET_NUMBER_WINDOW] = "in-window", [TCPSTATE_RESET_NUMBER_OUTSIDE] = "outside",
        [TCPSTATE_RESET_NUMBER_ACK] = "ack",          [TCPSTATE_RESET_NUMBER_BAD_ACK] = "bad-ack",
    };

    return names[number];
}
