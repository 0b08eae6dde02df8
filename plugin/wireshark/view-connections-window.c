/* view-connections-window.c - Statistics -> TCP Connection State -> Connections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's simple table (ui/qt/simple_statistics_dialog.cpp) draws, sorts,
 * copies and saves it.  That table tells nobody when it has been fed, so a row
 * is made with its connection's first packet, and only counts after that: it is
 * fed by a second pass over the capture, when all is known of a connection.
 *
 * Its menu offers no filters (only the dialogs that overwrite
 * filterExpression() do), and it hands over neither clicks nor rows.  So there
 * are two ways from a row to its packets: its number in the dialog's own
 * display filter, which Wireshark copies into the main window's, and an entry
 * of our menu that asks for the number and applies the filter.
 */
#include "connection-columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <wsutil/report_message.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include "fields.h"
#include "preferences.h"
#include "view-sockets.h"
#include "text-width.h"

#define COMMAND "tcpstate,connections"
/* More rows than this would stop the window for minutes. */
#define MOST_ROWS 100000
/* Numbers that are no plain integers are filled up to this, so that they sort as texts do. */
#define NUMBER_WIDTH 15
#define NUMBER_ROOM 24 /* for the longest there is */
/* The arrow of the column that is sorted by takes the place of letters, for which Wireshark leaves none: of the
 * last ones, or where a column stands at its right edge, of the first. */
#define ARROW_ROOM "   "
#define HEAD_ROOM 64

static stat_tap_table_item heads[TCPSTATE_COLUMNS];
static stat_tap_table_ui window;

static struct tcpstate_survey *survey;
/* Rows of an earlier filling: another open dialog may still show and sort them. */
static GPtrArray *retired;

static bool is_integer(int column)
{
    return column == TCPSTATE_COLUMN_CONNECTION || column == TCPSTATE_COLUMN_PACKETS_AB
           || column == TCPSTATE_COLUMN_PACKETS_BA;
}

/* ---- Cells ---- */

static void free_cell(stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

static void free_row(void *row)
{
    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        free_cell(&((stat_tap_table_item_type *)row)[column]);
    g_free(row);
}

static void free_table_item(stat_tap_table *table _U_, guint row _U_, guint column _U_, stat_tap_table_item_type *cell)
{
    free_cell(cell);
}

static char *padded(const char *number)
{
    char *text = (char *)g_malloc0(NUMBER_ROOM);

    snprintf(text, NUMBER_ROOM, "%*s", *number ? NUMBER_WIDTH : 0, number);
    return text;
}

/* Packets and bytes of a row, each way. */
static void show_counts(stat_tap_table_item_type *row, const struct tcpstate_tally *tally, int a)
{
    char *ab = (char *)row[TCPSTATE_COLUMN_BYTES_AB].value.string_value;
    char *ba = (char *)row[TCPSTATE_COLUMN_BYTES_BA].value.string_value;

    row[TCPSTATE_COLUMN_PACKETS_AB].value.uint_value = tally->packets[a];
    row[TCPSTATE_COLUMN_PACKETS_BA].value.uint_value = tally->packets[!a];
    snprintf(ab, NUMBER_ROOM, "%*" PRIu64, NUMBER_WIDTH, tally->bytes[a]);
    snprintf(ba, NUMBER_ROOM, "%*" PRIu64, NUMBER_WIDTH, tally->bytes[!a]);
}

static void add_row(stat_tap_table *table, unsigned index, const struct tcpstate_tally *tally)
{
    stat_tap_table_item_type row[TCPSTATE_COLUMNS] = { 0 };
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    struct tcpstate_known known;

    tcpstate_known_of(tally, &known);
    for (int column = 0; column < TCPSTATE_COLUMNS; column++) {
        const char *text = tcpstate_column_text(pool, (enum tcpstate_column)column, tally, &known);

        row[column].type = is_integer(column) ? TABLE_ITEM_UINT : TABLE_ITEM_STRING;
        if (!is_integer(column))
            row[column].value.string_value =
                tcpstate_column_is_number((enum tcpstate_column)column) ? padded(text) : g_strdup(text);
    }
    row[TCPSTATE_COLUMN_CONNECTION].value.uint_value = known.summary.number;
    row[TCPSTATE_COLUMN_CONNECTION].user_data.int_value = known.a;
    show_counts(row, tally, known.a);
    stat_tap_init_table_row(table, index, TCPSTATE_COLUMNS, row);
    wmem_destroy_allocator(pool);
}

/* One row in place of all that are too many. */
static void count_the_rest(stat_tap_table *table, unsigned more)
{
    if (more == 1) {
        stat_tap_table_item_type row[TCPSTATE_COLUMNS] = { 0 };
        for (int column = 0; column < TCPSTATE_COLUMNS; column++)
            if (!is_integer(column)) {
                row[column].type = TABLE_ITEM_STRING;
                row[column].value.string_value = g_strdup("");
            }
        stat_tap_init_table_row(table, MOST_ROWS, TCPSTATE_COLUMNS, row);
    }
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, MOST_ROWS, TCPSTATE_COLUMN_A);
    g_free((char *)cell->value.string_value);
    cell->value.string_value =
        g_strdup_printf(tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_NOT_SHOWN, tcpstate_language()), more);
}

/* ---- The table ---- */

static void begin_table(stat_tap_table_ui *ui)
{
    if (!stat_tap_find_table(ui, ui->title))
        stat_tap_add_table(ui, stat_tap_init_table(ui->title, TCPSTATE_COLUMNS, 0, NULL));
}

static void reset_table(stat_tap_table *table)
{
    if (survey)
        tcpstate_survey_clear(survey);
    else
        survey = tcpstate_survey_new();
    if (!retired)
        retired = g_ptr_array_new_with_free_func(free_row);
    if (window.refcount <= 1)
        g_ptr_array_set_size(retired, 0);
    for (unsigned i = 0; i < table->num_elements; i++)
        g_ptr_array_add(retired, table->elements[i]);
    table->num_elements = 0;
}

static tap_packet_status take(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *tapped,
                              tap_flags_t flags _U_)
{
    stat_tap_table_ui *ui = ((stat_data_t *)data)->stat_tap_data;
    stat_tap_table *table = g_array_index(ui->tables, stat_tap_table *, 0);

    if (!survey)
        return TAP_PACKET_DONT_REDRAW;
    unsigned before = survey->tallies.count;
    unsigned index = tcpstate_survey_take(survey, (const struct tcpstate_tapped *)tapped);
    const struct tcpstate_tally *tally = tcpstate_survey_at(survey, index);

    if (index >= MOST_ROWS) {
        if (index >= before)
            count_the_rest(table, index + 1 - MOST_ROWS);
    } else if (index >= before) {
        add_row(table, index, tally);
    } else {
        stat_tap_table_item_type *row = stat_tap_get_field_data(table, index, 0);
        show_counts(row, tally, row[TCPSTATE_COLUMN_CONNECTION].user_data.int_value);
    }
    return TAP_PACKET_REDRAW;
}

/* The preferences, and so the language, are not known at registration; they are
 * when a capture file is opened. */
static void name_heads(void)
{
    static char names[TCPSTATE_COLUMNS][HEAD_ROOM];

    for (int column = 0; column < TCPSTATE_COLUMNS; column++) {
        snprintf(names[column], HEAD_ROOM, is_integer(column) ? ARROW_ROOM "%s" : "%s" ARROW_ROOM,
                 tcpstate_column_head((enum tcpstate_column)column));
        heads[column].column_name = names[column];
    }
}

/* ---- The menu ---- */

static void open_table(ext_menubar_gui_type gui _U_, gpointer object _U_, gpointer data _U_)
{
    /* As if "-z tcpstate,connections" had been given: Wireshark opens the dialog. */
    if (process_stat_cmd_arg(COMMAND))
        start_requested_stats();
}

static void filter_to(gchar **answers, void *data _U_)
{
    char *end, filter[40];

    if (!answers || !answers[0])
        return;
    const char *answer = g_strstrip(answers[0]);
    unsigned long number = strtoul(answer, &end, 10);
    if (!g_ascii_isdigit(*answer) || *end != '\0' || number > UINT32_MAX) {
        char *printable = tcpstate_printable(answer);
        report_failure(tcpstate_phrase(TCPSTATE_PHRASE_FILTER_ONE_WRONG, tcpstate_language()), printable);
        g_free(printable);
        return;
    }
    snprintf(filter, sizeof filter, "tcpstate.connection == %lu", number);
    plugin_if_apply_filter(filter, TRUE);
}

/* Wireshark fills in the selected packet's, as for the profile's button. */
static void filter_to_selected(ext_menubar_gui_type gui _U_, gpointer object _U_, gpointer data _U_)
{
    plugin_if_apply_filter("tcpstate.connection == ${tcpstate.connection}", TRUE);
}

static void ask_for_number(ext_menubar_gui_type gui _U_, gpointer object _U_, gpointer data _U_)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    const char *names[] = { tcpstate_phrase(TCPSTATE_PHRASE_FILTER_ONE_NUMBER, tcpstate_language()), NULL };
    const char *values[] = { "", NULL };

    if (ops && ops->new_dialog)
        ops->new_dialog(ops->ops_id, tcpstate_phrase(TCPSTATE_PHRASE_FILTER_ONE, tcpstate_language()), names, values,
                        filter_to, NULL, NULL);
}

void tcpstate_view_connections_window_register(void)
{
    enum tcpstate_language language = tcpstate_language();

    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        heads[column] = (stat_tap_table_item){
            .type = is_integer(column) ? TABLE_ITEM_UINT : TABLE_ITEM_STRING,
            .align = tcpstate_column_is_number((enum tcpstate_column)column) ? TAP_ALIGN_RIGHT : TAP_ALIGN_LEFT,
            .field_format = is_integer(column) ? "%u" : "%s",
        };
    name_heads();
    register_init_routine(name_heads);
    window = (stat_tap_table_ui){
        .group = REGISTER_STAT_GROUP_GENERIC, /* no entry of its own in any menu: below is a better one */
        .title = tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_WINDOW, language),
        .tap_name = TCPSTATE_TAP,
        .cli_string = COMMAND,
        .stat_tap_init_cb = begin_table,
        .packet_func = take,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_table_item,
        .nfields = TCPSTATE_COLUMNS,
        .fields = heads,
    };
    register_stat_tap_table_ui(&window);

    ext_menu_t *menu = ext_menubar_register_menu(tcpstate_proto, tcpstate_phrase(TCPSTATE_PHRASE_MENU, language), TRUE);
    ext_menubar_set_parentmenu(menu, "Statistics");
    ext_menubar_add_entry(menu, tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS, language), NULL, open_table, NULL);
    ext_menubar_add_entry(menu, tcpstate_phrase(TCPSTATE_PHRASE_FILTER_ONE, language), NULL, ask_for_number, NULL);
    ext_menubar_add_entry(menu, tcpstate_phrase(TCPSTATE_PHRASE_FILTER_SELECTED, language), NULL, filter_to_selected, NULL);
    tcpstate_view_sockets_window_register(menu);
}
