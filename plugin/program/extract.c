/* extract.c - some frames of a capture, through libwiretap; see extract.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As editcap does it, so what editcap keeps is kept: sections, interfaces,
 * names, secrets, and what stands with each packet.
 */
#define TCPSTATE_COMPAT_FILES
#include "extract.h"

#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

static char *why(const char *name, int error, char *info)
{
    char *text = g_strdup_printf("%s: %s%s%s", name, wtap_strerror(error), info ? ": " : "", info ? info : "");

    g_free(info);
    return text;
}

/* Interfaces may be described between packets. */
static bool add_interfaces(wtap *in, wtap_dumper *out, int *error, char **info)
{
    wtap_block_t interface;

    while ((interface = wtap_get_next_interface_description(in)) != NULL)
        if (!wtap_dump_add_idb(out, interface, error, info))
            return false;
    return true;
}

static char *copy(struct tcpstate_extract *extract, wtap *in, wtap_dumper *out, const char *from, const char *to)
{
    struct tcpstate_record record = { 0 };
    wtap_rec rec;
    Buffer buffer;
    int error = 0;
    char *info = NULL, *problem = NULL;
    gint64 offset;

    TCPSTATE_RECORD_INIT(&rec, &buffer);
    ws_buffer_init(&buffer, 2048);
    while (!problem && !extract->stopped && TCPSTATE_READ(in, &rec, &buffer, &error, &info, &offset)) {
        extract->frames++;
        record = (struct tcpstate_record){ .record = &rec, .bytes = TCPSTATE_RECORD_BYTES(&rec, &buffer), .offset = offset,
                                           .subtype = wtap_file_type_subtype(in) };
        if (!add_interfaces(in, out, &error, &info)) {
            problem = why(to, error, info);
        } else if (extract->is_wanted(extract->whom, &record, (uint32_t)extract->frames)) {
            if (!TCPSTATE_WRITE(out, &rec, record.bytes, &error, &info))
                problem = why(to, error, info);
            extract->written++;
        }
        wtap_rec_reset(&rec);
        extract->stopped = *extract->stop;
    }
    if (!problem && error != 0 && (extract->whole || error != WTAP_ERR_SHORT_READ)) /* what is cut short was told already */
        problem = why(from, error, info);
    wtap_rec_cleanup(&rec);
    ws_buffer_free(&buffer);
    return problem;
}

char *tcpstate_extract(struct tcpstate_extract *extract, const char *from, const char *to)
{
    wtap_dump_params params = WTAP_DUMP_PARAMS_INIT;
    int error = 0;
    char *info = NULL;
    char *part = g_strdup_printf("%s.part", to); /* so that OUT is old or whole, and may be FROM */
    wtap *in = TCPSTATE_OPEN(from, &error, &info);

    if (!in) {
        g_free(part);
        return why(from, error, info);
    }
    wtap_dump_params_init_no_idbs(&params, in);
    wtap_dumper *out = wtap_dump_open(part, wtap_pcapng_file_type_subtype(), WTAP_UNCOMPRESSED, &params, &error, &info);
    char *problem = out ? copy(extract, in, out, from, to) : why(to, error, info);
    info = NULL;
    if (out && !TCPSTATE_DUMP_CLOSE(out, &error, &info) && !problem)
        problem = why(to, error, info);
    if (!problem && !extract->stopped && g_rename(part, to) != 0)
        problem = g_strdup_printf("%s: %s", to, g_strerror(errno));
    if (problem || extract->stopped)
        g_unlink(part);
    g_free(part);
    wtap_dump_params_cleanup(&params);
    wtap_close(in);
    return problem;
}
