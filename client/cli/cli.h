// What the files of the command `tokenward` share.
#ifndef TOKENWARD_CLIENT_CLI_CLI_H
#define TOKENWARD_CLIENT_CLI_CLI_H

#include "client/bytes/arena.h"
#include "client/bytes/buffer.h"
#include "client/tokenward.h"

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

/// Exit statuses beside those of common/errors.h.
enum exit_status {
    exit_done = 0,
    exit_no_output = 1, ///< the answer came, but could not be written
    exit_usage = 2,
    exit_denied = 3,
    exit_later = 7,
    exit_broken = 9
};

struct command;

/// One run of the command.
struct cli {
    const struct command* command;
    const char* socket; ///< --socket; NULL = the default order
    int argc;           ///< of the command: argv[0] is its name
    char** argv;
    tokenward_client* client;
    const char* identity; ///< whose token the run is about; NULL before it is known
    const char* scope;
    bool ignored_sigpipe;      ///< whether SIGPIPE was ignored when this process was started
    tokenward_problem problem; ///< that the command found in the last answer by itself; error 0 = none
    struct tw_arena arena;     ///< for what lives until the end of the run
};

struct command {
    const char* name;
    const char* summary;
    const char* help; ///< fits a screen of 24 lines, 80 wide
    int (*run)(struct cli* cli);
    int usage_status; ///< exit status for a wrong command line; 0 = exit_usage
    bool hidden;      ///< for completions alone
};

int run_get(struct cli* cli);
int run_status(struct cli* cli);
int run_identities(struct cli* cli);
int run_invalidate(struct cli* cli);
int run_report(struct cli* cli);
int run_renew(struct cli* cli);
int run_login(struct cli* cli);
int run_config(struct cli* cli);
int run_run(struct cli* cli);
int run_watch(struct cli* cli);
int run_endpoint(struct cli* cli);
int run_request(struct cli* cli);
int run_explain(struct cli* cli);
int run_health(struct cli* cli);
int run_log_level(struct cli* cli);
int run_names(struct cli* cli);

extern const char get_help[], status_help[], identities_help[], invalidate_help[], report_help[],
    renew_help[], login_help[], config_help[], run_help[], watch_help[], endpoint_help[], request_help[],
    explain_help[], health_help[], log_level_help[], names_help[];

// options.c

/// Longer than any letter.
enum { option_socket = 1000 };

/// At the end of each command's table of long options.
#define COMMON_OPTIONS                                                                                       \
    {"socket", required_argument, NULL, option_socket}, {"help", no_argument, NULL, 'h'}, {                  \
        NULL, 0, NULL, 0                                                                                     \
    }

/// The next option of the command, -1 after the last. Handles COMMON_OPTIONS and errors itself.
int next_option(struct cli* cli, const char* short_options, const struct option* long_options);

/// The option that getopt has just rejected, as the command line has it; `name` is room for it.
const char* wrong_option(const struct cli* cli, char name[3]);

/// The value of an option that is a whole number from `least` to `most`; anything else is a usage error.
long option_number(struct cli* cli, const char* option, long least, long most);

/// The index of an option's value in `choices`, which end with NULL; any other value is a usage error.
int option_choice(struct cli* cli, const char* option, const char* const* choices);

/// Opens the handle, or ends the process with a message.
void open_handle(struct cli* cli);

/// Ends the options: opens the handle. Leaves the command's operands at argv[optind]; more or fewer than
/// `operands` of them is a usage error.
void end_options(struct cli* cli, int operands);

/// Writes what is wrong with the command line, and ends the process.
_Noreturn void usage_error(struct cli* cli, const char* format, ...) __attribute__((format(printf, 2, 3)));

// ask.c

/// A request for which the library has no function.
struct api_request {
    const char* method;
    const char* path;
    const char* body; ///< JSON; NULL = none
    int deadline_ms;  ///< 0 = the library's default
};

/// A deadline for what the daemon knows without asking the IAM.
enum { known_at_once_ms = 5000 };

struct tw_field;

/// Sends the request. `*reply` is the body of the answer, to be freed with tokenward_free_text(); NULL = it
/// is not wanted. Returns an enum tokenward_error.
int ask_daemon(struct cli* cli, const struct api_request* request, char** reply);

/// Fills in a structure from the reply; its texts live in the run's arena. Returns an enum tokenward_error.
int read_reply(struct cli* cli, const struct api_request* request, const char* reply,
               const struct tw_field* fields, void* structure);

/// The problem of the last request, whether the library or the command found it.
const tokenward_problem* last_problem(const struct cli* cli);

// complain.c

/// Writes the last problem and what can be done about it to standard error; returns the exit status.
int complain(struct cli* cli);

/// The same with other advice; NULL = none.
int complain_with(const struct cli* cli, const char* advice);

/// What a person can do about a problem, for complain_with(); NULL = nothing in particular.
const char* usual_advice(const tokenward_problem* problem);

/// The exit status for a problem.
int exit_status_of(const tokenward_problem* problem);

// target.c

/// Reads the operand [IDENTITY/]SCOPE into `identity` and `scope`. Returns an exit status.
int take_target(struct cli* cli, const char* operand);

/// Whether `text` may be the name of an identity: [A-Za-z0-9._-]{1,64}.
bool is_identity(const char* text);

// helper.c

/// Executes a helper program (libexec) in place of this one. Returns an exit status if it can't.
int run_helper(const char* name, char** argv);

// output.c

/// Opens /dev/null for each standard stream that is closed. Otherwise a socket could get its number, and be
/// written to. To be called before anything is opened.
void occupy_closed_streams(void);

/// Writes to standard output, all or an error message; returns an exit status. Wipes and frees the buffer.
int emit(struct tw_buffer* out);

/// The same, but the buffer is emptied only, for more.
int emit_on(struct tw_buffer* out);

/// Writes all of it; false, with errno, if it can't.
bool write_all(int fd, const char* bytes, size_t size);

/// Writes a line to standard error: "tokenward: …".
void say(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// Appends text from elsewhere, made safe for a terminal: control characters, and those that change the
/// direction of text, become '?'.
void append_clean(struct tw_buffer* out, const char* text);

#endif
