// Asking a person for something that nobody else should see.
#ifndef TOKENWARD_CLIENT_CLI_TERMINAL_H
#define TOKENWARD_CLIENT_CLI_TERMINAL_H

#include <stddef.h>

/// Reads a line into `line` (`size` bytes, with a NUL, without its line's end; what is longer is cut and read
/// to its end all the same). If the standard input is a terminal, shows `prompt` on /dev/tty and does not
/// echo; the terminal's settings come back on every way out: also when a signal ends or stops the process,
/// and after a stop the question is asked again. Else takes a line of the standard input, and no byte after
/// it. Returns 0 or a number of errno, which has been said; ENODATA: the end came before the first byte. The
/// caller wipes `line`.
int ask_unseen(const char* prompt, char* line, size_t size);

#endif
