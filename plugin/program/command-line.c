/* command-line.c - reads the command line; see command-line.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command-line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../wireshark/preferences.h"
#include "settings.h"

enum { EXIT_USAGE = 2 };

#define WHAT "say what: report, connections, sockets, ladder, page, save or extract"
#define SYNOPSIS                                                                                \
    "report|connections|sockets|ladder FILE...  |  page FILE... -o OUT.html  |  "              \
    "save FILE -o OUT.pcapng  |  extract FILE OUT WHICH"

/* The words, before anything is known of what they mean together. */
struct words {
    gboolean all, tsv, json, dissect_all, version;
    char *host, *at, *every, *filter, *out, *language;
    int two_msl;
};

static void complain(const char *what)
{
    fprintf(stderr, "tcpstate: %s\nTry \"tcpstate --help\".\n", what);
    exit(EXIT_USAGE);
}

static const struct tcpstate_printed *view_of(const char *name)
{
    static const struct tcpstate_printed *const views[] = {
        &tcpstate_printed_report, &tcpstate_printed_connections, &tcpstate_printed_sockets, &tcpstate_printed_ladder,
    };

    for (size_t i = 0; i < array_length(views); i++)
        if (strcmp(views[i]->name, name) == 0)
            return views[i];
    return NULL;
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

/* A frame's number, or seconds with a point. */
static bool is_moment(const char *text)
{
    char *end;

    return g_ascii_isdigit(*text) && g_ascii_strtod(text, &end) >= 0 && *end == '\0' && !strpbrk(text, "xXeEpP");
}

/* The words that go with some views only. */
static void check_words(const struct tcpstate_printed *printed, const struct words *words)
{
    bool connections = printed == &tcpstate_printed_connections, sockets = printed == &tcpstate_printed_sockets;

    if (words->tsv && !connections)
        complain("--tsv goes with connections");
    if (words->json && (!printed || printed == &tcpstate_printed_ladder))
        complain("--json goes with report, connections and sockets");
    if (words->tsv + words->json + words->all > 1)
        complain("--tsv and --json print all rows: one of --tsv, --json and --all");
    if (words->all && !connections && !sockets && printed != &tcpstate_printed_ladder)
        complain("--all goes with connections, sockets and ladder");
    if ((words->host || words->at || words->every) && !sockets)
        complain("--host, --at and --every go with sockets");
    if (words->at && words->every)
        complain("--at is one moment, --every are many: one of them");
    if (words->all && words->every)
        complain("--all is of one moment: --every takes --host");
    if (words->every && (!is_moment(words->every) || g_ascii_strtod(words->every, NULL) <= 0))
        complain("--every takes seconds, more than 0");
    if (words->at && !is_moment(words->at))
        complain("--at takes a frame's number, or seconds since the first frame with a point: 12.5");
    if (words->filter && sockets)
        complain("--filter does not go with sockets: each is what all of its connection's packets made of it");
}

/* The same in the words of the view. */
static const char *sockets_given(const struct words *words, const char *host)
{
    const char *json = words->json ? "json," : "";

    if (!host)
        host = "";
    if (words->every)
        return g_strdup_printf("%severy,%s,%s", json, words->every, host);
    return g_strdup_printf("%s%s,%s%s", json, host, words->at ? words->at : "", words->all ? ",all" : "");
}

static const char *given_of(const struct tcpstate_command *command, const struct words *words, const char *host)
{
    if (command->printed == &tcpstate_printed_sockets)
        return sockets_given(words, host);
    /* Among all ladders, for those that are wanted need not be among the first. */
    bool all = words->all || (command->printed == &tcpstate_printed_ladder && tcpstate_selection_is_on(&command->selection));
    const char *given = all ? "all" : words->json ? "json" : words->tsv ? "tsv" : NULL;
    return given && words->filter ? g_strdup_printf("%s,%s", given, words->filter) : given ? given : words->filter;
}

static bool read_task(struct tcpstate_command *command, const char *name)
{
    static const struct {
        const char *name;
        enum tcpstate_task task;
    } written[] = {
        { "extract", TCPSTATE_TASK_EXTRACT }, { "page", TCPSTATE_TASK_PAGE }, { "save", TCPSTATE_TASK_SAVE },
    };

    for (size_t i = 0; i < array_length(written); i++)
        if (strcmp(written[i].name, name) == 0)
            command->task = written[i].task;
    command->printed = view_of(name);
    return command->printed || command->task != TCPSTATE_TASK_PRINT;
}

/* The file that is written, and what it is written of. */
static void check_out(struct tcpstate_command *command, const char *out)
{
    bool selects = tcpstate_selection_is_on(&command->selection);
    bool extracts = command->task == TCPSTATE_TASK_EXTRACT, saves = command->task == TCPSTATE_TASK_SAVE;

    if (extracts ? out != NULL : !out != (command->task == TCPSTATE_TASK_PRINT))
        complain("-o OUT goes with page and save, which need it");
    if (extracts && (command->file_count != 2 || strcmp(command->files[0], "-") == 0))
        complain("extract takes a capture file, which is read twice, and the name of the new one");
    if (extracts && !selects && !command->filter)
        complain("say which connections: --trouble, --outcome, --address, --port, --connection, --stream, --from, --until, "
                 "--filter");
    if (saves && (command->file_count != 1 || strcmp(command->files[0], "-") == 0 || command->filter))
        complain("save takes one capture file, and no --filter");
    command->out = extracts ? command->files[1] : out;
    if (extracts)
        command->file_count = 1;
}

/* What follows the options: the task, and files. */
static void check_command(struct tcpstate_command *command, const struct words *words, int argc, char **argv)
{
    char *problem = tcpstate_selection_check(&command->selection);
    const char *host = NULL;

    if (!read_task(command, argv[1]))
        complain(WHAT);
    if (!problem && words->host)
        problem = tcpstate_address_check(words->host, &host);
    if (problem)
        complain(problem);
    check_words(command->printed, words);
    command->given = given_of(command, words, host);
    command->filter = words->filter;
    command->dissect_all = words->dissect_all || words->filter;
    command->files = argv + 2;
    command->file_count = (unsigned)argc - 2;
    check_out(command, words->out);
}

/* Take the options out of the command line. */
static void parse(struct tcpstate_command *command, struct words *words, int *argc, char ***argv)
{
    struct tcpstate_selection *which = &command->selection;
    const GOptionEntry entries[] = {
        { "trouble", 0, 0, G_OPTION_ARG_NONE, &which->trouble, "Only connections that the report lists", NULL },
        { "outcome", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->outcomes, "Only those that ended so: refused, reset, ...", "OUTCOME" },
        { "address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->addresses, "Only those of this address", "IP" },
        { "port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->ports, "Only those of this port", "PORT" },
        { "connection", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->connections, "Only the one with this number in the table", "NUMBER" },
        { "stream", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->streams, "Only the one with this tcp.stream", "NUMBER" },
        { "from", 0, 0, G_OPTION_ARG_STRING, &which->from, "Only those that went on at this time or later", "TIME" },
        { "until", 0, 0, G_OPTION_ARG_STRING, &which->until, "Only those that began at this time or earlier", "TIME" },
        { "filter", 0, 0, G_OPTION_ARG_STRING, &words->filter, "Only packets that this display filter lets through: slow", "FILTER" },
        { "all", 0, 0, G_OPTION_ARG_NONE, &words->all, "All rows or ladders, not only the first ones", NULL },
        { "tsv", 0, 0, G_OPTION_ARG_NONE, &words->tsv, "Of connections: rows for programs", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &words->json, "Of report, connections and sockets: a JSON object in each line", NULL },
        { "host", 0, 0, G_OPTION_ARG_STRING, &words->host, "Of sockets: those of this host only", "IP" },
        { "at", 0, 0, G_OPTION_ARG_STRING, &words->at, "Of sockets: after this frame, or as many seconds (with a point)", "MOMENT" },
        { "every", 0, 0, G_OPTION_ARG_STRING, &words->every, "Of sockets: how many, every so many seconds", "SECONDS" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &words->out, "Of page and save: the file to write", "OUT" },
        { "language", 0, 0, G_OPTION_ARG_STRING, &words->language, "auto, en or zh", "LANGUAGE" },
        { "two-msl", 0, 0, G_OPTION_ARG_INT, &words->two_msl, "Length of TIME_WAIT in seconds (60)", "SECONDS" },
        { "dissect-all", 0, 0, G_OPTION_ARG_NONE, &words->dissect_all, "Let Wireshark dissect every frame: slow", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &words->version, "Print the version", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    GOptionContext *context = g_option_context_new(SYNOPSIS);
    GError *error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, "What became of each TCP connection of a capture of any size.  Reads what Wireshark\n"
                                          "reads; several files in time order, as one; \"-\" is standard input.");
    if (!g_option_context_parse(context, argc, argv, &error))
        complain(error->message);
    g_option_context_free(context);
}

void tcpstate_command_line(struct tcpstate_command *command, int argc, char **argv)
{
    struct words words = { .two_msl = TCPSTATE_TWO_MSL_SECONDS };

    parse(command, &words, &argc, &argv);
    if (words.version) {
        puts("tcpstate " PLUGIN_VERSION);
        exit(EXIT_SUCCESS);
    }
    if (argc < 3)
        complain(argc < 2 ? WHAT : "name a capture file");
    check_command(command, &words, argc, argv);
    if (words.two_msl < 0)
        complain("--two-msl takes a number of seconds");
    tcpstate_settings.two_msl = words.two_msl;
    if (!set_language(words.language))
        complain("--language takes auto, en or zh");
}
