/* The one table of errors: code, HTTP status, exit status of the command line, and what it means.
 *
 * C, so that the client (which is C11 and knows neither Boost nor the daemon) and the daemon share it.
 * The URN of a code is "urn:tokenward:" and its name (RFC 9457, section 3.1.1).
 */
#ifndef TOKENWARD_COMMON_ERRORS_H
#define TOKENWARD_COMMON_ERRORS_H

/* X(code, http_status, exit_status, title) */
#define TOKENWARD_ERRORS(X)                                                                                  \
    X(bad_request, 400, 2, "the request is malformed")                                                       \
    X(denied, 403, 3, "this caller may not use this identity")                                               \
    X(unknown_scope, 404, 4, "no such scope")                                                                \
    X(no_such_resource, 404, 4, "the IAM grants no such project or domain")                                  \
    X(unknown_identity, 404, 4, "no such identity")                                                          \
    X(not_found, 404, 4, "no such path")                                                                     \
    X(method_not_allowed, 405, 2, "the path does not take this method")                                      \
    X(not_acceptable, 406, 2, "no form of the answer that the caller accepts")                               \
    X(request_timeout, 408, 2, "the request did not arrive in time")                                         \
    X(passcode_required, 409, 5, "a person's MFA code is needed")                                            \
    X(precondition_failed, 412, 2, "the token is no longer the one that was named")                          \
    X(too_large, 413, 2, "over a limit")                                                                     \
    X(unsupported_media_type, 415, 2, "a body of this type is not understood")                               \
    X(credential_rejected, 424, 6, "the IAM refused the credential")                                         \
    X(too_many_requests, 429, 7, "too many requests")                                                        \
    X(internal, 500, 9, "an error of Tokenward's own")                                                       \
    X(not_implemented, 501, 2, "a transfer coding or protocol that is not spoken here")                      \
    X(iam_protocol, 502, 8, "the IAM's answer makes no sense")                                               \
    X(iam_unavailable, 503, 7, "no valid token, and the IAM cannot give one now")                            \
    X(timeout, 504, 7, "no token in time")

#endif
