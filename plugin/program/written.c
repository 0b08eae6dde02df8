/* written.c - the answers that are files; see written.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each is written beside its place and then put there, so that it is old or whole.
 */
#include "written.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "../text/phrases.h"
#include "../wireshark/comments.h"
#include "../wireshark/page.h"
#include "../wireshark/preferences.h"
#include "extract.h"
#include "interrupt.h"
#include "travel.h"

static char *beside(const char *out)
{
    return g_strconcat(out, ".part", NULL);
}

/* Put what was written in its place, or, for a problem (to be freed) or after Ctrl-C,
 * take it away.  The exit status. */
static int put(const char *part, const char *out, char *problem)
{
    int status = problem ? EXIT_FAILURE : tcpstate_interrupted ? TCPSTATE_EXIT_INTERRUPTED : EXIT_SUCCESS;

    if (status == EXIT_SUCCESS && g_rename(part, out) != 0) {
        problem = g_strdup_printf("%s: %s", out, g_strerror(errno));
        status = EXIT_FAILURE;
    }
    if (status != EXIT_SUCCESS)
        g_unlink(part);
    if (problem)
        fprintf(stderr, "tcpstate: %s\n", problem);
    else if (status == TCPSTATE_EXIT_INTERRUPTED)
        fprintf(stderr, "tcpstate: stopped: %s was not written\n", out);
    g_free(problem);
    return status;
}

/* With what is to be said of the whole; the worse of both statuses. */
static int and_the_rest(int status, const struct tcpstate_journey *journey, const struct tcpstate_captures *captures)
{
    if (status == TCPSTATE_EXIT_INTERRUPTED)
        return status;
    int told = tcpstate_tell_the_rest(journey, captures);
    return status != EXIT_SUCCESS ? status : told;
}

/* ---- Extracting ---- */

static bool is_wanted(void *whom, const struct tcpstate_record *record, uint32_t frame)
{
    return tcpstate_journey_wants((struct tcpstate_journey *)whom, record, frame);
}

/* Of FROM, which has the records that were travelled through, those that are asked for. */
static int extract(struct tcpstate_journey *journey, const char *from)
{
    struct tcpstate_extract what = { .is_wanted = is_wanted, .whom = journey, .stop = &tcpstate_interrupted };
    char *problem = tcpstate_interrupted ? NULL : tcpstate_extract(&what, from, journey->command->out);

    tcpstate_heed_no_interrupts();
    if (tcpstate_interrupted && (problem || what.stopped || what.frames == 0)) {
        fprintf(stderr, "tcpstate: stopped: %s was not written\n", journey->command->out);
        g_free(problem);
        return TCPSTATE_EXIT_INTERRUPTED;
    }
    tcpstate_interrupted = 0; /* or too late: it is whole */
    if (problem) {
        fprintf(stderr, "tcpstate: %s\n", problem);
        g_free(problem);
        return EXIT_FAILURE;
    }
    printf("%s: %" PRIu64 " of %" PRIu64 " packets\n", journey->command->out, what.written, what.frames);
    return EXIT_SUCCESS;
}

int tcpstate_write_extract(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    tcpstate_travel(journey, captures);
    return and_the_rest(extract(journey, journey->command->files[0]), journey, captures);
}

/* ---- The page ---- */

static void take_for_page(void *view, const struct tcpstate_tapped *tapped)
{
    tcpstate_page_take((struct tcpstate_page *)view, tapped);
}

/* What the page calls the capture; to be freed, NULL of standard input. */
static char *name_of(const struct tcpstate_command *command)
{
    if (strcmp(command->files[0], "-") == 0)
        return NULL;
    char *first = g_path_get_basename(command->files[0]);
    if (command->file_count == 1)
        return first;
    char *all = g_strdup_printf("%s, +%u", first, command->file_count - 1);
    g_free(first);
    return all;
}

static char *write_page(struct tcpstate_page *page, const char *part, const char *out)
{
    FILE *file = g_fopen(part, "wb");
    bool written = file && tcpstate_page_write(file, page);
    int error = errno;

    if (file && fclose(file) != 0 && written) {
        written = false;
        error = errno;
    }
    return written ? NULL : g_strdup_printf("%s: %s", out, g_strerror(error));
}

/* After Ctrl-C it is the page of what is known so far, which is said. */
int tcpstate_write_page(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    const struct tcpstate_command *command = journey->command;
    char *part = beside(command->out), *name = name_of(command);
    struct tcpstate_page *page = tcpstate_page_new(name, command->filter);

    journey->view = page;
    journey->take = take_for_page;
    page->keeps_all = tcpstate_selection_is_on(&command->selection);
    tcpstate_travel(journey, captures);
    tcpstate_heed_no_interrupts();
    if (page->keeps_all)
        tcpstate_page_select(page, tcpstate_selection_has, &command->selection);
    int told = tcpstate_tell_the_rest(journey, captures);
    tcpstate_interrupted = 0;
    int status = put(part, command->out, write_page(page, part, command->out));
    tcpstate_page_free(page);
    g_free(name);
    g_free(part);
    return status != EXIT_SUCCESS ? status : told;
}

/* ---- The same capture, with comments; of some connections only, what they have is taken from it ---- */

struct saving {
    struct tcpstate_comments *comments;
    wmem_allocator_t *pool;
};

static void turn_to(void *view, const struct tcpstate_finding *first, uint32_t frame)
{
    struct saving *saving = (struct saving *)view;

    wmem_free_all(saving->pool);
    if (first->packet)
        tcpstate_comments_turn_to(saving->comments, frame, first->offset);
}

static void comment(void *view, const struct tcpstate_tapped *tapped)
{
    struct saving *saving = (struct saving *)view;

    tcpstate_comments_take(saving->comments, saving->pool, tapped);
}

int tcpstate_write_save(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    const struct tcpstate_command *command = journey->command;
    const bool chooses = tcpstate_selection_is_on(&command->selection);
    char *part = chooses ? g_strconcat(command->out, ".all", NULL) : beside(command->out), *problem = NULL;
    struct saving saving = { .comments = tcpstate_comments_begin(command->files[0], part, &problem) };
    unsigned packets = 0, commented = 0;

    if (saving.comments) {
        saving.pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
        journey->view = &saving;
        journey->take = comment;
        journey->turn_to = turn_to;
        tcpstate_travel(journey, captures);
        problem = tcpstate_comments_end(saving.comments, &packets, &commented);
        wmem_destroy_allocator(saving.pool);
    }
    if (tcpstate_interrupted) /* that it was not read to its end is no other problem */
        g_clear_pointer(&problem, g_free);
    else if (!problem && tcpstate_captures_problem(captures))
        problem = g_strdup_printf("%s was not written", command->out);
    const bool extracts = chooses && !problem && !tcpstate_interrupted;
    int status = extracts ? extract(journey, part) : put(part, command->out, problem);
    if (extracts) {
        g_unlink(part);
    } else if (status == EXIT_SUCCESS) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_COMMENTED, tcpstate_language()), commented, packets);
        putchar('\n');
    }
    g_free(part);
    return and_the_rest(status, journey, captures);
}

static bool all(void *whom, const struct tcpstate_record *record, uint32_t frame)
{
    (void)whom;
    (void)record;
    (void)frame;
    return true;
}

static bool is_pcapng(const char *name)
{
    static const unsigned char begins[4] = { 0x0A, 0x0D, 0x0D, 0x0A };
    unsigned char found[4];
    FILE *file = g_fopen(name, "rb");
    bool is = file && fread(found, 1, sizeof found, file) == sizeof found && memcmp(found, begins, sizeof found) == 0;

    if (file)
        fclose(file);
    return is;
}

char *tcpstate_as_pcapng(const char *from, const char *out)
{
    struct tcpstate_extract what = { .is_wanted = all, .stop = &tcpstate_interrupted, .whole = true };

    if (is_pcapng(from))
        return g_strdup(from);
    char *whole = g_strconcat(out, ".pcapng", NULL), *problem = tcpstate_extract(&what, from, whole);
    if (!problem && !what.stopped)
        return whole;
    if (problem)
        fprintf(stderr, "tcpstate: %s\n", problem);
    else
        fprintf(stderr, "tcpstate: stopped: %s was not written\n", out);
    g_free(problem);
    g_free(whole);
    return NULL;
}
