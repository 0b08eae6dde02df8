/* selection.h - which connections are asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_SELECTION_H
#define TCPSTATE_SELECTION_H

#include <glib.h>

#include "../wireshark/connections.h"

/* What the options say; NULL, FALSE or -1: nothing.  A connection has to meet
 * all of them, and of a list one member. */
struct tcpstate_selection {
    char **addresses, **outcomes;   /* of either end; values of tcpstate.outcome */
    char **ports, **connections, **streams; /* of either end; as tcpstate.connection; as tcp.stream */
    char *from, *until;             /* times: any part of the connection lies between them */
    gboolean trouble;               /* what the report lists */
};

/* Understand the texts; a message (to be freed) if one of them means nothing. */
char *tcpstate_selection_check(const struct tcpstate_selection *selection);

/* A message (to be freed) if the text is no IP address; else *printed becomes what the
 * views print of that address, which lasts. */
char *tcpstate_address_check(const char *text, const char **printed);

/* Whether anything is asked for at all. */
bool tcpstate_selection_is_on(const struct tcpstate_selection *selection);

/* Whether a connection is. */
bool tcpstate_selection_has(const struct tcpstate_incarnation *incarnation, const void *selection);

#endif
