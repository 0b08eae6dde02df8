/* compat.h - every difference between Wireshark versions, and no other file's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written against 4.0, 4.2, 4.4 and 4.6; what is said of 4.7, of which 5.0 is made, was
 * read in its headers, and never compiled with them.  No #if on a version anywhere else; a
 * header that 4.2 includes but does not install is in not-installed/.
 */
#ifndef TCPSTATE_COMPAT_H
#define TCPSTATE_COMPAT_H

#include <string.h>

#include <wireshark.h>
#include <ws_version.h>

#include <epan/conversation.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto.h>

#include "../packet/bytes.h" /* wsutil/pint.h renamed its own in 4.6 */
#include "../text/catalogue.h"

#define TCPSTATE_WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major)            \
     || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Since 4.2 a SYN begins a new tcp.stream also where the one before it had a FIN
 * or RST. */
#define TCPSTATE_STREAM_ENDS TCPSTATE_WIRESHARK_AT_LEAST(4, 2)

/* The conversation of two endpoints that the TCP dissector has met at this frame.
 * With the preference conversation_deinterlacing_key it has one for each interface,
 * VLAN or pair of Ethernet addresses, which Wireshark finds by the frame's own. */
static inline const conversation_t *tcpstate_find_conversation(const packet_info *pinfo, const address *a,
                                                               const address *b, uint16_t port_a, uint16_t port_b)
{
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 4)
    if (prefs.conversation_deinterlacing_key > 0) {
        const conversation_t *below = find_conversation_deinterlacer_pinfo(pinfo);
        return below ? find_conversation_deinterlaced(pinfo->num, a, b, CONVERSATION_TCP, port_a, port_b,
                                                      below->conv_index, 0)
                     : NULL;
    }
#endif
    return find_conversation(pinfo->num, a, b, CONVERSATION_TCP, port_a, port_b, 0);
}

/* Whether this is tshark printing the packets of its only pass: it hands the
 * columns over, which it does not on the first pass of -2, and never comes back
 * to a packet.  (tshark.c of 4.0, 4.4 and 4.6.)  Where the C library does not
 * tell the program's name the answer is no, and costs some time. */
static inline bool tcpstate_is_only_pass(const packet_info *pinfo)
{
#ifdef __GLIBC__
    extern char *program_invocation_short_name; /* errno.h, with _GNU_SOURCE */
    return pinfo->cinfo && strcmp(program_invocation_short_name, "tshark") == 0;
#else
    (void)pinfo;
    return false;
#endif
}

/* Since 4.7 it is the program's name in environment variables that tells where its user's files are. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 7)
#include <epan/epan.h>
#define TCPSTATE_PERSONAL_FILE(name) get_persconffile_path((name), false, epan_get_environment_prefix())
#else
#define TCPSTATE_PERSONAL_FILE(name) get_persconffile_path((name), FALSE)
#endif

/* The language that the user's system or environment asks for. */
static inline enum tcpstate_language tcpstate_language_of_user(void)
{
#ifdef _WIN32 /* where the environment has none: GLib looks there first, then asks the system */
    char *locale = g_win32_getlocale();
    enum tcpstate_language language = tcpstate_language_of_locale(locale);

    g_free(locale);
    return language;
#else
    return tcpstate_language_of_environment();
#endif
}

/* Where what the item's line says is to be written, ITEM_LABEL_LENGTH bytes with
 * their end, as proto_item_set_text() does with a format; NULL of a fake item. */
static inline char *tcpstate_room_for_text(proto_item *item, wmem_allocator_t *pool)
{
    field_info *info = PITEM_FINFO(item);

    if (!info)
        return NULL;
    if (!info->rep)
        info->rep = wmem_new(pool, item_label_t);
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 6)
    info->rep->value_pos = info->rep->value_len = 0;
#endif
    return info->rep->representation;
}

/* Since 4.2 a field's value is a pointer. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 2)
#define TCPSTATE_FIELD_VALUE(info) ((info)->value)
#else
#define TCPSTATE_FIELD_VALUE(info) (&(info)->value)
#endif

/* Where a packet has several links to one frame, the packet list shows the mark of
 * the first there; since 4.6 that of the last. */
#define TCPSTATE_LAST_MARK_STAYS TCPSTATE_WIRESHARK_AT_LEAST(4, 6)

/* Since 4.2 callbacks of UATs, since 4.4 others and preferences, are bool where they were gboolean. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 2)
#define TCPSTATE_UAT_BOOL bool
#else
#define TCPSTATE_UAT_BOOL gboolean
#endif
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 4)
#define TCPSTATE_BOOL bool
#else
#define TCPSTATE_BOOL gboolean
#endif

/* Since 4.6 what starts a view of -z says whether it could. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 6)
#define TCPSTATE_STARTS bool
#define TCPSTATE_STARTED true
#else
#define TCPSTATE_STARTS void
#define TCPSTATE_STARTED
#endif

/* The flow graph: epan/sequence_analysis.h is exported by the library but not
 * installed for plugins.  Inside Wireshark's own source it is there, for any
 * series; else what follows is all that we use of it, of the series that
 * tests/install/test_layouts.py compares with their headers, or with where
 * their libraries write, and on any other there is no flow graph.  An item is
 * always made by the library, so that what follows in it is not needed. */
#include <epan/address.h>
#include <epan/tap.h>

enum { TCPSTATE_FLOW_NODES = 40 };

#if defined(__has_include) && !defined(TCPSTATE_OWN_FLOW_GRAPH)
#if __has_include(<epan/sequence_analysis.h>)
#define TCPSTATE_WIRESHARKS_FLOW_GRAPH
#endif
#endif
#ifdef TCPSTATE_WIRESHARKS_FLOW_GRAPH
#include <epan/sequence_analysis.h>
_Static_assert(TCPSTATE_FLOW_NODES == MAX_NUM_NODES, "as many lifelines as Wireshark has");
#define TCPSTATE_HAS_FLOW_GRAPH true
#else
#if WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR % 2 == 0 && WIRESHARK_VERSION_MINOR <= 6
#define TCPSTATE_HAS_FLOW_GRAPH true
#else
#define TCPSTATE_HAS_FLOW_GRAPH false
#endif

struct _seq_analysis_item {
    uint32_t frame_number;
    address src_addr;
    uint16_t port_src;
    address dst_addr;
    uint16_t port_dst;
    char *frame_label, *time_str, *comment; /* freed with g_free() */
    uint16_t conv_num;
    unsigned fg_color, bg_color;
    TCPSTATE_BOOL has_color_filter, display;
    unsigned src_node, dst_node;
    uint16_t line_style;
};

struct _seq_analysis_info {
    const char *name;
    TCPSTATE_BOOL any_addr;
    int nconv;
    GQueue *items;
    GHashTable *ht;
    address nodes[TCPSTATE_FLOW_NODES]; /* lifelines, from the left */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 4)
    uint8_t occurrence[TCPSTATE_FLOW_NODES];
#endif
    uint32_t num_nodes;
};

void register_seq_analysis(const char *name, const char *ui_name, const int proto_id, const char *tap_listener,
                           unsigned tap_flags, tap_packet_cb tap_func);
struct _seq_analysis_item *sequence_analysis_create_sai_with_addresses(packet_info *pinfo,
                                                                       struct _seq_analysis_info *info);
void sequence_analysis_use_color_filter(packet_info *pinfo, struct _seq_analysis_item *item);
#endif

/* Since 4.2 the callbacks of a conversation filter are handed data of their own. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 2)
#define TCPSTATE_FILTER_DATA , void *data _U_
#define TCPSTATE_FILTER_NO_DATA , NULL
#else
#define TCPSTATE_FILTER_DATA
#define TCPSTATE_FILTER_NO_DATA
#endif

/* Since 4.4 a plugin says what it provides. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#define TCPSTATE_PLUGIN_DESCRIBE                     \
    WS_DLL_PUBLIC uint32_t plugin_describe(void);    \
    uint32_t plugin_describe(void)                   \
    {                                                \
        return WS_PLUGIN_DESC_DISSECTOR;             \
    }
#else
#define TCPSTATE_PLUGIN_DESCRIBE
#endif

/* Reading files, which the plugin never does: the program "tcpstate" does, and
 * tests/fuzz/capture.c. */
#ifdef TCPSTATE_COMPAT_FILES
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/frame_data.h>
#include <epan/tvbuff.h>
#include <wiretap/wtap.h>
#include <wsutil/buffer.h>
#include <wsutil/filesystem.h>
#include <wsutil/wslog.h>

/* Since 4.6 a record holds its bytes, and dissection takes them from there. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 6)
static inline void tcpstate_fill_record(wtap_rec *record, const uint8_t *bytes)
{
    if (bytes == ws_buffer_start_ptr(&record->data))
        return;
    ws_buffer_clean(&record->data);
    ws_buffer_append(&record->data, bytes, record->rec_header.packet_header.caplen);
}
#define TCPSTATE_RECORD_INIT(record, buffer) wtap_rec_init((record), 2000)
#define TCPSTATE_READ(file, record, buffer, error, info, offset) wtap_read((file), (record), (error), (info), (offset))
#define TCPSTATE_RECORD_BYTES(record, buffer) ws_buffer_start_ptr(&(record)->data)
#define TCPSTATE_RECORD_KEEP(record, bytes, length)       \
    do {                                                  \
        ws_buffer_init(&(record)->data, (length) + 1);    \
        ws_buffer_append(&(record)->data, bytes, length); \
    } while (0)
#define TCPSTATE_RECORD_FORGET(record) ws_buffer_free(&(record)->data)
#define TCPSTATE_DISSECT(run, edt, subtype, record, bytes, frame) \
    (tcpstate_fill_record((record), (bytes)), run((edt), (subtype), (record), (frame), NULL))
#define TCPSTATE_WRITE(file, record, bytes, error, info) wtap_dump((file), (record), (error), (info))
#else
#define TCPSTATE_RECORD_INIT(record, buffer) wtap_rec_init(record)
#define TCPSTATE_READ(file, record, buffer, error, info, offset) \
    wtap_read((file), (record), (buffer), (error), (info), (offset))
#define TCPSTATE_RECORD_BYTES(record, buffer) ws_buffer_start_ptr(buffer)
#define TCPSTATE_RECORD_KEEP(record, bytes, length) ((void)0)
#define TCPSTATE_RECORD_FORGET(record) ((void)0)
#define TCPSTATE_DISSECT(run, edt, subtype, record, bytes, frame)                             \
    run((edt), (subtype), (record),                                                           \
        tvb_new_real_data((bytes), (record)->rec_header.packet_header.caplen,                 \
                          (int)MIN((record)->rec_header.packet_header.len, (uint32_t)INT_MAX)), \
        (frame), NULL)
#define TCPSTATE_WRITE(file, record, bytes, error, info) wtap_dump((file), (record), (bytes), (error), (info))
#endif

/* How a program begins, and opens a file.  Since 4.6 logging knows its name by itself; since 4.7 nothing knows
 * that it is one of Wireshark's, and which protocols there are. */
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 7)
#define TCPSTATE_LOG_INIT(name) ws_log_init(NULL, (name))
#define TCPSTATE_CONFIGURE(program) configuration_init((program), "wireshark")
#define TCPSTATE_WTAP_INIT(plugins) wtap_init((plugins), "WIRESHARK", NULL, 0)
#define TCPSTATE_OPEN(name, error, info) wtap_open_offline((name), WTAP_TYPE_AUTO, (error), (info), false, "WIRESHARK")
#define TCPSTATE_EPAN_INIT()                                                                               \
    epan_init(NULL, NULL, false,                                                                           \
              &(epan_app_data_t){ .env_var_prefix = "WIRESHARK", .register_func = register_all_protocols, \
                                  .handoff_func = register_all_protocol_handoffs })
#else
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 6)
#define TCPSTATE_LOG_INIT(name) ws_log_init(NULL)
#define TCPSTATE_CONFIGURE(program) configuration_init(program)
#else
#define TCPSTATE_LOG_INIT(name) ws_log_init((name), NULL)
#define TCPSTATE_CONFIGURE(program) configuration_init((program), NULL)
#endif
#define TCPSTATE_WTAP_INIT(plugins) wtap_init(plugins)
#define TCPSTATE_OPEN(name, error, info) wtap_open_offline((name), WTAP_TYPE_AUTO, (error), (info), FALSE)
#define TCPSTATE_EPAN_INIT() epan_init(NULL, NULL, FALSE)
#endif

/* Since 4.2 what is wrong with a display filter is an object, and it may ask columns. */
#include <epan/dfilter/dfilter.h>
static inline char *tcpstate_compile_filter(const char *text, dfilter_t **filter)
{
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 2)
    df_error_t *error = NULL;

    if (dfilter_compile(text, filter, &error))
        return NULL;
    char *why = g_strdup(error->msg);
    df_error_free(&error);
    return why;
#else
    char *why = NULL;

    return dfilter_compile(text, filter, &why) ? NULL : why;
#endif
}

static inline bool tcpstate_filter_needs_columns(const dfilter_t *filter)
{
#if TCPSTATE_WIRESHARK_AT_LEAST(4, 2)
    return dfilter_requires_columns(filter);
#else
    (void)filter;
    return false;
#endif
}

#define TCPSTATE_DUMP_CLOSE(file, error, info) wtap_dump_close((file), NULL, (error), (info))
#endif

#endif
