// Asks a person for a secret.
#ifndef TOKENWARD_CLIENT_CLI_TERMINAL_H
#define TOKENWARD_CLIENT_CLI_TERMINAL_H

#include <stddef.h>

/// Reads a line into `line` (`size` bytes with the NUL; without the newline; the rest of a longer line is
/// read and dropped). If the standard input is a terminal, shows `prompt` on /dev/tty and does not echo. The
/// terminal is always restored, also when a signal ends or stops the process; after a stop the question is
/// asked again. Otherwise reads one line of the standard input, and no byte after it. Returns 0, or a number
/// of errno after writing a message; ENODATA, without one: the input ended before the first byte. The caller
/// wipes `line`.
int ask_unseen(const char* prompt, char* line, size_t size);

#endif
