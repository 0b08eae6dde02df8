/* command-line.h - what the user asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_COMMAND_LINE_H
#define TCPSTATE_COMMAND_LINE_H

#include "../wireshark/views.h"
#include "selection.h"

/* All of it lasts as long as the program. */
struct tcpstate_command {
    const struct tcpstate_printed *printed; /* the view; NULL: extract */
    const char *given;                      /* its own words (tcpstate_printed.begin), or NULL */
    char **files;
    unsigned file_count;
    const char *out;                        /* the file to write, or NULL */
    struct tcpstate_selection selection;
    const char *filter;                     /* a display filter, or NULL; of extract: any packet of the connection meets it */
    bool dissect_all;
};

/* Read it, and what it says of tcpstate_settings.  Of a command line that makes no
 * sense, and of --help and --version, the program ends here. */
void tcpstate_command_line(struct tcpstate_command *command, int argc, char **argv);

#endif
