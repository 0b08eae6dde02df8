/* view-page.c - "-z tcpstate,page,OUT[,FILTER]": the connections as one page for
 * a browser.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: the view and the file; page.c gathers, page-file.c writes.  OUT has no
 * comma in its name; plugin/annotate --page gives a number for it, and puts the
 * page in its place only when it is whole.
 */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>
#include <wsutil/report_message.h>

/* What the page calls the capture, which no view is told. */
#define NAME_IN_ENVIRONMENT "TCPSTATE_PAGE_NAME"

struct asked {
    struct tcpstate_page *page;
    FILE *file; /* NULL: it has been written */
    char *name;
};

static void take(void *data, const struct tcpstate_tapped *tapped)
{
    tcpstate_page_take(((struct asked *)data)->page, tapped);
}

static void forget(void *data)
{
    tcpstate_page_clear(((struct asked *)data)->page);
}

static void fail(const char *name, int problem)
{
    report_failure("tcpstate: cannot write the page %s: %s", name, g_strerror(problem));
    exit(EXIT_FAILURE);
}

/* The capture has been read. */
static void print(void *data)
{
    struct asked *asked = (struct asked *)data;

    if (!asked->file)
        return;
    bool written = tcpstate_page_write(asked->file, asked->page);
    int problem = errno;
    bool closed = fclose(asked->file) == 0;
    asked->file = NULL;
    if (!written || !closed)
        fail(asked->name, written ? errno : problem);
}

static void end(void *data)
{
    struct asked *asked = (struct asked *)data;

    if (asked->file)
        fclose(asked->file);
    tcpstate_page_free(asked->page);
    g_free(asked->name);
    g_free(asked);
}

static void *begin(const char *given, const char **filter)
{
    struct asked *asked = g_new0(struct asked, 1);
    const char *comma = given ? strchr(given, ',') : NULL;

    if (!given || given == comma) {
        report_failure("tcpstate: the page needs a file name without commas: -z " TCPSTATE_TAP ",page,OUT.html[,FILTER]");
        exit(EXIT_FAILURE);
    }
    asked->name = comma ? g_strndup(given, (gsize)(comma - given)) : g_strdup(given);
    asked->page = tcpstate_page_new(g_getenv(NAME_IN_ENVIRONMENT), comma && comma[1] ? comma + 1 : NULL);
    *filter = asked->page->filter;
    asked->file = g_fopen(asked->name, "wb");
    if (!asked->file)
        fail(asked->name, errno);
    return asked;
}

const struct tcpstate_printed tcpstate_printed_page = { "page", begin, take, forget, print, end, NULL };
