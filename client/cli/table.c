// Prints tables.
#include "client/cli/table.h"

#include "client/cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Characters of UTF-8 text. Wide and combining ones count as one: knowing better would cost the locale's
/// tables.
static size_t width_of(const char* text) {
    size_t width = 0;
    for (; *text != '\0'; ++text) width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void append_spaces(struct tw_buffer* out, size_t count) {
    while (count-- > 0) tw_buffer_append_text(out, " ");
}

/// The number of cells so far.
static size_t count_cells(const struct table* table) {
    size_t count = 0;
    for (size_t i = 0; i < table->cells.size; ++i) count += table->cells.bytes[i] == '\0';
    return count;
}

void table_cell(struct table* table, const char* text) {
    size_t column = count_cells(table) % (size_t)table->columns;
    size_t start = table->cells.size;
    append_clean(&table->cells, text != NULL && *text != '\0' ? text : "-");
    tw_buffer_append(&table->cells, "", 1);
    if (table->cells.failed) return;
    size_t width = width_of(table->cells.bytes + start);
    if (width > table->widths[column]) table->widths[column] = width;
}

static void print_cell(const struct table* table, struct tw_buffer* out, const char* cell, int column) {
    const char* colour = table->colour != NULL ? table->colour(column, cell) : NULL;
    if (colour != NULL) tw_buffer_append_text(out, colour);
    tw_buffer_append_text(out, cell);
    if (colour != NULL) tw_buffer_append_text(out, "\033[0m");
    bool last = column == table->columns - 1;
    if (last)
        tw_buffer_append_text(out, "\n");
    else
        append_spaces(out, table->widths[column] - width_of(cell) + 2);
}

void table_print(struct table* table, struct tw_buffer* out) {
    out->failed = out->failed || table->cells.failed;
    int column = 0;
    for (size_t at = 0; at < table->cells.size; at += strlen(table->cells.bytes + at) + 1) {
        print_cell(table, out, table->cells.bytes + at, column);
        column = (column + 1) % table->columns;
    }
    tw_buffer_free(&table->cells);
}

bool colour_is_welcome(void) {
    const char* no_color = getenv("NO_COLOR");
    const char* term = getenv("TERM");
    return (no_color == NULL || *no_color == '\0') && term != NULL && strcmp(term, "dumb") != 0 &&
           isatty(STDOUT_FILENO);
}
