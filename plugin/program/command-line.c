/* command-line.c - reads the command line; see command-line.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command-line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../text/phrases.h"
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

/* What --help says is in the language that the command line asks for, wherever it does. */
static void choose_language(char **words)
{
    tcpstate_settings.language = tcpstate_language_of_environment();
    for (; *words; words++)
        if (g_str_has_prefix(*words, "--language"))
            set_language((*words)[strlen("--language")] == '=' ? strchr(*words, '=') + 1 : words[1]);
}

static const char *help(enum tcpstate_phrase phrase)
{
    return tcpstate_phrase(phrase, tcpstate_settings.language);
}

/* As the views do: GLib would write ? for letters that the locale C does not have. */
static void print_as_it_is(const char *text)
{
    fputs(text, stdout);
}

/* Take the options out of the command line. */
static void parse(struct tcpstate_command *command, struct words *words, int *argc, char ***argv)
{
    struct tcpstate_selection *which = &command->selection;

    choose_language(*argv);
    g_set_print_handler(print_as_it_is);
    const GOptionEntry entries[] = {
        { "trouble", 0, 0, G_OPTION_ARG_NONE, &which->trouble, help(TCPSTATE_PHRASE_HELP_TROUBLE), NULL },
        { "outcome", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->outcomes, help(TCPSTATE_PHRASE_HELP_OUTCOME), "OUTCOME" },
        { "address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->addresses, help(TCPSTATE_PHRASE_HELP_ADDRESS), "IP" },
        { "port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->ports, help(TCPSTATE_PHRASE_HELP_PORT), "PORT" },
        { "connection", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->connections, help(TCPSTATE_PHRASE_HELP_CONNECTION), "NUMBER" },
        { "stream", 0, 0, G_OPTION_ARG_STRING_ARRAY, &which->streams, help(TCPSTATE_PHRASE_HELP_STREAM), "NUMBER" },
        { "from", 0, 0, G_OPTION_ARG_STRING, &which->from, help(TCPSTATE_PHRASE_HELP_FROM), "TIME" },
        { "until", 0, 0, G_OPTION_ARG_STRING, &which->until, help(TCPSTATE_PHRASE_HELP_UNTIL), "TIME" },
        { "filter", 0, 0, G_OPTION_ARG_STRING, &words->filter, help(TCPSTATE_PHRASE_HELP_FILTER), "FILTER" },
        { "all", 0, 0, G_OPTION_ARG_NONE, &words->all, help(TCPSTATE_PHRASE_HELP_ALL), NULL },
        { "tsv", 0, 0, G_OPTION_ARG_NONE, &words->tsv, help(TCPSTATE_PHRASE_HELP_TSV), NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &words->json, help(TCPSTATE_PHRASE_HELP_JSON), NULL },
        { "host", 0, 0, G_OPTION_ARG_STRING, &words->host, help(TCPSTATE_PHRASE_HELP_HOST), "IP" },
        { "at", 0, 0, G_OPTION_ARG_STRING, &words->at, help(TCPSTATE_PHRASE_HELP_AT), "MOMENT" },
        { "every", 0, 0, G_OPTION_ARG_STRING, &words->every, help(TCPSTATE_PHRASE_HELP_EVERY), "SECONDS" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &words->out, help(TCPSTATE_PHRASE_HELP_OUTPUT), "OUT" },
        { "language", 0, 0, G_OPTION_ARG_STRING, &words->language, help(TCPSTATE_PHRASE_HELP_LANGUAGE), "LANGUAGE" },
        { "two-msl", 0, 0, G_OPTION_ARG_INT, &words->two_msl, help(TCPSTATE_PHRASE_HELP_TWO_MSL), "SECONDS" },
        { "dissect-all", 0, 0, G_OPTION_ARG_NONE, &words->dissect_all, help(TCPSTATE_PHRASE_HELP_DISSECT_ALL), NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &words->version, help(TCPSTATE_PHRASE_HELP_VERSION), NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    GOptionContext *context = g_option_context_new(SYNOPSIS);
    GError *error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, help(TCPSTATE_PHRASE_HELP_SUMMARY));
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
