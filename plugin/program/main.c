/* main.c - tcpstate: the views of whole connections, of captures of any size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: a run, from the command line to the exit status.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#define TCPSTATE_COMPAT_FILES
#include "journey.h"

#include <glib/gstdio.h>
#include <wsutil/privileges.h>

#include "../wireshark/capture.h"
#include "interrupt.h"
#include "odd.h"
#include "settings.h"
#include "travel.h"
#include "written.h"

static int print_view(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    const struct tcpstate_command *command = journey->command;
    const struct tcpstate_printed *printed = command->printed;
    const char *filter;

    journey->view = printed->begin(command->given, &filter);
    journey->take = printed->take;
    tcpstate_travel(journey, captures);
    tcpstate_heed_no_interrupts();
    if (tcpstate_selection_is_on(&command->selection))
        printed->select(journey->view, tcpstate_selection_has, &command->selection);
    printed->print(journey->view);
    printed->end(journey->view);
    return tcpstate_tell_the_rest(journey, captures);
}

/* What is wrong with the filter is said. */
static bool begin_filter(const char *expression)
{
    char *problem = tcpstate_odd_filter(expression);

    if (problem)
        fprintf(stderr, "tcpstate: --filter: %s\n", problem);
    else
        fputs("tcpstate: --filter is slow: Wireshark dissects every frame\n", stderr);
    g_free(problem);
    return !problem;
}

static int answer(const struct tcpstate_command *command, struct tcpstate_captures *captures)
{
    static int (*const tasks[])(struct tcpstate_journey *, struct tcpstate_captures *) = {
        [TCPSTATE_TASK_PRINT] = print_view,
        [TCPSTATE_TASK_EXTRACT] = tcpstate_write_extract,
        [TCPSTATE_TASK_PAGE] = tcpstate_write_page,
        [TCPSTATE_TASK_SAVE] = tcpstate_write_save,
    };

    if (command->filter && !begin_filter(command->filter))
        return EXIT_FAILURE;
    /* These write each segment's step and states when the last one has been read; the others need the last only. */
    tcpstate_settings.timelines = command->printed == &tcpstate_printed_ladder || command->task == TCPSTATE_TASK_PAGE
                                  || command->task == TCPSTATE_TASK_SAVE;
    const bool chooses = command->task == TCPSTATE_TASK_SAVE && tcpstate_selection_is_on(&command->selection);
    struct tcpstate_journey journey = tcpstate_journey_begin(command, command->task == TCPSTATE_TASK_EXTRACT || chooses);
    int status = tasks[command->task](&journey, captures);
    tcpstate_journey_end(&journey);
    return status;
}

static int open_and_answer(const struct tcpstate_command *command)
{
    char *problem;
    struct tcpstate_captures *captures = tcpstate_captures_open(command->files, command->file_count, &problem);

    if (!captures) {
        fprintf(stderr, "tcpstate: %s\n", tcpstate_interrupted ? "stopped before the first packet" : problem);
        g_free(problem);
        return tcpstate_interrupted ? TCPSTATE_EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    int status = answer(command, captures);
    tcpstate_captures_close(captures);
    return status;
}

/* Of what can be copied block by block. */
static int save(const struct tcpstate_command *command)
{
    struct tcpstate_command with = *command;
    char *whole = tcpstate_as_pcapng(command->files[0], command->out);

    if (!whole)
        return tcpstate_interrupted ? TCPSTATE_EXIT_INTERRUPTED : EXIT_FAILURE;
    with.files = &whole;
    int status = open_and_answer(&with);
    if (strcmp(whole, command->files[0]) != 0)
        g_unlink(whole);
    g_free(whole);
    return status;
}

int main(int argc, char **argv)
{
    struct tcpstate_command command = { 0 };

    setlocale(LC_ALL, "");
    tcpstate_command_line(&command, argc, argv);
    tcpstate_heed_interrupts();
    init_process_policies();
    TCPSTATE_LOG_INIT("tcpstate");
    g_free(TCPSTATE_CONFIGURE(argv[0]));
    TCPSTATE_WTAP_INIT(TRUE);
    tcpstate_connections_register();
    tcpstate_capture_register();
    int status = command.task == TCPSTATE_TASK_SAVE ? save(&command) : open_and_answer(&command);
    wtap_cleanup();
    return status;
}
