// What the parts of the command `tokenward` share.
#ifndef TOKENWARD_CLIENT_CLI_CLI_H
#define TOKENWARD_CLIENT_CLI_CLI_H

#include "client/bytes/arena.h"
#include "client/call/call.h"
#include "client/call/problem.h"

#include <getopt.h>

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
    const char* identity; ///< what the run is about, for messages too; NULL before it is known
    const char* scope;
    bool ignored_sigpipe;  ///< whether who started this process had SIGPIPE ignored
    struct tw_arena arena; ///< for what lives until the end of the run
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

/// The next option of the command, -1 after the last. Deals with COMMON_OPTIONS and with errors by itself.
int next_option(struct cli* cli, const char* short_options, const struct option* long_options);

/// What getopt has just found to be no option, as it stands on the command line; `name` is room for it.
const char* wrong_option(const struct cli* cli, char name[3]);

/// The value of an option that is a whole number from `least` to `most`; anything else is a usage error.
long option_number(struct cli* cli, const char* option, long least, long most);

/// The place of the value of an option in `choices`, which end with NULL; anything else is a usage error.
int option_choice(struct cli* cli, const char* option, const char* const* choices);

/// Opens the handle, or ends the process with a message.
void open_handle(struct cli* cli);

/// Ends the options: opens the handle. Leaves the command's operands at argv[optind]; more or fewer than
/// `operands` of them is a usage error.
void end_options(struct cli* cli, int operands);

/// Says what is wrong with the command line, and ends the process.
_Noreturn void usage_error(struct cli* cli, const char* format, ...) __attribute__((format(printf, 2, 3)));

// ask.c

/// A request of the command's own.
struct question {
    const char* method;
    const char* path;
    const char* body; ///< JSON; NULL = none
    int deadline_ms;  ///< 0 = the stub's default
};

/// A deadline for what the daemon knows without asking the IAM: if it takes longer, something is wrong there.
enum { known_at_once_ms = 5000 };

struct tw_field;

/// Asks the daemon. `reply` gets the body of the answer; NULL = it does not matter. Returns an exit status,
/// with a message if it isn't exit_done.
int ask(struct cli* cli, const struct question* question, struct tw_buffer* reply);

/// The same without a message; returns an enum tokenward_error.
int ask_quietly(struct cli* cli, const struct question* question, struct tw_buffer* reply);

/// Fills a structure from the reply; its texts live in the run's arena. Returns an enum tokenward_error.
int understand(struct cli* cli, const struct question* question, const struct tw_buffer* reply,
               const struct tw_field* fields, void* structure);

/// After not_found: says that the daemon is too old for this command, or too new, and which version it has;
/// or what it has not found, if it is of our version.
void say_daemon_lacks(struct cli* cli);

// target.c

/// Understands the operand [IDENTITY/]SCOPE; fills in `identity` and `scope`. Returns an exit status.
int take_target(struct cli* cli, const char* operand);

/// Whether `text` may be the name of an identity, as the daemon has it: [A-Za-z0-9._-]{1,64}.
bool is_identity(const char* text);

// helper.c

/// Becomes a helper program (libexec) with these arguments. Returns an exit status if that can't be.
int run_helper(const char* name, char** argv);

// output.c

/// Puts something in the place of each standard stream that is closed: a socket that took its number would be
/// written to in its place. To be called before anything is opened.
void occupy_closed_streams(void);

/// Writes to standard output, all or an error message; returns an exit status. Wipes and frees the buffer.
int emit(struct tw_buffer* out);

/// The same, but the buffer is emptied only, for more.
int emit_on(struct tw_buffer* out);

/// Writes all of it; false, with errno, if that can't be.
bool write_all(int fd, const char* bytes, size_t size);

/// Writes to standard error what the handle's last problem is and what can be done; returns the exit status.
int complain(struct cli* cli);

/// The same, with other words for what can be done; NULL = nothing to add.
int complain_with(const struct cli* cli, const char* advice);

/// What a person can do about a problem, for complain_with(); NULL = nothing to add.
const char* usual_advice(const tokenward_problem* problem);

/// The exit status for a problem.
int exit_status_of(const tokenward_problem* problem);

/// Writes a line to standard error: "tokenward: …".
void say(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// Appends text that others wrote, made harmless for a terminal: characters that control it, or that turn the
/// direction of writing, become '?'.
void append_clean(struct tw_buffer* out, const char* text);

#endif
