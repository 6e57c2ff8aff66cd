// What a request's handler knows and by what it answers: the interface between connections and routes.
#pragma once

#include "daemon/core/access.hpp"
#include "daemon/core/config.hpp"
#include "daemon/local/api/audit.hpp"
#include "daemon/local/api/catalog.hpp"
#include "daemon/local/api/rule_notes.hpp"
#include "daemon/local/api/token_response.hpp"
#include "daemon/local/http/plain_response.hpp"
#include "daemon/local/http/request.hpp"
#include "daemon/local/http/response.hpp"
#include "daemon/local/http/target.hpp"
#include "daemon/service/token_service.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace tokenward::local {

/// What all requests share; outlives them.
struct environment {
    token_service& service;
    unsigned own_uid = 0;  ///< the daemon's own: it may everything
    std::string version{}; ///< for /v1/status
    instant started{};     ///< when the daemon was
    /// The loopback listener for a Prometheus: whoever is there sees all names, and nothing but metrics and
    /// health. False: callers are known by their uid and see what they may use.
    bool for_monitoring = false;
    std::shared_ptr<token_answers> answers = std::make_shared<token_answers>(); ///< never null
    std::shared_ptr<catalog_pool> catalogs = std::make_shared<catalog_pool>();  ///< never null
    std::shared_ptr<audit_limiter> audit = std::make_shared<audit_limiter>();   ///< never null
    std::shared_ptr<rule_notes> notes = std::make_shared<rule_notes>();         ///< never null
    caller_directory* directory = nullptr; ///< what is known of callers' numbers; null = nothing
};

class late_exchange;

/// What a connection's caller was last found to be allowed, so that the next get of the same token costs a
/// comparison. Remembers what was granted for one scope and the token that it held, under the rules of one
/// configuration: a renewed token may say of itself what a `deny` is about.
class permission {
  public:
    /// Whether one of `any_of` has been granted for the scope, as it is, under these rules.
    bool covers(const used_scope& scope, std::uint64_t generation, verb_set any_of) const noexcept {
        return is_for(scope, generation) && (x_granted & any_of) != 0;
    }

    void grant(const used_scope& scope, std::uint64_t generation, verb_set verbs) noexcept {
        x_granted = is_for(scope, generation) ? x_granted | verbs : verbs;
        x_scope = scope.id;
        x_generation = generation;
        x_held = scope.held.value;
    }

  private:
    // A token's address could be its successor's later; what owner_before compares can't, while we keep it.
    bool is_for(const used_scope& scope, std::uint64_t generation) const noexcept {
        const credential_ptr& held = scope.held.value;
        return x_scope == scope.id && x_generation == generation && !x_held.owner_before(held) &&
               !held.owner_before(x_held);
    }

    scope_id x_scope = 0; // ids begin with 1
    std::uint64_t x_generation = 0;
    std::weak_ptr<const credential> x_held; // none held then: judged by what was asked for alone
    verb_set x_granted = 0;
};

/// The place of one request on its connection, to be answered exactly once. While it waits for the service
/// the connection reads no further request.
class exchange {
  public:
    virtual ~exchange() = default;
    virtual const caller& who() const = 0;
    virtual permission& permitted() = 0;

    /// The answer, now or later. If it can't be sent, for want of memory, say, the connection ends.
    virtual void answer(response r) noexcept = 0;
    /// The service will answer: if the caller hangs up, it is told so by this id. 0 = the answer has been
    /// given.
    virtual void awaits(wait_id id) noexcept = 0;
    /// For handlers that outlive the call: the connection may be gone when they are called.
    virtual late_exchange later() = 0;
    /// Whether the request with this number is yet to be answered.
    virtual bool is_open(std::uint64_t request) const noexcept = 0;
    /// Nobody can answer the request with this number any more, because of `why`: the connection ends, if the
    /// request is open.
    virtual void abandon(std::uint64_t request, const char* why) noexcept = 0;
};

/// The place of one request for a handler that outlives the call. Copies share it. When the last copy goes
/// and the request is still open, its handler has been lost to an exception: the connection ends, so that its
/// caller does not wait for ever. One thread.
class late_exchange {
  public:
    late_exchange(std::weak_ptr<exchange> connection, std::uint64_t request)
        : x_place(std::make_shared<place>(std::move(connection), request)) {}

    /// The connection, if it is there and the request still open; else null.
    std::shared_ptr<exchange> lock() const noexcept { return x_place->lock(); }

    /// Calls `work`, which is to answer the request; if it throws, the connection ends.
    template <class Work>
    void guarded(Work&& work) const noexcept {
        try {
            work();
        } catch (const std::exception& error) {
            x_place->abandon(error.what());
        } catch (...) {
            x_place->abandon("unknown exception");
        }
    }

  private:
    struct place {
        place(std::weak_ptr<exchange> c, std::uint64_t r) noexcept : connection(std::move(c)), request(r) {}
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place() { abandon("its handler was lost"); }

        std::shared_ptr<exchange> lock() const noexcept {
            auto there = connection.lock();
            return there && there->is_open(request) ? there : nullptr;
        }
        void abandon(const char* why) const noexcept {
            if (auto there = connection.lock()) there->abandon(request, why);
        }

        std::weak_ptr<exchange> connection;
        std::uint64_t request;
    };

    std::shared_ptr<const place> x_place;
};

/// One request on its way through the routes. Lives as long as the call.
struct call {
    const environment& around;
    exchange& connection;
    const request& asked;
    const target& path;
    moment now;

    /// In whose share the IAM is asked: a subordinate uid counts for its owner, and those who are not known
    /// share one.
    requester by() const {
        const auto uid = connection.who().uid();
        return {.uid = connection.who().share().value_or(unknown_requester),
                .privileged = uid && (*uid == 0 || *uid == around.own_uid)};
    }
    bool head() const noexcept { return asked.verb == method::head; }
    void fail(const problem& error) const { connection.answer(build_problem(error, now.wall, head())); }
};

} // namespace tokenward::local
