/* capture.c - a capture file, through libwireshark, into the whole plugin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: two programs of one source.
 *
 *   with libFuzzer (fuzz-capture): the input is a capture file.
 *   with -DTCPSTATE_FILES (look-through): the arguments are capture files.  Each
 *   is opened, dissected anew under other preferences, closed, and opened again;
 *   so that valgrind can say what is left behind of a file that was closed.
 *
 * The plugin is linked in, and all of its sources are instrumented; Wireshark's
 * library is the installed one.  A file is read as the window reads it: each
 * frame once in order, without a tree, fed to the taps of all views; then again
 * in another order, with the tree visible.  What tshark says in one pass must
 * be said again, whatever the order.
 */
#define _GNU_SOURCE /* memfd_create() */
#define TCPSTATE_COMPAT_FILES

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <glib.h>

#include "compat.h"

#include <epan/ftypes/ftypes.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/timestamp.h>
#include <wsutil/privileges.h>

void plugin_register(void); /* the plugin's own door */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_FRAMES = 300 };

struct frame {
    frame_data data;
    wtap_rec record;
    guint8 *bytes;
    char *said;
};

/* What Wireshark asks its program for: the times of frames. */
struct packet_provider_data {
    struct frame *frames;
    guint32 count;
};

static const nstime_t *time_of_frame(struct packet_provider_data *provider, guint32 number)
{
    return number >= 1 && number <= provider->count ? &provider->frames[number - 1].data.abs_ts : NULL;
}

/* Fields that need no hindsight: equal on every visit. */
static const char *const steady[] = {
    "tcpstate.analysis", "tcpstate.step", "tcpstate.phase", "tcpstate.connection", "tcpstate.stream", "tcpstate.sender", "tcpstate.roles",
    "tcpstate.client.state", "tcpstate.server.state", "tcpstate.client.state.previous", "tcpstate.server.state.previous",
    "tcpstate.client.inferred", "tcpstate.server.inferred", "tcpstate.sender.state", "tcpstate.receiver.state",
    "tcpstate.explanation", "tcpstate.client.isn", "tcpstate.server.isn", "tcpstate.check.failed", "tcpstate.flags",
    "tcpstate.next_seq", "tcpstate.repeats", "tcpstate.protocol", "tcpstate.reset.number", "tcpstate.reset.ttl_differs",
    "tcpstate.mptcp", "tcpstate.frame.answers", "tcpstate.frame.previous_connection",
};
static int steady_ids[G_N_ELEMENTS(steady)];

static char *said_of(epan_dissect_t *edt)
{
    GString *said = g_string_new("");

    for (size_t i = 0; i < G_N_ELEMENTS(steady); i++) {
        GPtrArray *found = proto_get_finfo_ptr_array(edt->tree, steady_ids[i]);
        for (guint j = 0; found && j < found->len; j++) {
            field_info *info = (field_info *)g_ptr_array_index(found, j);
            char *text = fvalue_to_string_repr(NULL, TCPSTATE_FIELD_VALUE(info), FTREPR_DISPLAY, BASE_DEC);
            g_string_append_printf(said, "%s=%s\n", steady[i] + strlen("tcpstate."), text ? text : "");
            wmem_free(NULL, text);
        }
    }
    return g_string_free(said, FALSE);
}

/* One visit of one frame; returns what was said of it. */
static char *visit(epan_t *session, struct frame *frame, int subtype, bool first, bool visible)
{
    static nstime_t elapsed;
    static const frame_data *reference;
    epan_dissect_t *edt = epan_dissect_new(session, TRUE, visible);
    guint32 cumulated = 0;
    /* Dissectors write into it (pcap_pktdata its link type), and programs read it anew for each visit. */
    wtap_rec record = frame->record;
    char *said;

    for (size_t i = 0; i < G_N_ELEMENTS(steady); i++)
        epan_dissect_prime_with_hfid(edt, steady_ids[i]);
    frame_data_set_before_dissect(&frame->data, &elapsed, &reference, NULL);
    if (first)
        TCPSTATE_DISSECT(epan_dissect_run_with_taps, edt, subtype, &record, frame->bytes, &frame->data);
    else
        TCPSTATE_DISSECT(epan_dissect_run, edt, subtype, &record, frame->bytes, &frame->data);
    said = said_of(edt);
    frame_data_set_after_dissect(&frame->data, &cumulated);
    epan_dissect_free(edt);
    return said;
}

static void remember_frame(struct frame *frame, guint32 number, wtap_rec *record, const guint8 *bytes, gint64 offset)
{
    guint32 length = record->rec_header.packet_header.caplen;

    memset(frame, 0, sizeof *frame);
    frame->record = *record;
    /* What a block of pcapng has besides stays the reader's. */
    frame->record.block = NULL;
    memset(&frame->record.options_buf, 0, sizeof frame->record.options_buf);
    frame->bytes = (guint8 *)g_memdup2(bytes, length);
    TCPSTATE_RECORD_KEEP(&frame->record, frame->bytes, length);
    frame_data_init(&frame->data, number, &frame->record, offset, 0);
}

/* The capture's frames, in the order in which they were read; how many. */
static guint32 read_frames(wtap *file, struct frame *frames)
{
    guint32 count = 0;
    wtap_rec record;
    Buffer buffer;
    gint64 offset;
    int error;
    gchar *info = NULL;

    TCPSTATE_RECORD_INIT(&record, &buffer);
    ws_buffer_init(&buffer, 2000);
    while (count < MOST_FRAMES && TCPSTATE_READ(file, &record, &buffer, &error, &info, &offset)) {
        if (record.rec_type == REC_TYPE_PACKET) {
            remember_frame(&frames[count], count + 1, &record, TCPSTATE_RECORD_BYTES(&record, &buffer), offset);
            count++;
        }
        wtap_rec_reset(&record);
    }
    g_free(info);
    wtap_rec_cleanup(&record);
    ws_buffer_free(&buffer);
    return count;
}

/* All frames, as a window reads a file, and again in another order. */
static void visit_all(epan_t *session, struct frame *frames, guint32 count, int subtype)
{
    for (guint32 i = 0; i < count; i++)
        frames[i].said = visit(session, &frames[i], subtype, true, false);
    draw_tap_listeners(TRUE);
    for (guint32 i = 0; i < count; i++) {
        /* Backwards, but for every third from the front. */
        struct frame *frame = &frames[i % 3 == 0 ? i : count - 1 - i];
        char *said = visit(session, frame, subtype, false, true);
        if (strcmp(said, frame->said) != 0) {
            fprintf(stderr, "frame %u of %u: at first it was\n%sand later\n%s", frame->data.num, count, frame->said, said);
            abort();
        }
        g_free(said);
    }
    reset_tap_listeners();
    for (guint32 i = 0; i < count; i++) {
        g_free(frames[i].said);
        frame_data_reset(&frames[i].data);
    }
}

/* Open a file, look through it, close it.  Where `change` is given it changes
 * preferences while the file is open, and all is dissected anew. */
static void look_through(const char *path, void (*change)(void))
{
    static const struct packet_provider_funcs functions = { .get_frame_ts = time_of_frame };
    static struct frame frames[MOST_FRAMES];
    struct packet_provider_data provider = { .frames = frames };
    int error;
    gchar *info = NULL;
    wtap *file = TCPSTATE_OPEN(path, &error, &info);

    g_free(info);
    if (!file)
        return;
    int subtype = wtap_file_type_subtype(file);
    provider.count = read_frames(file, frames);
    for (int round = 0; round < (change ? 3 : 1); round++) {
        if (round > 0)
            change();
        epan_t *session = epan_new(&provider, &functions);
        visit_all(session, frames, provider.count, subtype);
        epan_free(session);
    }
    wtap_close(file);
    for (guint32 i = 0; i < provider.count; i++) {
        frame_data_destroy(&frames[i].data);
        TCPSTATE_RECORD_FORGET(&frames[i].record);
        g_free(frames[i].bytes);
    }
}

static void prefer(const char *name_and_value)
{
    char *text = g_strdup(name_and_value), *error = NULL;

    if (prefs_set_pref(text, &error) != PREFS_SET_OK) {
        fprintf(stderr, "the preference %s: %s\n", name_and_value, error ? error : "?");
        exit(1);
    }
    g_free(error);
    g_free(text);
    prefs_apply_all();
}

/* Root's Wireshark ignores the variables that say where its folders are, and
 * asks only once who it is. */
static void look_like_a_user(void)
{
    enum { NOBODY = 65534 };
    bool is_root = getuid() == 0;

    if (is_root && (setresgid(NOBODY, NOBODY, 0) != 0 || setresuid(NOBODY, NOBODY, 0) != 0))
        exit(1);
    init_process_policies();
    if (is_root && (setresuid(0, 0, 0) != 0 || setresgid(0, 0, 0) != 0))
        exit(1);
    prctl(PR_SET_DUMPABLE, 1); /* which changing who it is has taken away */
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    /* Those that do not need what only tshark and the window have. */
    static const char *const views[] = { "tcpstate,ladder,all", "tcpstate,connections,all", "tcpstate,report" };

    (void)argc;
    g_setenv("WIRESHARK_CONFIG_DIR", "/nonexistent", TRUE);
    /* Another tcpstate.so may be installed; and with the tables of vendors, which
     * epan_new() reads anew, one file takes a third of a second. */
    g_setenv("WIRESHARK_PLUGIN_DIR", "/nonexistent", TRUE);
    g_setenv("WIRESHARK_DATA_DIR", "/nonexistent", TRUE);
    /* Each piece of memory on its own, so that the sanitizers see its bounds. */
    g_setenv("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple", TRUE);
    g_setenv("G_SLICE", "always-malloc", TRUE);
    TCPSTATE_LOG_INIT("tcpstate-fuzz");
    look_like_a_user();
    g_free(TCPSTATE_CONFIGURE((*argv)[0]));
    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    TCPSTATE_WTAP_INIT(FALSE);
    plugin_register();
    if (!TCPSTATE_EPAN_INIT()) {
        fprintf(stderr, "libwireshark does not begin\n");
        exit(1);
    }
    epan_load_settings();
    prefer("tcpstate.language:en");
    for (size_t i = 0; i < G_N_ELEMENTS(steady); i++) {
        steady_ids[i] = proto_registrar_get_id_byname(steady[i]);
        if (steady_ids[i] < 0) {
            fprintf(stderr, "no field %s\n", steady[i]);
            exit(1);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++)
        if (!process_stat_cmd_arg(views[i])) {
            fprintf(stderr, "no view %s\n", views[i]);
            exit(1);
        }
    /* The views print; the fuzzer's own words go to stderr. */
    if (!freopen("/dev/null", "w", stdout))
        exit(1);
    start_requested_stats();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int descriptor = -1;
    static bool labels_all;
    char path[64];

    if (labels_all != (size & 1)) { /* every segment has a label then, half of the time */
        labels_all = !labels_all;
        prefer(labels_all ? "tcpstate.label_all:TRUE" : "tcpstate.label_all:FALSE");
    }

    if (descriptor < 0)
        descriptor = memfd_create("capture", 0);
    if (descriptor < 0 || ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    look_through(path, NULL);
    return 0;
}

#ifdef TCPSTATE_FILES
/* Each time to something else. */
static void change_preferences(void)
{
    static int times;

    times++;
    prefer(times % 2 ? "tcpstate.language:zh" : "tcpstate.language:en");
    prefer(times % 3 ? "tcpstate.label_all:TRUE" : "tcpstate.label_all:FALSE");
    prefer(times % 2 ? "tcpstate.info_label:TRUE" : "tcpstate.info_label:FALSE");
    prefer(times % 2 ? "tcpstate.two_msl:1" : "tcpstate.two_msl:240");
    if (times > 2) /* rows of a table are added, not replaced: they would be more and more */
        return;
    prefer(times % 2 ? "uat:tcpstate_labels:\"fin-acked\",\"zh\",\"\346\254\241\""
                     : "uat:tcpstate_labels:\"syn-ack\",\"en\",\"Two of three\"");
}

/* With --keep nothing is cleaned up in the end, so that what the files have
 * left behind is still there to be counted. */
int main(int argc, char **argv)
{
    bool keep = argc > 1 && strcmp(argv[1], "--keep") == 0;

    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = keep ? 2 : 1; i < argc; i++) {
        look_through(argv[i], change_preferences);
        look_through(argv[i], NULL); /* and opened once more */
    }
    if (keep) {
        /* However often they were changed, they end alike, and from here. */
        prefer("tcpstate.label_all:TRUE");
        prefer("tcpstate.label_all:FALSE");
        return 0;
    }
    epan_cleanup();
    wtap_cleanup();
    return 0;
}
#endif
