/* command-line.h - what the user asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_COMMAND_LINE_H
#define TCPSTATE_COMMAND_LINE_H

#include "../wireshark/views.h"
#include "selection.h"

enum tcpstate_task {
    TCPSTATE_TASK_PRINT, TCPSTATE_TASK_EXTRACT, TCPSTATE_TASK_PAGE, TCPSTATE_TASK_SAVE,
};

/* All of it lasts as long as the program. */
struct tcpstate_command {
    enum tcpstate_task task;
    const struct tcpstate_printed *printed; /* what prints, of TCPSTATE_TASK_PRINT; else NULL */
    const char *given;                      /* its own words (tcpstate_printed.begin), or NULL */
    char **files;
    unsigned file_count;
    const char *out;                        /* the file to write; of TCPSTATE_TASK_PRINT NULL */
    struct tcpstate_selection selection;
    const char *filter;                     /* a display filter, or NULL; of extract: any packet of the connection meets it */
    bool dissect_all;
};

/* Read it, and what it says of tcpstate_settings.  Of a command line that makes no
 * sense, and of --help and --version, the program ends here. */
void tcpstate_command_line(struct tcpstate_command *command, int argc, char **argv);

#endif
