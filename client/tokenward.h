/// libtokenward: tokens from the Tokenward daemon of this machine, over its Unix socket. For C and C++.
///
///     tokenward_client* client;
///     tokenward_token* token;
///     int error = tokenward_open(NULL, &client);
///     if (error == 0) error = tokenward_get(client, "ci", "eu-de", NULL, &token);
///     if (error == 0) { call_the_service(token->token); tokenward_token_free(token); }
///
/// Functions that can fail return 0 (`tokenward_ok`) or one of `enum tokenward_error`, and leave their
/// results untouched when they fail; tokenward_last_problem() says more. No function raises a signal, prints,
/// or changes the process's locale, environment or signal handlers.
///
/// A handle may be used by several threads at once: each call has a connection to itself while it lasts, so
/// that a long watch holds up nobody. It survives fork(): the child connects anew by itself, and what is
/// under way in other threads of the parent is not disturbed. Only tokenward_close() must be the last call on
/// its handle.
/// A connection that the daemon had closed, as in a restart, is opened anew once. A daemon that is not there
/// is waited for as tokenward_set_start_wait() says.
///
/// Texts are UTF-8 and end with a NUL. Structures that the library hands out may grow at their end in
/// later versions; structures that the caller fills begin with their size for the same reason.
#ifndef TOKENWARD_H
#define TOKENWARD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOKENWARD_API __attribute__((visibility("default")))

/// What went wrong. The numbers are part of the ABI: new ones are added, none is ever changed.
enum tokenward_error {
    tokenward_again = -1, ///< no error: a call of the non-blocking form is still under way
    tokenward_ok = 0,

    // The daemon's own codes: "urn:tokenward:CODE" of its answer.
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

    // What the client finds by itself.
    tokenward_error_no_daemon = 64,       ///< nobody listens at the socket
    tokenward_error_socket_denied = 65,   ///< the socket's permissions keep this process out
    tokenward_error_connection_lost = 66, ///< the daemon hung up in the middle of an answer
    tokenward_error_deadline = 67,        ///< the call's own deadline is over
    tokenward_error_protocol = 68, ///< the daemon's answer makes no sense to this version of the library
    tokenward_error_invalid_argument = 69, ///< the call itself is wrong; nothing was sent
    tokenward_error_no_memory = 70,        ///< memory, file descriptors or threads ran out
    tokenward_error_other = 71,   ///< the daemon is newer and names an error that this version does not know
    tokenward_error_not_held = 72 ///< the process keeps no valid token at the moment
};

/// The way to one daemon: its socket, the connections to it, and the tokens that are kept.
typedef struct tokenward_client tokenward_client;

/// What is known about the last error of a call. Never holds a token or a secret.
typedef struct tokenward_problem {
    int error;          ///< enum tokenward_error; tokenward_ok if the last call succeeded
    int http_status;    ///< of the daemon's answer; 0 if there was none
    long retry_after;   ///< seconds after which asking again makes sense; -1 = not said
    const char* title;  ///< one line, the same for each occurrence of the error
    const char* detail; ///< what happened, to whom, what to do; may be empty
} tokenward_problem;

/// A token and what belongs to it. Made by the library only; tokenward_token_free() ends it.
typedef struct tokenward_token {
    const char* token;       ///< the secret itself, for the header `X-Auth-Token`
    size_t token_size;       ///< in bytes, without the NUL
    const char* fingerprint; ///< "sha256:" and 16 hex digits: names the token in reports and logs
    const char* identity;    ///< as the daemon calls it
    const char* scope;       ///< as the daemon calls it; a named scope by its name
    const char* issued_at;   ///< RFC 3339, the IAM's clock; empty if the daemon did not say
    const char* expires_at;  ///< RFC 3339, the IAM's clock; empty if the daemon did not say
    long long expires_in;    ///< whole seconds that were left when the daemon answered
    const char* document;    ///< the whole answer as JSON, the token included
    size_t document_size;    ///< in bytes, without the NUL
} tokenward_token;

/// How to get a token. Begin with TOKENWARD_GET_OPTIONS_INIT and change what matters.
typedef struct tokenward_get_options {
    size_t size;   ///< sizeof(tokenward_get_options) of the caller
    long min_ttl;  ///< seconds that the token must still be valid, else a new one is fetched; 0 = any valid
                   ///< token
    long max_wait; ///< seconds after which the daemon gives up; negative = from deadline_ms, else its default
                   ///< (30)
    int deadline_ms; ///< milliseconds for the whole call; 0 or less = max_wait and 5 s more
} tokenward_get_options;

// clang-format off
#define TOKENWARD_GET_OPTIONS_INIT {sizeof(tokenward_get_options), 0, -1, -1}
// clang-format on

/// What the daemon made of a report. New verdicts of a newer daemon come as tokenward_verdict_other.
enum tokenward_verdict {
    tokenward_verdict_other = 0,
    tokenward_verdict_invalidated = 1, ///< the token is gone: get a new one and repeat the call once
    tokenward_verdict_already_replaced =
        2, ///< there is a newer token already: get it and repeat the call once
    tokenward_verdict_not_about_the_token =
        3,                       ///< a new token would not help: look at the request or its rights
    tokenward_verdict_damped = 4 ///< refused again and again: no new login for now
};

/// Room for a fingerprint with its NUL, in this and all later versions.
#define TOKENWARD_FINGERPRINT_SIZE 64

/// For every `deadline_ms`: 0 or less stands for this many milliseconds.
#define TOKENWARD_DEFAULT_DEADLINE_MS 35000

/// Opens a handle on the daemon at `socket`; NULL or "" = $TOKENWARD_SOCKET, else
/// $XDG_RUNTIME_DIR/tokenward/tokenward.sock if it exists, else /run/tokenward/tokenward.sock.
/// Does not connect: the first request does, so a daemon that isn't there is an error of that request.
/// Errors: invalid_argument (the path is too long for a Unix socket), no_memory.
TOKENWARD_API int tokenward_open(const char* socket, tokenward_client** client);

/// Ends what is kept, closes the connections, wipes and frees the handle. NULL is allowed. Tokens from it
/// stay valid; pending calls must have been freed before.
TOKENWARD_API void tokenward_close(tokenward_client* client);

/// The path of the daemon's socket; valid as long as the handle.
TOKENWARD_API const char* tokenward_socket(const tokenward_client* client);

/// For how many `milliseconds` a call waits for a daemon that is not there (it is starting or being
/// restarted) before it fails with no_daemon; never longer than its deadline. 0: not at all. Negative, as at
/// first: up to the deadline of a call that was given one in `deadline_ms`, and not at all in other calls.
TOKENWARD_API void tokenward_set_start_wait(tokenward_client* client, int milliseconds);

/// Gets the token of `identity` for `scope` (a configured name, project:NAME, project_id:ID, domain:NAME,
/// domain_id:ID or unscoped; at most 255 bytes each). `options` may be NULL. On success `*token` belongs to
/// the caller. Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_get(tokenward_client* client, const char* identity, const char* scope,
                                const tokenward_get_options* options, tokenward_token** token);

/// Has a new token fetched now, and swapped in when it is there (the verb `manage` is needed). `token` may be
/// NULL if the caller does not want it. Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_renew(tokenward_client* client, const char* identity, const char* scope,
                                  int deadline_ms, tokenward_token** token);

/// Wipes and frees a token. NULL is allowed.
TOKENWARD_API void tokenward_token_free(tokenward_token* token);

/// Tells the daemon what a service said to the token called `fingerprint`: its HTTP `status` (100 to 599) and
/// the `body` of its answer as it came (any bytes, `body_size` of them, NULL if 0; the daemon reads about its
/// first 48 KiB). The daemon judges whether the token was to blame. On success `*verdict` is an enum
/// tokenward_verdict, and `current` (NULL, or TOKENWARD_FINGERPRINT_SIZE bytes) names the token held now, ""
/// if there is none. Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_report(tokenward_client* client, const char* identity, const char* scope,
                                   const char* fingerprint, int status, const void* body, size_t body_size,
                                   int deadline_ms, int* verdict, char* current);

/// Has the token dropped: it is never served again. With a `fingerprint` only if that one is still the
/// current one, else nothing happens and the error is precondition_failed; NULL = whichever is held. Errors:
/// any of enum tokenward_error; too_many_requests while invalidations are damped.
TOKENWARD_API int tokenward_invalidate(tokenward_client* client, const char* identity, const char* scope,
                                       const char* fingerprint, int deadline_ms);

/// Waits for another token than the one called `fingerprint`: answers as soon as the daemon's current token
/// of `identity` for `scope` is another one, and with `*token` NULL once `wait_s` seconds (0 to 300) are over
/// without a change; NULL as fingerprint = none is known: answers at once. A loop of these, each with the
/// fingerprint of the token before, sees every token there is, and never spins: a daemon of an older version
/// that can't hold an answer is asked once a second. `deadline_ms` is for the whole call; 0 or less = 5 s
/// more than `wait_s`, or TOKENWARD_DEFAULT_DEADLINE_MS if that is longer. On success a token in `*token`
/// belongs to the caller. Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_watch(tokenward_client* client, const char* identity, const char* scope,
                                  const char* fingerprint, int wait_s, int deadline_ms,
                                  tokenward_token** token);

/// Looks up in the catalog of `scope` where `service` is (a type or a name, such as "compute"), for an
/// `interface` and a `region` (NULL = those of the identity, else "public" and any). On success `*url` is the
/// caller's, to be freed with tokenward_free_text(). Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_endpoint(tokenward_client* client, const char* identity, const char* scope,
                                     const char* service, const char* interface, const char* region,
                                     int deadline_ms, char** url);

/// Sends a request of tokenward-api(7) for which there is no function here: `method` such as "GET", `path`
/// such as
/// "/v1/status", percent-encoded, `body` JSON or NULL. On success `*text` is the body of the answer, to be
/// freed with tokenward_free_text(); `text` may be NULL. Errors: any of enum tokenward_error.
TOKENWARD_API int tokenward_request(tokenward_client* client, const char* method, const char* path,
                                    const char* body, int deadline_ms, char** text);

/// A token that is kept in the process and always the current one.
typedef struct tokenward_kept tokenward_kept;

/// Keeps the token of `identity` for `scope` in the process from now on: a thread of the library's own
/// watches it, through restarts of the daemon too. Does not wait for the first one: tokenward_kept_wait()
/// does. All functions for `*kept` may be called by several threads at once, tokenward_kept_end() last; it
/// ends with its handle at the latest. Errors: invalid_argument, no_memory (also: no thread).
TOKENWARD_API int tokenward_keep(tokenward_client* client, const char* identity, const char* scope,
                                 tokenward_kept** kept);

/// Copies the kept token and a NUL to `token` (`size` bytes of room), its length to `*token_size` and its
/// fingerprint to `fingerprint` (TOKENWARD_FINGERPRINT_SIZE bytes); the last two may be NULL. Neither waits,
/// nor locks, nor makes a system call, and does not change tokenward_last_problem(). Never gives an expired
/// token, nor one that was reported or invalidated through the same handle, from the beginning of that call
/// on; if the daemon holds the report for unfounded, the token comes back.
///
/// Errors: too_large (`*token_size` and 1 more is what `size` must be), not_held, or why the daemon could not
/// give one. In a child of fork() the first call starts the thread anew, and waits up to a second for it.
TOKENWARD_API int tokenward_kept_get(tokenward_kept* kept, char* token, size_t size, size_t* token_size,
                                     char* fingerprint);

/// Waits until a valid token is kept. Errors: what the daemon last said, or deadline; denied and
/// unknown_identity at once.
TOKENWARD_API int tokenward_kept_wait(tokenward_kept* kept, int deadline_ms);

/// Ends the thread, wipes and frees. NULL is allowed. Waits for the thread, which takes no longer than it
/// needs to notice.
TOKENWARD_API void tokenward_kept_end(tokenward_kept* kept);

/// A call of the non-blocking form, for event loops. One thread at a time may use it. In a child of fork() it
/// ends with connection_lost.
///
///     int error = tokenward_start_get(client, "ci", "eu-de", NULL, &pending);
///     while (error == 0 && (error = tokenward_pending_advance(pending)) == tokenward_again) {
///         struct pollfd entry = {tokenward_pending_fd(pending), (short)tokenward_pending_events(pending),
///         0}; error = 0; poll(&entry, 1, tokenward_pending_timeout(pending)); // among the loop's others
///     }
///     if (error == 0) token = tokenward_pending_token(pending);
///     tokenward_pending_free(pending);
typedef struct tokenward_pending tokenward_pending;

/// Begin tokenward_get(), tokenward_watch() and tokenward_report(): they take the same arguments, copy what
/// they need, and send nothing before the first tokenward_pending_advance(). On success `*pending` is the
/// caller's. Errors: invalid_argument, no_memory.
TOKENWARD_API int tokenward_start_get(tokenward_client* client, const char* identity, const char* scope,
                                      const tokenward_get_options* options, tokenward_pending** pending);
TOKENWARD_API int tokenward_start_watch(tokenward_client* client, const char* identity, const char* scope,
                                        const char* fingerprint, int wait_s, int deadline_ms,
                                        tokenward_pending** pending);
TOKENWARD_API int tokenward_start_report(tokenward_client* client, const char* identity, const char* scope,
                                         const char* fingerprint, int status, const void* body,
                                         size_t body_size, int deadline_ms, tokenward_pending** pending);

/// Goes on as far as is possible without waiting. Returns tokenward_again, and then tokenward_pending_fd(),
/// _events() and _timeout() say anew what to wait for; or how the call has ended, and then the same for ever.
/// tokenward_last_problem() says more until the thread's next call.
TOKENWARD_API int tokenward_pending_advance(tokenward_pending* pending);

/// The file descriptor to wait for; -1 = there is none just now, time alone counts. It may be another one
/// after each step, and must not be used for anything else.
TOKENWARD_API int tokenward_pending_fd(const tokenward_pending* pending);

/// What to wait for, as poll(2) has it: POLLIN or POLLOUT; 0 = for time alone.
TOKENWARD_API int tokenward_pending_events(const tokenward_pending* pending);

/// Milliseconds after which to advance even if the file descriptor stays silent; 0 = at once.
TOKENWARD_API int tokenward_pending_timeout(const tokenward_pending* pending);

/// Takes the token of a get or a watch that ended well, which then belongs to the caller; NULL = there is
/// none, or it was taken, or the watch saw no change.
TOKENWARD_API tokenward_token* tokenward_pending_token(tokenward_pending* pending);

/// The verdict of a report that ended well, and `current` as in tokenward_report().
TOKENWARD_API int tokenward_pending_verdict(const tokenward_pending* pending, char* current);

/// Gives up a call that is under way, and frees it. NULL is allowed.
TOKENWARD_API void tokenward_pending_free(tokenward_pending* pending);

/// Wipes and frees a text that the library handed out. NULL is allowed.
TOKENWARD_API void tokenward_free_text(char* text);

/// Gives the daemon a person's MFA `passcode` for `identity` (digits, without spaces), with which it logs in
/// at once (the verb `manage` is needed). A passcode is good for one login, so it is sent once and never
/// again: after connection_lost or deadline nobody knows whether it was used, and the next one is to be
/// taken. The handle's copies are wiped before the call returns; `passcode` itself is the caller's to wipe.
/// Errors: any of enum tokenward_error; credential_rejected if the IAM refuses it, bad_request if the
/// identity takes none.
TOKENWARD_API int tokenward_passcode(tokenward_client* client, const char* identity, const char* passcode,
                                     int deadline_ms);

/// More about the calling thread's last call, if it was on this handle, else as if nothing had gone wrong.
/// Valid until the thread's next call on any handle; other threads neither see nor change it.
TOKENWARD_API const tokenward_problem* tokenward_last_problem(const tokenward_client* client);

/// One line of English for an error, static; also for numbers that this version does not know.
TOKENWARD_API const char* tokenward_strerror(int error);

/// The name of an error as in the daemon's URNs ("iam_unavailable"), static; "other" if it is not known.
TOKENWARD_API const char* tokenward_error_name(int error);

/// The version of the library, such as "0.1.0"; static.
TOKENWARD_API const char* tokenward_version(void);

#ifdef __cplusplus
}
#endif

#endif
