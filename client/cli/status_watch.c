// tokenward status -w: the table refreshed in place.
#include "client/cli/status.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { refresh_s = 1, fewest_rows = 4 };

static volatile sig_atomic_t ended;

static void end(int number) {
    (void)number;
    ended = 1;
}

/// The height of the terminal in lines, including that of the cursor.
static int rows_of_terminal(void) {
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return 24;
    return size.ws_row < fewest_rows ? fewest_rows : size.ws_row;
}

/// Appends at most so many lines of `text`; returns how many.
static int append_lines(struct tw_buffer* out, const struct tw_buffer* text, int most) {
    const char* at = text->bytes;
    const char* end_of_text = at + text->size;
    int lines = 0;
    for (; at != end_of_text && lines < most; ++lines) {
        const char* feed = memchr(at, '\n', (size_t)(end_of_text - at));
        const char* next = feed != NULL ? feed + 1 : end_of_text;
        if (lines == most - 1 && next != end_of_text)
            tw_buffer_append_text(out, "...\n");
        else
            tw_buffer_append(out, at, (size_t)(next - at));
        at = next;
    }
    return lines;
}

/// Draws over the last picture, which had `*lines` lines. It is one write, so that the terminal is in order
/// whenever the process ends. Long lines are cut at the edge; otherwise the number of lines would be wrong.
static int draw(const struct tw_buffer* picture, int* lines) {
    struct tw_buffer out = {0};
    if (*lines > 0) tw_buffer_append_format(&out, "\033[%dA", *lines);
    tw_buffer_append_text(&out, "\r\033[J\033[?7l");
    *lines = append_lines(&out, picture, rows_of_terminal() - 1);
    tw_buffer_append_text(&out, "\033[?7h");
    return emit(&out);
}

/// The table, or why there is none.
static void append_picture(struct cli* cli, struct tw_buffer* picture) {
    struct status_list list;
    if (try_status(cli, &list, NULL) == tokenward_ok) {
        append_status(picture, &list);
        if (list.identities == NULL)
            tw_buffer_append_text(picture, "there is no identity that you may use\n");
    } else {
        const tokenward_problem* problem = last_problem(cli);
        append_clean(picture, *problem->detail != '\0' ? problem->detail : problem->title);
        tw_buffer_append_text(picture, "\n");
    }
    tw_arena_free(&cli->arena);
    cli->arena = (struct tw_arena){NULL};
}

int watch_status(struct cli* cli) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = end};
    const struct timespec pause = {.tv_sec = refresh_s};
    sigset_t held, before;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; ++i) {
        sigaddset(&held, ends[i]);
        sigaction(ends[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &held, &before); // delivered only while ppoll() waits, so that none is missed
    int lines = 0, status = exit_done;
    while (!ended && status == exit_done) {
        struct tw_buffer picture = {0};
        append_picture(cli, &picture);
        status = draw(&picture, &lines);
        tw_buffer_free(&picture);
        if (status == exit_done && ppoll(NULL, 0, &pause, &before) < 0 && errno != EINTR)
            status = exit_broken;
    }
    return status;
}
