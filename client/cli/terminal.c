// Reads a line without echo, and restores the terminal whatever happens.
#include "client/cli/terminal.h"

#include "client/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/// The signals that end or stop the question. SIGTTIN and SIGTTOU are not among them: they stop a background
/// process before it has changed anything, as they should. SIGCONT is: it follows SIGSTOP too, which can't be
/// caught and during which the shell has reset the terminal.
static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM, SIGCONT};
enum { watched_count = sizeof watched / sizeof *watched };

static volatile sig_atomic_t caught;

static void catch (int number) {
    // A SIGCONT must not replace a signal that ends the process.
    if (caught == 0 || caught == SIGCONT) caught = number;
}

struct signals {
    struct sigaction actions[watched_count];
    sigset_t mask; ///< as it was before; it is used again while waiting
};

/// From here on the signals are delivered only in wait_for_byte(), so that none comes just before it and is
/// missed.
static void hold_signals(struct signals* before) {
    struct sigaction action = {.sa_handler = catch};
    sigset_t all;
    sigemptyset(&all);
    for (int i = 0; i < watched_count; ++i) sigaddset(&all, watched[i]);
    sigprocmask(SIG_BLOCK, &all, &before->mask);
    caught = 0;
    for (int i = 0; i < watched_count; ++i) {
        sigaction(watched[i], NULL, &before->actions[i]);
        // What was ignored at the start (nohup) stays so.
        if (before->actions[i].sa_handler != SIG_IGN) sigaction(watched[i], &action, NULL);
    }
}

/// A signal that came after the last wait takes effect here, when the terminal has been restored.
static void let_signals_go(const struct signals* before) {
    for (int i = 0; i < watched_count; ++i) sigaction(watched[i], &before->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/// Returns 0, EINTR when one of the signals has come, or another number of errno.
static int wait_for_byte(int fd, const sigset_t* mask) {
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    while (caught == 0) {
        int ready = ppoll(&entry, 1, NULL, mask);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return errno;
    }
    return EINTR;
}

/// Reads byte by byte, so that what follows the line is left to the next reader. `mask` NULL: without
/// wait_for_byte().
static int read_line(int fd, const sigset_t* mask, char* line, size_t size) {
    size_t used = 0;
    bool any = false;
    for (;; any = true) {
        int error = mask != NULL ? wait_for_byte(fd, mask) : 0;
        if (error != 0) return error;
        char byte = '\0';
        ssize_t count = read(fd, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0 && !any) return ENODATA;
        if (count == 0 || byte == '\n') break;
        if (used + 1 < size) line[used++] = byte;
    }
    if (used != 0 && line[used - 1] == '\r') --used;
    line[used] = '\0';
    return 0;
}

/// Whether another process group has the terminal now, with its own settings.
static bool in_background(int tty) {
    pid_t foreground = tcgetpgrp(tty);
    return foreground > 0 && foreground != getpgrp();
}

static void show(int tty, const char* text) {
    size_t size = strlen(text);
    if (write(tty, text, size) != (ssize_t)size) return; // the question works without its prompt
}

/// One question, until the answer, an error or a signal (EINTR, and its number in `caught`).
static int ask_once(int tty, const char* prompt, char* line, size_t size) {
    struct termios loud;
    struct signals before;
    if (tcgetattr(tty, &loud) != 0) return errno;
    struct termios silent = loud;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    silent.c_lflag |= ICANON | ISIG;
    hold_signals(&before);
    int error = 0;
    // Discards what was typed before the prompt: it was echoed, and meant for something else.
    while (tcsetattr(tty, TCSAFLUSH, &silent) != 0 && (error = errno) == EINTR && caught == 0) error = 0;
    if (error == 0) {
        show(tty, prompt);
        error = read_line(tty, &before.mask, line, size);
        show(tty, "\n"); // the one that was typed was not echoed
        if (!in_background(tty)) tcsetattr(tty, TCSAFLUSH, &loud);
    }
    let_signals_go(&before);
    return error;
}

static int ask_terminal(int tty, const char* prompt, char* line, size_t size) {
    for (;;) {
        int error = ask_once(tty, prompt, line, size);
        if (error != EINTR) return error;
        explicit_bzero(line, size);
        if (caught != SIGCONT) raise(caught); // ends the process, or stops it until SIGCONT
    }
}

int ask_unseen(const char* prompt, char* line, size_t size) {
    if (!isatty(STDIN_FILENO)) {
        int error = read_line(STDIN_FILENO, NULL, line, size);
        if (error == EBADF) error = ENODATA; // closed: as empty as /dev/null
        if (error != 0 && error != ENODATA) say("cannot read the standard input: %s", strerror(error));
        return error;
    }
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    int error = ask_terminal(tty >= 0 ? tty : STDIN_FILENO, prompt, line, size);
    if (error != 0 && error != ENODATA) say("cannot read from the terminal: %s", strerror(error));
    if (tty >= 0) close(tty);
    return error;
}
