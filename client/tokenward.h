/// libtokenward: gets tokens from the Tokenward daemon of this machine over its Unix socket. For C and C++.
///
///     tokenward_client* client;
///     tokenward_token* token;
///     int error = tokenward_open(NULL, &client);
///     if (error == 0) error = tokenward_get(client, "ci", "eu-de", NULL, &token);
///     if (error == 0) { call_the_service(token->token); tokenward_token_free(token); }
///
/// Functions that can fail return 0 (`tokenward_ok`) or one of `enum tokenward_error`. When they fail, they
/// leave their results unchanged, and tokenward_last_problem() says more. "Errors: any" means all of them.
/// No function raises a signal, prints, or changes the locale, the environment or the signal handlers of the
/// process.
///
/// Several threads may use a handle at once: each call has its own connection, so a long watch delays nobody.
/// A handle survives fork(): the child connects anew, and calls of other threads in the parent are not
/// disturbed. Only tokenward_close() must be the last call on its handle. If the daemon has closed a
/// connection, as in a restart, a new one is opened once. tokenward_set_start_wait() sets how long a daemon
/// that is not there is waited for.
///
/// Texts are UTF-8 and end with a NUL. Structures that the library returns may get members at their end in
/// later versions; structures that the caller fills in begin with their size for the same reason.
#ifndef TOKENWARD_H
#define TOKENWARD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOKENWARD_API __attribute__((visibility("default")))

/// What went wrong. The numbers are part of the ABI: new ones are added, none is ever changed.
enum tokenward_error {
    tokenward_again = -1, ///< no error: a non-blocking call is still under way
    tokenward_ok = 0,

    // Found by the daemon: "urn:tokenward:CODE" in its answer.
    tokenward_error_bad_request = 1,
    tokenward_error_denied = 2,
    tokenward_error_unknown_scope = 3,
    tokenward_error_no_such_resource = 4,
    tokenward_error_unknown_identity = 5,
    tokenward_error_not_found = 6,
    tokenward_error_method_not_allowed = 7,
    tokenward_error_not_acceptable = 8,
    tokenward_error_request_timeout = 9,
    tokenward_error_passcode_required = 10,
    tokenward_error_precondition_failed = 11,
    tokenward_error_too_large = 12,
    tokenward_error_unsupported_media_type = 13,
    tokenward_error_credential_rejected = 14,
    tokenward_error_too_many_requests = 15,
    tokenward_error_internal = 16,
    tokenward_error_iam_protocol = 17,
    tokenward_error_iam_unavailable = 18,
    tokenward_error_timeout = 19,
    tokenward_error_not_implemented = 20,

    // Found by the library.
    tokenward_error_no_daemon = 64,        ///< nobody listens at the socket
    tokenward_error_socket_denied = 65,    ///< the socket's permissions keep this process out
    tokenward_error_connection_lost = 66,  ///< the daemon hung up in the middle of an answer
    tokenward_error_deadline = 67,         ///< the call's own deadline is over
    tokenward_error_protocol = 68,         ///< this version can't read the daemon's answer
    tokenward_error_invalid_argument = 69, ///< the call itself is wrong; nothing was sent
    tokenward_error_no_memory = 70,        ///< memory, file descriptors or threads ran out
    tokenward_error_other = 71,            ///< an error of a newer daemon, which this version does not know
    tokenward_error_not_held = 72          ///< the process keeps no valid token at the moment
};

/// A handle: the daemon's socket, the connections to it, and the kept tokens.
typedef struct tokenward_client tokenward_client;

/// What is known about the last error of a call. Never holds a token or a secret.
typedef struct tokenward_problem {
    int error;          ///< enum tokenward_error; tokenward_ok if the last call succeeded
    int http_status;    ///< of the daemon's answer; 0 if there was none
    long retry_after;   ///< seconds to wait before asking again; -1 = not known
    const char* title;  ///< one line, always the same for an error
    const char* detail; ///< what happened, to whom, what to do; may be empty
} tokenward_problem;

/// A token and what is known of it. Only the library makes it; tokenward_token_free() frees it.
typedef struct tokenward_token {
    const char* token;       ///< the secret itself, for the header `X-Auth-Token`
    size_t token_size;       ///< in bytes, without the NUL
    const char* fingerprint; ///< "sha256:" and 16 hex digits; identifies the token in reports and logs
    const char* identity;    ///< its name in the daemon's configuration
    const char* scope;       ///< its configured name, or as it was asked for
    const char* issued_at;   ///< RFC 3339, by the IAM's clock; empty if not known
    const char* expires_at;  ///< RFC 3339, by the IAM's clock; empty if not known
    long long expires_in;    ///< whole seconds left when the daemon answered
    const char* document;    ///< the whole answer as JSON, including the token
    size_t document_size;    ///< in bytes, without the NUL
} tokenward_token;

/// How to get a token. Begin with TOKENWARD_GET_OPTIONS_INIT and change what matters.
typedef struct tokenward_get_options {
    size_t size;     ///< sizeof(tokenward_get_options) of the caller
    long min_ttl;    ///< seconds for which the token must still be valid; 0 = any valid token
    long max_wait;   ///< seconds after which the daemon gives up; negative = from deadline_ms, else 30
    int deadline_ms; ///< milliseconds for the whole call; 0 or less = max_wait and 5 s more
} tokenward_get_options;

// clang-format off
#define TOKENWARD_GET_OPTIONS_INIT {sizeof(tokenward_get_options), 0, -1, -1}
// clang-format on

/// What the daemon decided about a report. A verdict of a newer daemon is tokenward_verdict_other.
enum tokenward_verdict {
    tokenward_verdict_other = 0,
    tokenward_verdict_invalidated = 1,         ///< the token is gone: get a new one, repeat the call once
    tokenward_verdict_already_replaced = 2,    ///< there is a newer token: get it, repeat the call once
    tokenward_verdict_not_about_the_token = 3, ///< a new token would not help: check request and rights
    tokenward_verdict_damped = 4               ///< refused repeatedly: no new login for now
};

/// Room for a fingerprint and its NUL, in this and all later versions.
#define TOKENWARD_FINGERPRINT_SIZE 64

/// The default of every `deadline_ms`, in milliseconds: 0 or less means this.
#define TOKENWARD_DEFAULT_DEADLINE_MS 35000

/// Opens a handle on the daemon at `socket`; NULL or "" = $TOKENWARD_SOCKET, else
/// $XDG_RUNTIME_DIR/tokenward/tokenward.sock if it exists, else /run/tokenward/tokenward.sock.
/// Does not connect. The first request does, so a daemon that is not there is an error of that request.
/// Errors: invalid_argument (the path is too long for a Unix socket), no_memory.
TOKENWARD_API int tokenward_open(const char* socket, tokenward_client** client);

/// Ends the kept tokens, closes the connections, wipes and frees the handle. NULL is allowed. Tokens from it
/// stay valid. Pending calls must have been freed before.
TOKENWARD_API void tokenward_close(tokenward_client* client);

/// The path of the daemon's socket; valid as long as the handle.
TOKENWARD_API const char* tokenward_socket(const tokenward_client* client);

/// For how many `milliseconds` a call waits for a daemon that is not there, because it is starting or
/// restarting, before it fails with no_daemon; never longer than its deadline. 0: not at all. Negative, the
/// default: until the deadline if the call was given one in `deadline_ms`, else not at all.
TOKENWARD_API void tokenward_set_start_wait(tokenward_client* client, int milliseconds);

/// Gets the token of `identity` for `scope` (a configured name, project:NAME, project_id:ID, domain:NAME,
/// domain_id:ID or unscoped; at most 255 bytes each). `options` may be NULL. On success `*token` belongs to
/// the caller. Errors: any.
TOKENWARD_API int tokenward_get(tokenward_client* client, const char* identity, const char* scope,
                                const tokenward_get_options* options, tokenward_token** token);

/// Has the daemon fetch a new token now and replace the old one with it (needs the verb `manage`). `token`
/// may be NULL. Errors: any.
TOKENWARD_API int tokenward_renew(tokenward_client* client, const char* identity, const char* scope,
                                  int deadline_ms, tokenward_token** token);

/// Wipes and frees a token. NULL is allowed.
TOKENWARD_API void tokenward_token_free(tokenward_token* token);

/// Reports to the daemon that a service refused the token `fingerprint`: the HTTP `status` (100 to 599) and
/// the `body` of the service's answer, unchanged (any bytes; NULL if `body_size` is 0; the daemon reads about
/// the first 48 KiB). The daemon decides whether the token was the reason. On success `*verdict` is an enum
/// tokenward_verdict, and `current` (NULL, or TOKENWARD_FINGERPRINT_SIZE bytes) is the fingerprint of the
/// token that is held now, "" if there is none. Errors: any.
TOKENWARD_API int tokenward_report(tokenward_client* client, const char* identity, const char* scope,
                                   const char* fingerprint, int status, const void* body, size_t body_size,
                                   int deadline_ms, int* verdict, char* current);

/// Has the daemon drop the token: it is never served again. With a `fingerprint`, only if that is still the
/// current token; otherwise nothing happens and the error is precondition_failed. NULL = whichever is
/// current. Errors: any; too_many_requests while invalidations are damped.
TOKENWARD_API int tokenward_invalidate(tokenward_client* client, const char* identity, const char* scope,
                                       const char* fingerprint, int deadline_ms);

/// Waits until the daemon's token of `identity` for `scope` is another one than `fingerprint`, at most
/// `wait_s` seconds (0 to 300). Without a change in that time, it succeeds with `*token` NULL. With NULL as
/// `fingerprint` it returns at once. A loop of such calls, each with the fingerprint of the token before,
/// sees every token and never spins: an old daemon that does not support waiting is asked once a second.
/// `deadline_ms` is for the whole call; 0 or less = 5 s more than `wait_s`, but at least
/// TOKENWARD_DEFAULT_DEADLINE_MS. On success a token in `*token` belongs to the caller. Errors: any.
TOKENWARD_API int tokenward_watch(tokenward_client* client, const char* identity, const char* scope,
                                  const char* fingerprint, int wait_s, int deadline_ms,
                                  tokenward_token** token);

/// Gets the URL of `service` (a type or a name, such as "compute") from the catalog of `scope`, for an
/// `interface` and a `region` (NULL = those of the identity, else "public" and any). On success `*url`
/// belongs to the caller, who frees it with tokenward_free_text(). Errors: any.
TOKENWARD_API int tokenward_endpoint(tokenward_client* client, const char* identity, const char* scope,
                                     const char* service, const char* interface, const char* region,
                                     int deadline_ms, char** url);

/// Sends a request of tokenward-api(7) that has no function here: `method` such as "GET", `path` such as
/// "/v1/status", percent-encoded, `body` JSON or NULL. On success `*text` is the body of the answer and
/// belongs to the caller, who frees it with tokenward_free_text(); `text` may be NULL. Errors: any.
TOKENWARD_API int tokenward_request(tokenward_client* client, const char* method, const char* path,
                                    const char* body, int deadline_ms, char** text);

/// A token that is kept in the process, and is always the current one.
typedef struct tokenward_kept tokenward_kept;

/// Keeps the token of `identity` for `scope` in the process from now on: a thread of the library watches it,
/// also through restarts of the daemon. Does not wait for the first token; tokenward_kept_wait() does.
/// Several threads may call the functions for `*kept` at once; tokenward_kept_end() must be the last. It ends
/// with its handle at the latest. Errors: invalid_argument, no_memory (also if the thread can't be started).
TOKENWARD_API int tokenward_keep(tokenward_client* client, const char* identity, const char* scope,
                                 tokenward_kept** kept);

/// Copies the kept token and a NUL to `token` (`size` bytes), its length to `*token_size` and its fingerprint
/// to `fingerprint` (TOKENWARD_FINGERPRINT_SIZE bytes); the last two may be NULL. Does not wait, lock, make a
/// system call or change tokenward_last_problem(). Never gives an expired token, nor one that was reported or
/// invalidated through the same handle, from the beginning of that call; if the daemon finds the report
/// unfounded, the token is given again. In a child of fork() the first call starts the thread anew, and waits
/// up to a second for it. Errors: too_large (`size` must be at least `*token_size` + 1), not_held, or why the
/// daemon could not give a token.
TOKENWARD_API int tokenward_kept_get(tokenward_kept* kept, char* token, size_t size, size_t* token_size,
                                     char* fingerprint);

/// Waits until a valid token is kept. Errors: the daemon's last error, or deadline; denied and
/// unknown_identity at once.
TOKENWARD_API int tokenward_kept_wait(tokenward_kept* kept, int deadline_ms);

/// Ends the thread, waits until it has ended, wipes and frees. NULL is allowed.
TOKENWARD_API void tokenward_kept_end(tokenward_kept* kept);

/// A non-blocking call, for event loops. One thread at a time may use it. In a child of fork() it ends with
/// connection_lost.
///
///     int error = tokenward_start_get(client, "ci", "eu-de", NULL, &pending);
///     while (error == 0 && (error = tokenward_pending_advance(pending)) == tokenward_again) {
///         struct pollfd entry = {tokenward_pending_fd(pending), (short)tokenward_pending_events(pending)};
///         poll(&entry, 1, tokenward_pending_timeout(pending)); // together with the others of the loop
///         error = 0;
///     }
///     if (error == 0) token = tokenward_pending_token(pending);
///     tokenward_pending_free(pending);
typedef struct tokenward_pending tokenward_pending;

/// Begin tokenward_get(), tokenward_watch() and tokenward_report(). They take the same arguments, copy what
/// they need, and send nothing before the first tokenward_pending_advance(). On success `*pending` belongs to
/// the caller. Errors: invalid_argument, no_memory.
TOKENWARD_API int tokenward_start_get(tokenward_client* client, const char* identity, const char* scope,
                                      const tokenward_get_options* options, tokenward_pending** pending);
TOKENWARD_API int tokenward_start_watch(tokenward_client* client, const char* identity, const char* scope,
                                        const char* fingerprint, int wait_s, int deadline_ms,
                                        tokenward_pending** pending);
TOKENWARD_API int tokenward_start_report(tokenward_client* client, const char* identity, const char* scope,
                                         const char* fingerprint, int status, const void* body,
                                         size_t body_size, int deadline_ms, tokenward_pending** pending);

/// Goes on as far as possible without waiting. While it returns tokenward_again, tokenward_pending_fd(),
/// _events() and _timeout() say what to wait for next. Any other value is how the call has ended; later calls
/// return it again. tokenward_last_problem() says more until the thread's next call.
TOKENWARD_API int tokenward_pending_advance(tokenward_pending* pending);

/// The file descriptor to wait for; -1 = none, wait only for the timeout. It may change after each step, and
/// must not be used for anything else.
TOKENWARD_API int tokenward_pending_fd(const tokenward_pending* pending);

/// The events of poll(2) to wait for: POLLIN or POLLOUT; 0 = only the timeout.
TOKENWARD_API int tokenward_pending_events(const tokenward_pending* pending);

/// Milliseconds after which to advance even without an event; 0 = at once.
TOKENWARD_API int tokenward_pending_timeout(const tokenward_pending* pending);

/// Takes the token of a get or a watch that succeeded; it then belongs to the caller. NULL = there is none,
/// or it was taken before, or the watch saw no change.
TOKENWARD_API tokenward_token* tokenward_pending_token(tokenward_pending* pending);

/// The verdict of a report that succeeded, and `current` as in tokenward_report().
TOKENWARD_API int tokenward_pending_verdict(const tokenward_pending* pending, char* current);

/// Ends a call if it is still under way, and frees it. NULL is allowed.
TOKENWARD_API void tokenward_pending_free(tokenward_pending* pending);

/// Wipes and frees a text that the library returned. NULL is allowed.
TOKENWARD_API void tokenward_free_text(char* text);

/// Gives the daemon a person's MFA `passcode` for `identity` (digits, without spaces), and has it log in at
/// once (needs the verb `manage`). A passcode is good for one login, so it is never sent twice: after
/// connection_lost or deadline it is not known whether it was used, and the next one must be taken. The
/// handle's copies are wiped before the call returns; the caller wipes `passcode`. Errors: any;
/// credential_rejected if the IAM refuses the passcode, bad_request if the identity takes none.
TOKENWARD_API int tokenward_passcode(tokenward_client* client, const char* identity, const char* passcode,
                                     int deadline_ms);

/// More about the calling thread's last call, if that was on this handle; otherwise as if it had succeeded.
/// Valid until the thread's next call on any handle. Other threads neither see nor change it.
TOKENWARD_API const tokenward_problem* tokenward_last_problem(const tokenward_client* client);

/// One line of English for an error; static. Also for numbers that this version does not know.
TOKENWARD_API const char* tokenward_strerror(int error);

/// The name of an error as in the daemon's URNs ("iam_unavailable"), "other" if it is not known; static.
TOKENWARD_API const char* tokenward_error_name(int error);

/// The version of the library, such as "0.1.0"; static.
TOKENWARD_API const char* tokenward_version(void);

#ifdef __cplusplus
}
#endif

#endif
