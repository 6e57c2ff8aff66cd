// A table for people: columns as wide as they need to be.
#ifndef TOKENWARD_CLIENT_CLI_TABLE_H
#define TOKENWARD_CLIENT_CLI_TABLE_H

#include "client/bytes/buffer.h"

#define TABLE_MAX_COLUMNS 8

/// All zeroes but the number of columns is an empty table. The first row is the heading.
struct table {
    int columns;
    struct tw_buffer cells; ///< the texts, each with its NUL
    size_t widths[TABLE_MAX_COLUMNS];
    const char* (*colour)(int column,
                          const char* cell); ///< NULL, or an escape sequence (NULL = plain) for a cell
};

/// Appends a cell: rows are filled from left to right. NULL and "" show as "-". Control characters become
/// '?'.
void table_cell(struct table* table, const char* text);

/// Appends all rows to `out` and frees the table.
void table_print(struct table* table, struct tw_buffer* out);

/// Whether standard output is a terminal whose user has nothing against colour (NO_COLOR, TERM=dumb).
bool colour_is_welcome(void);

#endif
