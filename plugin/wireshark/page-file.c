/* page-file.c - the page as a file: ../page/ with the data in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * page.html has places, @STYLE@ and the like; all else is copied.  The page's
 * policy allows this style and this script by their digests, and nothing else:
 * no other script, no network.
 */
#include "page.h"

#include <errno.h>
#include <string.h>

#include "page-assets.h"

/* "sha256-...", as a content security policy names an element's text. */
static char *source_of(const struct tcpstate_asset *asset)
{
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;

    g_checksum_update(checksum, asset->bytes, (gssize)asset->size);
    g_checksum_get_digest(checksum, digest, &length);
    g_checksum_free(checksum);
    char *base64 = g_base64_encode(digest, length);
    char *source = g_strdup_printf("'sha256-%s'", base64);
    g_free(base64);
    return source;
}

static void append_policy(GString *out)
{
    char *style = source_of(&tcpstate_page_style), *script = source_of(&tcpstate_page_script);

    g_string_append_printf(out, "default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'",
                           style, script);
    g_free(style);
    g_free(script);
}

static void append_asset(GString *out, const struct tcpstate_asset *asset)
{
    g_string_append_len(out, (const char *)asset->bytes, (gssize)asset->size);
}

/* The data of one capture are one line, so that plugin/command/page.sh can put
 * those of several into one page. */
static void append_capture(GString *out, struct tcpstate_page *page)
{
    g_string_append(out, "<script type=\"application/json\" class=\"capture\">");
    tcpstate_page_append_data(out, page);
    g_string_append(out, "</script>");
}

static void append_place(GString *out, const char *place, struct tcpstate_page *page)
{
    if (strcmp(place, "POLICY") == 0)
        append_policy(out);
    else if (strcmp(place, "STYLE") == 0)
        append_asset(out, &tcpstate_page_style);
    else if (strcmp(place, "SCRIPT") == 0)
        append_asset(out, &tcpstate_page_script);
    else if (strcmp(place, "CAPTURE") == 0)
        append_capture(out, page);
    else
        g_string_append_printf(out, "@%s@", place);
}

bool tcpstate_page_write(FILE *file, struct tcpstate_page *page)
{
    char *frame = g_strndup((const char *)tcpstate_page_frame.bytes, tcpstate_page_frame.size);
    char **parts = g_strsplit(frame, "@", -1); /* text, place, text, place ... text */
    GString *out = g_string_new("");

    tcpstate_page_choose(page);
    for (unsigned i = 0; parts[i]; i++) {
        if (i % 2 == 0)
            g_string_append(out, parts[i]);
        else
            append_place(out, parts[i], page);
    }
    errno = 0;
    bool written = fwrite(out->str, 1, out->len, file) == out->len && fflush(file) == 0;
    g_string_free(out, TRUE);
    g_strfreev(parts);
    g_free(frame);
    return written;
}
