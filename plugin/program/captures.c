/* captures.c - capture files, read as one; see captures.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define TCPSTATE_COMPAT_FILES
#include "captures.h"

#include <errno.h>

#include "interrupt.h"
#include "pcap.h"

/* A file, and the record of it that is next. */
struct file {
    const char *path, *name; /* as it was given, and for people */
    wtap *wtap;
    struct tcpstate_pcap *pcap; /* reads it instead of libwiretap; or NULL */
    wtap_rec record;
    Buffer buffer;
    const uint8_t *bytes;       /* of the record */
    int64_t offset, size;
    bool has_next;
};

struct tcpstate_captures {
    struct file *files;
    unsigned count;
    unsigned last;   /* whose record was handed out last; == count: none yet */
    char *problem;
};

static char *why(const struct file *file, int error, char *info, const char *doing)
{
    char *text = g_strdup_printf("%s: %s%s%s%s", file->name, doing, wtap_strerror(error), info ? ": " : "",
                                 info ? info : "");

    g_free(info);
    return text;
}

/* Nothing follows; of what went wrong, if anything did, the first is kept. */
static void end_file(struct tcpstate_captures *captures, struct file *file, int error, char *info)
{
    file->has_next = false;
    if (error == 0 || error == EINTR) { /* Ctrl-C is no fault of the file's */
        g_free(info);
        return;
    }
    char *problem = why(file, error, info, "");
    if (captures->problem)
        g_free(problem);
    else
        captures->problem = problem;
}

static void fetch_by_wiretap(struct tcpstate_captures *captures, struct file *file)
{
    int error = 0;
    char *info = NULL;
    gint64 offset = 0;

    wtap_rec_reset(&file->record);
    if (!TCPSTATE_READ(file->wtap, &file->record, &file->buffer, &error, &info, &offset)) {
        end_file(captures, file, error, info);
        return;
    }
    file->has_next = true;
    file->bytes = TCPSTATE_RECORD_BYTES(&file->record, &file->buffer);
    file->offset = offset;
}

/* libwiretap has read the first record only, or all up to here. */
static void leave_to_wiretap(struct tcpstate_captures *captures, struct file *file)
{
    const int64_t offset = file->offset;

    tcpstate_pcap_close(file->pcap);
    file->pcap = NULL;
    do
        fetch_by_wiretap(captures, file);
    while (file->has_next && file->offset < offset && !tcpstate_interrupted);
    file->has_next = file->has_next && file->offset >= offset;
}

/* Fetch a file's next record. */
static void fetch(struct tcpstate_captures *captures, struct file *file)
{
    const bool first = !file->bytes;
    int error;

    if (!file->pcap) {
        fetch_by_wiretap(captures, file);
        if (first && file->has_next)
            file->pcap = tcpstate_pcap_open(file->path, file->wtap, &file->record, file->offset);
        return;
    }
    file->bytes = tcpstate_pcap_next(file->pcap, &file->record, &file->offset, &error);
    if (!file->bytes && error == TCPSTATE_NOT_PLAIN)
        leave_to_wiretap(captures, file);
    else if (!file->bytes)
        end_file(captures, file, error, NULL);
}

static bool open_file(struct file *file, const char *name, char **problem)
{
    int error = 0;
    char *info = NULL;

    file->path = name;
    file->name = strcmp(name, "-") == 0 ? "standard input" : name;
    file->wtap = TCPSTATE_OPEN(name, &error, &info);
    if (!file->wtap) {
        *problem = error == WTAP_ERR_FILE_UNKNOWN_FORMAT ? g_strdup_printf("%s: not a capture that Wireshark can read", file->name)
                                                         : why(file, error, info, "");
        return false;
    }
    file->size = strcmp(name, "-") == 0 ? -1 : wtap_file_size(file->wtap, &error);
    TCPSTATE_RECORD_INIT(&file->record, &file->buffer);
    ws_buffer_init(&file->buffer, 2048);
    return true;
}

struct tcpstate_captures *tcpstate_captures_open(char *const *names, unsigned count, char **problem)
{
    struct tcpstate_captures *captures = g_new0(struct tcpstate_captures, 1);

    captures->files = g_new0(struct file, count);
    captures->count = captures->last = count;
    *problem = NULL;
    for (unsigned i = 0; i < count && !*problem; i++)
        if (open_file(&captures->files[i], names[i], problem) && count > 1)
            fetch(captures, &captures->files[i]);
    if (!*problem)
        return captures;
    tcpstate_captures_close(captures);
    return NULL;
}

/* mergecap: the earlier time first, of two equal ones the earlier file. */
static struct file *earliest(struct tcpstate_captures *captures)
{
    struct file *found = NULL;

    for (unsigned i = 0; i < captures->count; i++) {
        struct file *file = &captures->files[i];
        if (file->has_next && (!found || nstime_cmp(&file->record.ts, &found->record.ts) < 0))
            found = file;
    }
    return found;
}

bool tcpstate_captures_next(struct tcpstate_captures *captures, struct tcpstate_record *record)
{
    struct file *file = captures->files;

    if (captures->count == 1) {
        fetch(captures, file);
    } else {
        if (captures->last < captures->count)
            fetch(captures, &captures->files[captures->last]);
        file = earliest(captures);
    }
    if (!file || !file->has_next)
        return false;
    captures->last = (unsigned)(file - captures->files);
    *record = (struct tcpstate_record){
        .record = &file->record, .bytes = file->bytes, .offset = file->offset,
        .file = captures->last, .subtype = wtap_file_type_subtype(file->wtap),
    };
    return true;
}

/* Of the file as it lies there: Wireshark reads ahead, from 4.4 on by 4 MiB, while the offset of a record
 * is exact; but where the file is compressed that is of the larger one inside. */
static int64_t read_so_far(const struct file *file)
{
    const int64_t read = file->pcap ? file->offset : MIN(file->offset, wtap_read_so_far(file->wtap));

    return MIN(file->size, read);
}

double tcpstate_captures_progress(const struct tcpstate_captures *captures)
{
    int64_t read = 0, all = 0;

    for (unsigned i = 0; i < captures->count; i++) {
        if (captures->files[i].size <= 0)
            return -1;
        all += captures->files[i].size;
        read += read_so_far(&captures->files[i]);
    }
    return (double)read / (double)all;
}

const char *tcpstate_captures_problem(const struct tcpstate_captures *captures)
{
    return captures->problem;
}

void tcpstate_captures_close(struct tcpstate_captures *captures)
{
    for (unsigned i = 0; i < captures->count; i++) {
        struct file *file = &captures->files[i];
        if (!file->wtap)
            continue;
        if (file->pcap)
            tcpstate_pcap_close(file->pcap);
        wtap_rec_cleanup(&file->record);
        ws_buffer_free(&file->buffer);
        wtap_close(file->wtap);
    }
    g_free(captures->files);
    g_free(captures->problem);
    g_free(captures);
}
