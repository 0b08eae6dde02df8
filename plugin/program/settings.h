/* settings.h - what the command line asked for, for all parts of the program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_SETTINGS_H
#define TCPSTATE_SETTINGS_H

#include "../text/catalogue.h"

struct tcpstate_settings {
    enum tcpstate_language language;
    int two_msl;         /* seconds */
    bool timelines;      /* the view reads the states of earlier segments, too, not only a connection's last */
    const char *capture; /* name of the file that the packet at hand comes from */
};
extern struct tcpstate_settings tcpstate_settings;

/* A capture begins or ends: memory, and all who asked to be told (host.h). */
void tcpstate_host_begin(void);
void tcpstate_host_end(void);

#endif
