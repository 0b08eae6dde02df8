/* preferences.h - what the user can set: language, labels, and the times from which on
 * something is told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PREFERENCES_H
#define TCPSTATE_PREFERENCES_H

#include <stdint.h>

#include "../text/catalogue.h"

/* What they are unless the user says otherwise; the program "tcpstate" knows but the first of them. */
enum {
    TCPSTATE_TWO_MSL_SECONDS = TCPSTATE_DEFAULT_2MSL / TCPSTATE_SECOND,
    TCPSTATE_STALLED_SECONDS = 3,
    TCPSTATE_SLOW_RESPONSE_MS = 1000,
    TCPSTATE_SLOW_HANDSHAKE_MS = 100,
};

/* Register the preferences of the protocol with this number; `changed` is
 * called after any of them changed. */
void tcpstate_preferences_register(int proto, void (*changed)(void));

/* The language of labels and explanations. */
enum tcpstate_language tcpstate_language(void);

/* Whether plain data and ACKs are labelled too. */
bool tcpstate_labels_all(void);

/* Whether the Info column ends with the label. */
bool tcpstate_labels_in_info(void);

/* Length of TIME_WAIT in nanoseconds. */
int64_t tcpstate_two_msl(void);

/* How long somebody must have waited to be told of, in nanoseconds: for an
 * acknowledgment, a window, or a first response; and from which time on a
 * response and a handshake are slow. */
int64_t tcpstate_stalled_after(void);
int64_t tcpstate_slow_response(void);
int64_t tcpstate_slow_handshake(void);

/* The label template of a step in a language: the user's own from the table
 * "Labels", else the catalogue's. */
const char *tcpstate_label_template(enum tcpstate_step step, enum tcpstate_language of, bool with_protocol);

#endif
