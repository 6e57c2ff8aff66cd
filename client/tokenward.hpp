/// libtokenward for C++17: the functions of tokenward.h as classes, header only.
///
///     tokenward::client client;
///     auto servers = tokenward::with_token(client, "ci", "eu-de", [](const tokenward::token& token) {
///         return call_the_service(token.value()); // something with .status and .body
///     });
///
/// Functions that fail throw tokenward::error or std::bad_alloc; a result that may be absent is a
/// std::optional. Objects can be moved. Several threads may use a client at once. A moved-from object can
/// only be destroyed or assigned to.
#ifndef TOKENWARD_HPP
#define TOKENWARD_HPP

#include <tokenward.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tokenward {

using milliseconds = std::chrono::milliseconds;

/// A call that failed; what() is the daemon's detail, or else the title.
class error : public std::runtime_error {
  public:
    error(int code, const tokenward_problem& problem)
        : std::runtime_error(*problem.detail != '\0' ? problem.detail : problem.title), x_code(code),
          x_http_status(problem.http_status), x_retry_after(problem.retry_after) {}

    explicit error(int code) : std::runtime_error(tokenward_strerror(code)), x_code(code) {}

    int code() const noexcept { return x_code; } ///< enum tokenward_error
    const char* name() const noexcept { return tokenward_error_name(x_code); }
    int http_status() const noexcept { return x_http_status; } ///< 0: the daemon gave no answer

    /// How long to wait before asking again, if the daemon said so.
    std::optional<std::chrono::seconds> retry_after() const noexcept {
        if (x_retry_after < 0) return std::nullopt;
        return std::chrono::seconds(x_retry_after);
    }

  private:
    int x_code;
    int x_http_status = 0;
    long x_retry_after = -1;
};

/// A token; it is wiped when it is destroyed.
class token {
  public:
    /// Takes over a token of tokenward.h. REQUIRES: it is not NULL.
    explicit token(tokenward_token* taken) noexcept : x_token(taken) {}

    std::string_view value() const noexcept { return {x_token->token, x_token->token_size}; } ///< the secret
    const char* c_str() const noexcept { return x_token->token; }
    std::string_view fingerprint() const noexcept { return x_token->fingerprint; }
    std::string_view identity() const noexcept { return x_token->identity; }
    std::string_view scope() const noexcept { return x_token->scope; }
    std::string_view issued_at() const noexcept { return x_token->issued_at; }
    std::string_view expires_at() const noexcept { return x_token->expires_at; }
    /// The time left when the daemon answered.
    std::chrono::seconds expires_in() const noexcept { return std::chrono::seconds(x_token->expires_in); }
    /// The daemon's whole answer as JSON, the secret included.
    std::string_view document() const noexcept { return {x_token->document, x_token->document_size}; }

    const tokenward_token* get() const noexcept { return x_token.get(); }

  private:
    struct freed {
        void operator()(tokenward_token* taken) const noexcept { tokenward_token_free(taken); }
    };
    std::unique_ptr<tokenward_token, freed> x_token;
};

/// The daemon's decision about a report.
struct verdict {
    int value;           ///< enum tokenward_verdict
    std::string current; ///< the fingerprint of the token held now; empty: none

    /// Whether the refused call may succeed with the token that is held now.
    bool worth_another_try() const noexcept {
        return value == tokenward_verdict_invalidated || value == tokenward_verdict_already_replaced;
    }
};

/// How to get a token; members that are not set have the daemon's defaults.
struct get_options {
    std::chrono::seconds min_ttl{0};
    std::optional<std::chrono::seconds> max_wait = std::nullopt;
    std::optional<milliseconds> deadline = std::nullopt;
};

/// A time for the C functions, limited to the range of int and at least `least`.
template <typename Rep, typename Period>
int in_int(std::chrono::duration<Rep, Period> time, int least = std::numeric_limits<int>::min()) {
    const auto most = static_cast<Rep>(std::numeric_limits<int>::max());
    return static_cast<int>(std::clamp(time.count(), static_cast<Rep>(least), most));
}

/// A deadline for the C functions; 0 = none.
inline int deadline_ms(std::optional<milliseconds> deadline) {
    return deadline ? in_int(*deadline, 1) : 0;
}

class kept_token;

/// A handle on the daemon.
class client {
  public:
    /// For the daemon at `socket`; if that is empty, at its usual path. Does not connect yet.
    explicit client(const std::string& socket = {}) {
        tokenward_client* opened = nullptr;
        int code = tokenward_open(socket.c_str(), &opened);
        if (code == tokenward_error_no_memory) throw std::bad_alloc();
        if (code != tokenward_ok) throw error(code);
        x_client.reset(opened);
    }

    token get(const std::string& identity, const std::string& scope, const get_options& options = {}) {
        tokenward_get_options given = TOKENWARD_GET_OPTIONS_INIT;
        given.min_ttl = static_cast<long>(options.min_ttl.count());
        if (options.max_wait) given.max_wait = static_cast<long>(options.max_wait->count());
        given.deadline_ms = deadline_ms(options.deadline);
        tokenward_token* got = nullptr;
        check(tokenward_get(native(), identity.c_str(), scope.c_str(), &given, &got));
        return token(got);
    }

    /// Waits for another token than `fingerprint`, for `wait` at most; nothing: the token did not change.
    std::optional<token> watch(const std::string& identity, const std::string& scope,
                               const std::string& fingerprint, std::chrono::seconds wait,
                               std::optional<milliseconds> deadline = std::nullopt) {
        tokenward_token* got = nullptr;
        const char* known = fingerprint.empty() ? nullptr : fingerprint.c_str();
        check(tokenward_watch(native(), identity.c_str(), scope.c_str(), known, in_int(wait),
                              deadline_ms(deadline), &got));
        if (got == nullptr) return std::nullopt;
        return token(got);
    }

    token renew(const std::string& identity, const std::string& scope,
                std::optional<milliseconds> deadline = std::nullopt) {
        tokenward_token* got = nullptr;
        check(tokenward_renew(native(), identity.c_str(), scope.c_str(), deadline_ms(deadline), &got));
        return token(got);
    }

    verdict report(const token& refused, int status, std::string_view body,
                   std::optional<milliseconds> deadline = std::nullopt) {
        return report(std::string(refused.identity()), std::string(refused.scope()),
                      std::string(refused.fingerprint()), status, body, deadline);
    }

    verdict report(const std::string& identity, const std::string& scope, const std::string& fingerprint,
                   int status, std::string_view body, std::optional<milliseconds> deadline = std::nullopt) {
        int value = tokenward_verdict_other;
        char current[TOKENWARD_FINGERPRINT_SIZE] = "";
        check(tokenward_report(native(), identity.c_str(), scope.c_str(), fingerprint.c_str(), status,
                               body.data(), body.size(), deadline_ms(deadline), &value, current));
        return {value, current};
    }

    /// Drops the token `fingerprint`. False: another token is current, and nothing happened.
    bool invalidate(const std::string& identity, const std::string& scope, const std::string& fingerprint,
                    std::optional<milliseconds> deadline = std::nullopt) {
        int code = tokenward_invalidate(native(), identity.c_str(), scope.c_str(), fingerprint.c_str(),
                                        deadline_ms(deadline));
        if (code == tokenward_error_precondition_failed) return false;
        check(code);
        return true;
    }

    std::string endpoint(const std::string& identity, const std::string& scope, const std::string& service,
                         const std::string& interface = {}, const std::string& region = {},
                         std::optional<milliseconds> deadline = std::nullopt) {
        char* url = nullptr;
        check(tokenward_endpoint(native(), identity.c_str(), scope.c_str(), service.c_str(),
                                 interface.empty() ? nullptr : interface.c_str(),
                                 region.empty() ? nullptr : region.c_str(), deadline_ms(deadline), &url));
        std::unique_ptr<char, void (*)(char*)> held(url, tokenward_free_text);
        return held.get();
    }

    /// The body of the answer to a request for which there is no function: tokenward_request().
    std::string request(const std::string& method, const std::string& path, const std::string& body = {},
                        std::optional<milliseconds> deadline = std::nullopt) {
        char* text = nullptr;
        check(tokenward_request(native(), method.c_str(), path.c_str(), body.empty() ? nullptr : body.c_str(),
                                deadline_ms(deadline), &text));
        std::unique_ptr<char, void (*)(char*)> held(text, tokenward_free_text);
        return held.get();
    }

    void passcode(const std::string& identity, const std::string& code,
                  std::optional<milliseconds> deadline = std::nullopt) {
        check(tokenward_passcode(native(), identity.c_str(), code.c_str(), deadline_ms(deadline)));
    }

    /// Keeps a token in the process. The client must outlive what this returns.
    kept_token keep(const std::string& identity, const std::string& scope);

    /// As tokenward_set_start_wait().
    void set_start_wait(milliseconds wait) noexcept { tokenward_set_start_wait(native(), in_int(wait)); }

    std::string_view socket() const noexcept { return tokenward_socket(x_client.get()); }
    tokenward_client* native() const noexcept { return x_client.get(); }

    /// Throws unless `code`, of the thread's last call on this client, is tokenward_ok.
    void check(int code) const {
        if (code == tokenward_error_no_memory) throw std::bad_alloc();
        if (code != tokenward_ok) throw error(code, *tokenward_last_problem(native()));
    }

  private:
    struct closed {
        void operator()(tokenward_client* opened) const noexcept { tokenward_close(opened); }
    };
    std::unique_ptr<tokenward_client, closed> x_client;
};

/// A token that is kept in the process, and is always the current one.
class kept_token {
  public:
    kept_token(const client& owner, tokenward_kept* kept) noexcept : x_client(owner.native()), x_kept(kept) {}

    /// Waits until there is one.
    void wait(std::optional<milliseconds> deadline = std::nullopt) const {
        int code = tokenward_kept_wait(x_kept.get(), deadline_ms(deadline));
        if (code != tokenward_ok) throw error(code, *tokenward_last_problem(x_client));
    }

    /// tokenward_kept_get(): does not wait, lock, allocate or make a system call. Returns the token, in
    /// `buffer`; nothing: there is none at the moment, or it does not fit.
    template <std::size_t Size>
    std::optional<std::string_view> read(char (&buffer)[Size]) const noexcept {
        std::size_t size = 0;
        if (tokenward_kept_get(x_kept.get(), buffer, Size, &size, nullptr) != tokenward_ok)
            return std::nullopt;
        return std::string_view(buffer, size);
    }

    tokenward_kept* native() const noexcept { return x_kept.get(); }

  private:
    struct ended {
        void operator()(tokenward_kept* kept) const noexcept { tokenward_kept_end(kept); }
    };
    tokenward_client* x_client;
    std::unique_ptr<tokenward_kept, ended> x_kept;
};

inline kept_token client::keep(const std::string& identity, const std::string& scope) {
    tokenward_kept* kept = nullptr;
    check(tokenward_keep(native(), identity.c_str(), scope.c_str(), &kept));
    return kept_token(*this, kept);
}

/// Runs `call` with a token and returns its result, which has a `status` (of HTTP) and a `body` (a
/// std::string or the like). With status 400, 401 or 403, with which services refuse tokens, the answer is
/// reported. If the daemon decides that the token was the reason, `call` is run once more with the new token,
/// and its result is returned. If the report fails, the first result is returned. Throws what get() and
/// `call` throw.
template <typename Call>
auto with_token(client& from, const std::string& identity, const std::string& scope, Call&& call,
                const get_options& options = {}) -> decltype(call(std::declval<const token&>())) {
    token first = from.get(identity, scope, options);
    auto answer = call(static_cast<const token&>(first));
    if (answer.status != 400 && answer.status != 401 && answer.status != 403) return answer;
    try {
        const std::string fingerprint(first.fingerprint());
        if (!from.report(identity, scope, fingerprint, answer.status, answer.body, options.deadline)
                 .worth_another_try())
            return answer;
    } catch (const error&) {
        return answer;
    }
    const token second = from.get(identity, scope, options);
    return call(second);
}

} // namespace tokenward

#endif
