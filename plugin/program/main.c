/* main.c - tcpstate: the views of whole connections, of captures of any size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Room: a run from its first record to what is said at its end: progress, Ctrl-C,
 * the exit status.  The way of one record is journey.c's, the options are
 * command-line.c's.
 */
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TCPSTATE_COMPAT_FILES
#include "journey.h"

#include <wsutil/privileges.h>

#include "../wireshark/capture.h"
#include "../wireshark/wording.h"
#include "extract.h"
#include "odd.h"

enum { EXIT_INTERRUPTED = 130, PROGRESS_EVERY = 1 << 16 };

static volatile sig_atomic_t interrupted;

/* Ctrl-C, and the alarm that it sets: it may have come just before a read() of a
 * silent pipe, which only the next signal ends. */
static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    alarm(1);
}

/* No SA_RESTART: a read() that waits ends with EINTR. */
static void heed_interrupts(void)
{
    struct sigaction action = { .sa_handler = interrupt };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

/* The answer is written now: no write() ends early, and another Ctrl-C ends the program. */
static void heed_no_interrupts(void)
{
    struct sigaction ignored = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };

    sigaction(SIGALRM, &ignored, NULL);
    sigaction(SIGINT, &usual, NULL);
    alarm(0);
}

/* ---- Extracting ---- */

static bool is_wanted(void *whom, const struct tcpstate_record *record, uint32_t frame)
{
    return tcpstate_journey_wants((struct tcpstate_journey *)whom, record, frame);
}

static int extract(struct tcpstate_journey *journey)
{
    struct tcpstate_extract what = { .is_wanted = is_wanted, .whom = journey, .stop = &interrupted };
    char *problem = interrupted ? NULL : tcpstate_extract(&what, journey->command->files[0], journey->command->out);

    heed_no_interrupts();
    if (interrupted && (problem || what.stopped || what.frames == 0)) {
        fprintf(stderr, "tcpstate: stopped: %s was not written\n", journey->command->out);
        g_free(problem);
        return EXIT_INTERRUPTED;
    }
    interrupted = 0; /* or too late: it is whole */
    if (problem) {
        fprintf(stderr, "tcpstate: %s\n", problem);
        g_free(problem);
        return EXIT_FAILURE;
    }
    printf("%s: %" PRIu64 " of %" PRIu64 " packets\n", journey->command->out, what.written, what.frames);
    return EXIT_SUCCESS;
}

/* ---- The whole capture ---- */

static void show_progress(const struct tcpstate_journey *journey, const struct tcpstate_captures *captures)
{
    double part = tcpstate_captures_progress(captures);

    if (part >= 0)
        fprintf(stderr, "\r%3.0f %%  %" PRIu32 " packets", part * 100, journey->frames);
    else
        fprintf(stderr, "\r%" PRIu32 " packets", journey->frames);
    fflush(stderr);
}

static void clear_progress(void)
{
    fputs("\r\033[K", stderr);
}

static void travel(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    bool terminal = isatty(STDERR_FILENO);
    struct tcpstate_record record;

    while (!interrupted && tcpstate_captures_next(captures, &record)) {
        tcpstate_journey_take(journey, &record);
        if (terminal && journey->frames % PROGRESS_EVERY == 0)
            show_progress(journey, captures);
    }
    if (terminal && journey->frames >= PROGRESS_EVERY)
        clear_progress();
}

/* What a reader of the answer has to know of it; the exit status. */
static int tell_the_rest(const struct tcpstate_journey *journey, const struct tcpstate_captures *captures)
{
    const char *problem = tcpstate_captures_problem(captures);

    fflush(stdout);
    if (journey->odd > 0 && journey->problem)
        fprintf(stderr, "tcpstate: %" PRIu64 " of %" PRIu32 " frames need Wireshark's dissection and were left out: %s\n",
                journey->odd, journey->frames, journey->problem);
    else if (journey->odd > 0)
        fprintf(stderr, "tcpstate: %" PRIu64 " of %" PRIu32 " frames went through Wireshark's dissection\n", journey->odd,
                journey->frames);
    if (interrupted)
        fprintf(stderr, "tcpstate: stopped after %" PRIu32 " packets: the answer is that of a part of the capture\n",
                journey->frames);
    if (problem)
        fprintf(stderr, "tcpstate: %s: the answer is that of the %" PRIu32 " packets before\n", problem, journey->frames);
    return interrupted ? EXIT_INTERRUPTED : problem || journey->problem ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_view(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    const struct tcpstate_command *command = journey->command;
    const struct tcpstate_printed *printed = command->printed;
    const char *filter;

    journey->view = printed->begin(command->given, &filter);
    travel(journey, captures);
    heed_no_interrupts();
    if (tcpstate_selection_is_on(&command->selection))
        printed->select(journey->view, tcpstate_selection_has, &command->selection);
    printed->print(journey->view);
    printed->end(journey->view);
    return tell_the_rest(journey, captures);
}

static int run_extract(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    travel(journey, captures);
    int status = extract(journey);
    if (status != EXIT_INTERRUPTED) {
        int told = tell_the_rest(journey, captures);
        status = status != EXIT_SUCCESS ? status : told;
    }
    return status;
}

/* What is wrong with the filter is said. */
static bool begin_filter(const char *expression)
{
    char *problem = tcpstate_odd_filter(expression);

    if (problem)
        fprintf(stderr, "tcpstate: --filter: %s\n", problem);
    else
        fputs("tcpstate: --filter is the slow road: Wireshark dissects every frame\n", stderr);
    g_free(problem);
    return !problem;
}

static int run(const struct tcpstate_command *command)
{
    char *problem;
    struct tcpstate_captures *captures = tcpstate_captures_open(command->files, command->file_count, &problem);

    if (!captures) {
        fprintf(stderr, "tcpstate: %s\n", interrupted ? "stopped before the first packet" : problem);
        g_free(problem);
        return interrupted ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    if (command->filter && !begin_filter(command->filter)) {
        tcpstate_captures_close(captures);
        return EXIT_FAILURE;
    }
    struct tcpstate_journey journey = tcpstate_journey_begin(command, !command->printed);
    int status = command->printed ? run_view(&journey, captures) : run_extract(&journey, captures);
    tcpstate_journey_end(&journey);
    tcpstate_captures_close(captures);
    return status;
}

int main(int argc, char **argv)
{
    struct tcpstate_command command = { 0 };

    setlocale(LC_ALL, "");
    tcpstate_command_line(&command, argc, argv);
    heed_interrupts();
    init_process_policies();
    TCPSTATE_LOG_INIT("tcpstate");
    g_free(TCPSTATE_CONFIGURE(argv[0]));
    wtap_init(TRUE);
    tcpstate_connections_register();
    tcpstate_capture_register();
    tcpstate_wording_register();
    int status = run(&command);
    wtap_cleanup();
    return status;
}
