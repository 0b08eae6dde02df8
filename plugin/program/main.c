/* main.c - tcpstate: the views of whole connections, of captures of any size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   tcpstate report|connections|ladder FILE...
 *   tcpstate extract FILE OUT WHICH
 *
 * Room: the command line, and the way of a record: captures.c reads it, the
 * table of layers (packet/walk.c) or, for the few frames that it cannot place,
 * Wireshark's dissection (odd.c) finds the segment, connections.c and the core
 * understand it, and a view takes it.
 */
#define TCPSTATE_COMPAT_FILES
#include "captures.h"

#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <wsutil/privileges.h>

#include "../packet/walk.h"
#include "../wireshark/capture.h"
#include "../wireshark/link.h"
#include "../wireshark/views.h"
#include "../wireshark/wording.h"
#include "extract.h"
#include "odd.h"
#include "selection.h"
#include "settings.h"
#include "streams.h"

enum { EXIT_USAGE = 2, EXIT_INTERRUPTED = 130, PROGRESS_EVERY = 1 << 16 };

/* What the command line says. */
struct command {
    const struct tcpstate_printed *printed;
    char **files;
    unsigned file_count;
    const char *out;     /* of extract; or NULL */
    struct tcpstate_selection selection;
    gboolean all, tsv, json, odd_only;
    char *language;
    int two_msl;
};

/* What was met on the way through the capture. */
struct journey {
    const struct command *command;
    void *view;
    struct tcpstate_asked asked;
    uint32_t frames;
    uint64_t odd;        /* frames that Wireshark dissected */
    int64_t began;       /* time of the first frame */
    const char *problem; /* why odd frames could not be dissected */
    GArray *odd_lives;   /* for extract: struct odd_life, in order */
    guint next_odd;
};

/* The connection of a frame that was dissected: it is not dissected again. */
struct odd_life {
    uint32_t frame;
    const struct tcpstate_life *life;
};

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

/* ---- One record ---- */

static void observe(struct journey *journey, struct tcpstate_reading *reading, uint32_t length)
{
    struct tcpstate_tapped tapped;

    if (reading->quoted || reading->mentioned) {
        tcpstate_streams_mention(&journey->asked, reading);
        reading->segment.ack = reading->segment.flags = 0; /* what an error quotes is word of its sequence number alone */
        if (reading->mentioned || !tcpstate_connections_take_quoted(reading, &tapped.sight))
            return;
    } else {
        tcpstate_connections_take(&journey->asked, reading, &tapped.sight);
    }
    if (!journey->view)
        return;
    tapped.reading = *reading;
    tapped.began = (double)(reading->segment.time - journey->began) / 1e6;
    tapped.length = length;
    journey->command->printed->take(journey->view, &tapped);
}

/* Find the TCP headers of a record; how many.  *odd becomes whether it had to be dissected. */
static unsigned read_record(struct journey *journey, const struct tcpstate_record *record, uint32_t frame, bool dissect,
                            struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], bool *odd)
{
    const wtap_packet_header *header = &record->record->rec_header.packet_header;
    const nstime_t *time = &record->record->ts;
    struct tcpstate_bytes bytes = { record->bytes, (int)header->caplen, (int)MIN(header->len, (uint32_t)INT_MAX) };
    enum tcpstate_walked walked = TCPSTATE_WALKED_ODD;

    *odd = false;
    if (record->record->rec_type != REC_TYPE_PACKET)
        return 0;
    if (!journey->command->odd_only)
        walked = tcpstate_walk(tcpstate_link_of(header->pkt_encap), &bytes, frame, tcpstate_nanoseconds(time->secs, time->nsecs),
                               &readings[0]);
    *odd = walked == TCPSTATE_WALKED_ODD;
    if (!*odd)
        return walked == TCPSTATE_WALKED_FOUND;
    return dissect ? tcpstate_odd_read(record, frame, readings, &journey->problem) : 0;
}

static void understand(struct journey *journey, const struct tcpstate_record *record)
{
    int64_t time = tcpstate_nanoseconds(record->record->ts.secs, record->record->ts.nsecs);
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    bool odd;

    if (journey->frames++ == 0)
        journey->began = time;
    tcpstate_connections_pass(time); /* the capture lasts as long as its other protocols do */
    tcpstate_capture_pass(journey->frames, time, record->record);
    tcpstate_settings.capture = journey->command->files[record->file];
    unsigned count = read_record(journey, record, journey->frames, true, readings, &odd);
    for (unsigned i = 0; i < count; i++) {
        observe(journey, &readings[i], record->record->rec_header.packet_header.len);
        if (odd && journey->odd_lives) {
            struct odd_life known = { journey->frames, tcpstate_connections_life(&readings[i]) };
            g_array_append_val(journey->odd_lives, known);
        }
    }
    journey->odd += odd;
}

/* ---- Extracting ---- */

/* On the second way through the capture, when all of each connection is known. */
static bool is_wanted(void *whom, const struct tcpstate_record *record, uint32_t frame)
{
    struct journey *journey = (struct journey *)whom;
    const struct tcpstate_selection *selection = &journey->command->selection;
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    bool odd, wanted = false;
    unsigned count = read_record(journey, record, frame, false, readings, &odd);

    for (unsigned i = 0; i < count; i++) {
        const struct tcpstate_life *life = tcpstate_connections_life(&readings[i]);
        wanted = wanted || (life && tcpstate_selection_has(life, selection));
    }
    for (; journey->next_odd < journey->odd_lives->len; journey->next_odd++) {
        const struct odd_life *known = &g_array_index(journey->odd_lives, struct odd_life, journey->next_odd);
        if (known->frame > frame)
            break;
        wanted = wanted || (known->frame == frame && known->life && tcpstate_selection_has(known->life, selection));
    }
    return wanted;
}

static int extract(struct journey *journey)
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

static void show_progress(const struct journey *journey, const struct tcpstate_captures *captures)
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

static void travel(struct journey *journey, struct tcpstate_captures *captures)
{
    bool terminal = isatty(STDERR_FILENO);
    struct tcpstate_record record;

    while (!interrupted && tcpstate_captures_next(captures, &record)) {
        understand(journey, &record);
        if (terminal && journey->frames % PROGRESS_EVERY == 0)
            show_progress(journey, captures);
    }
    if (terminal && journey->frames >= PROGRESS_EVERY)
        clear_progress();
}

/* What a reader of the answer has to know of it; the exit status. */
static int tell_the_rest(const struct journey *journey, const struct tcpstate_captures *captures)
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

static int run_view(struct journey *journey, struct tcpstate_captures *captures)
{
    const struct command *command = journey->command;
    const struct tcpstate_printed *printed = command->printed;
    bool selects = tcpstate_selection_is_on(&command->selection);
    const char *filter;

    /* Among all ladders, for those that are wanted need not be among the first. */
    bool all = command->all || (selects && printed == &tcpstate_printed_ladder);
    journey->view = printed->begin(all ? "all" : command->json ? "json" : command->tsv ? "tsv" : NULL, &filter);
    travel(journey, captures);
    heed_no_interrupts();
    if (selects)
        printed->select(journey->view, tcpstate_selection_has, &command->selection);
    printed->print(journey->view);
    printed->end(journey->view);
    return tell_the_rest(journey, captures);
}

static int run_extract(struct journey *journey, struct tcpstate_captures *captures)
{
    journey->odd_lives = g_array_new(FALSE, FALSE, sizeof(struct odd_life));
    travel(journey, captures);
    int status = extract(journey);
    if (status != EXIT_INTERRUPTED) {
        int told = tell_the_rest(journey, captures);
        status = status != EXIT_SUCCESS ? status : told;
    }
    g_array_free(journey->odd_lives, TRUE);
    return status;
}

static int run(const struct command *command)
{
    char *problem;
    struct tcpstate_captures *captures = tcpstate_captures_open(command->files, command->file_count, &problem);

    if (!captures) {
        fprintf(stderr, "tcpstate: %s\n", interrupted ? "stopped before the first packet" : problem);
        g_free(problem);
        return interrupted ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    tcpstate_host_begin();
    struct journey journey = { .command = command, .asked = tcpstate_streams_begin() };
    int status = command->out ? run_extract(&journey, captures) : run_view(&journey, captures);
    tcpstate_streams_end();
    tcpstate_host_end();
    tcpstate_captures_close(captures);
    return status;
}

/* ---- The command line ---- */

#define WHAT "say what: report, connections, ladder or extract"

static const struct tcpstate_printed *view_of(const char *name)
{
    static const struct tcpstate_printed *const views[] = {
        &tcpstate_printed_report, &tcpstate_printed_connections, &tcpstate_printed_ladder,
    };

    for (size_t i = 0; i < array_length(views); i++)
        if (strcmp(views[i]->name, name) == 0)
            return views[i];
    return NULL;
}

static void complain(const char *what)
{
    fprintf(stderr, "tcpstate: %s\nTry \"tcpstate --help\".\n", what);
    exit(EXIT_USAGE);
}

static bool set_language(const char *name)
{
    if (!name || strcmp(name, "auto") == 0)
        tcpstate_settings.language = tcpstate_language_of_environment();
    else if (strcmp(name, "en") == 0)
        tcpstate_settings.language = TCPSTATE_ENGLISH;
    else if (strcmp(name, "zh") == 0)
        tcpstate_settings.language = TCPSTATE_CHINESE;
    else
        return false;
    return true;
}

/* What the words mean together. */
static void check_command(struct command *command, int argc, char **argv)
{
    bool extracts = strcmp(argv[1], "extract") == 0;
    char *problem = tcpstate_selection_check(&command->selection);

    command->printed = view_of(argv[1]);
    if (!extracts && !command->printed)
        complain(WHAT);
    if (problem)
        complain(problem);
    if ((command->tsv || command->json) && command->printed != &tcpstate_printed_connections)
        complain("--tsv and --json go with connections");
    if (command->tsv + command->json + command->all > 1)
        complain("--tsv and --json print all rows: one of --tsv, --json and --all");
    if (command->all && command->printed != &tcpstate_printed_connections && command->printed != &tcpstate_printed_ladder)
        complain("--all goes with connections and ladder");
    command->files = argv + 2;
    command->file_count = (unsigned)argc - 2;
    if (!extracts)
        return;
    if (argc != 4 || strcmp(argv[2], "-") == 0)
        complain("extract takes a capture file, which is read twice, and the name of the new one");
    if (!tcpstate_selection_is_on(&command->selection))
        complain("say which connections: --trouble, --outcome, --address, --port, --connection, --stream, --from, --until");
    command->out = argv[3];
    command->file_count = 1;
}

static void read_command_line(struct command *command, int argc, char **argv)
{
    struct tcpstate_selection *which = &command->selection;
    gboolean version = FALSE;
    const GOptionEntry entries[] = {
        { "trouble", 0, 0, G_OPTION_ARG_NONE, &which->trouble, "Only connections that the report lists", NULL },
        { "outcome", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->outcomes, "Only those that ended so: refused, reset, ...", "OUTCOME" },
        { "address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->addresses, "Only those of this address", "IP" },
        { "port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->ports, "Only those of this port", "PORT" },
        { "connection", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->connections, "Only the one with this number in the table", "NUMBER" },
        { "stream", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->streams, "Only the one with this tcp.stream", "NUMBER" },
        { "from", 0, 0, G_OPTION_ARG_STRING, &which->from, "Only those that went on at this time or later", "TIME" },
        { "until", 0, 0, G_OPTION_ARG_STRING, &which->until, "Only those that began at this time or earlier", "TIME" },
        { "all", 0, 0, G_OPTION_ARG_NONE, &command->all, "All rows or rungs, not only the first", NULL },
        { "tsv", 0, 0, G_OPTION_ARG_NONE, &command->tsv, "Of connections: rows for programs", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &command->json, "Of connections: a JSON object in each line", NULL },
        { "language", 0, 0, G_OPTION_ARG_STRING, &command->language, "auto, en or zh", "LANGUAGE" },
        { "two-msl", 0, 0, G_OPTION_ARG_INT, &command->two_msl, "Length of TIME_WAIT in seconds (60)", "SECONDS" },
        { "dissect-all", 0, 0, G_OPTION_ARG_NONE, &command->odd_only, "Let Wireshark dissect every frame: slow", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    GOptionContext *context = g_option_context_new("report|connections|ladder FILE...  |  extract FILE OUT WHICH");
    GError *error = NULL;

    command->two_msl = 60;
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, "What became of each TCP connection of a capture of any size.  Reads what Wireshark\n"
                                          "reads; several files in time order, as one; \"-\" is standard input.");
    if (!g_option_context_parse(context, &argc, &argv, &error))
        complain(error->message);
    g_option_context_free(context);
    if (version) {
        puts("tcpstate " PLUGIN_VERSION);
        exit(EXIT_SUCCESS);
    }
    if (argc < 3)
        complain(argc < 2 ? WHAT : "name a capture file");
    check_command(command, argc, argv);
    if (command->two_msl < 0)
        complain("--two-msl takes a number of seconds");
    tcpstate_settings.two_msl = command->two_msl;
    if (!set_language(command->language))
        complain("--language takes auto, en or zh");
}

int main(int argc, char **argv)
{
    struct command command = { 0 };

    setlocale(LC_ALL, "");
    read_command_line(&command, argc, argv);
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
