// What a request's handler gets, and how it answers: the interface between connections and routes.
#pragma once

#include "daemon/core/access.hpp"
#include "daemon/core/config.hpp"
#include "daemon/local/api/audit.hpp"
#include "daemon/local/api/catalog.hpp"
#include "daemon/local/api/rule_notes.hpp"
#include "daemon/local/api/token_answer.hpp"
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
    unsigned own_uid = 0;  ///< the daemon's own: it may do everything
    std::string version{}; ///< for /v1/status
    instant started{};     ///< when the daemon was started
    /// True for the loopback listener for Prometheus: its callers see all names, but only metrics and health.
    /// False: callers are identified by their uid, and see what they may use.
    bool for_monitoring = false;
    std::shared_ptr<token_answers> answers = std::make_shared<token_answers>(); ///< never null
    std::shared_ptr<catalog_pool> catalogs = std::make_shared<catalog_pool>();  ///< never null
    std::shared_ptr<audit_limiter> audit = std::make_shared<audit_limiter>();   ///< never null
    std::shared_ptr<rule_notes> notes = std::make_shared<rule_notes>();         ///< never null
    caller_directory* directory =
        nullptr; ///< knows names and owners of callers' ids; null = nothing is known
};

class late_exchange;

/// The verbs that a connection's caller was last granted, so that the next get of the same token costs one
/// comparison. Valid for one scope, one token and the rules of one configuration: a `deny` may match the
/// renewed token and not the old one.
class permission {
  public:
    /// Whether one of `any_of` has been granted for the scope with its present token, under these rules.
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
    // Compares control blocks: a new token may reuse an old token's address.
    bool is_for(const used_scope& scope, std::uint64_t generation) const noexcept {
        const credential_ptr& held = scope.held.value;
        return x_scope == scope.id && x_generation == generation && !x_held.owner_before(held) &&
               !held.owner_before(x_held);
    }

    entry_id x_scope = 0; // 0 = nothing granted; ids begin with 1
    std::uint64_t x_generation = 0;
    std::weak_ptr<const credential> x_held; // empty: none was held, so only the request was judged
    verb_set x_granted = 0;
};

/// A connection's current request, which is answered exactly once. While it waits for the service, the
/// connection reads no further request.
class exchange {
  public:
    virtual ~exchange() = default;
    virtual const caller& who() const = 0;
    virtual permission& permitted() = 0;

    /// Answers the request, during the handler's call or later. If that fails, as when memory runs out, the
    /// connection ends.
    virtual void answer(response r) noexcept = 0;
    /// The service will answer later. If the caller hangs up, the wait `id` is cancelled. 0: the request has
    /// been answered already.
    virtual void awaits(wait_id id) noexcept = 0;
    /// For handlers that outlive the call: the connection may have ended when they are called.
    virtual late_exchange later() = 0;
    /// Whether the request with this number has not been answered yet.
    virtual bool is_open(std::uint64_t request) const noexcept = 0;
    /// The request with this number can't be answered any more, because of `why`. If it is open, the
    /// connection ends.
    virtual void abandon(std::uint64_t request, const char* why) noexcept = 0;
};

/// One request, for a handler that outlives the call. Copies share it. If the request is still open when the
/// last copy is destroyed, its handler was lost to an exception: the connection ends, so that its caller does
/// not wait for ever. One thread.
class late_exchange {
  public:
    late_exchange(std::weak_ptr<exchange> connection, std::uint64_t request)
        : x_place(std::make_shared<place>(std::move(connection), request)) {}

    /// The connection, or null if it has ended or the request has been answered.
    std::shared_ptr<exchange> lock() const noexcept { return x_place->lock(); }

    /// Calls `work`, which answers the request. If it throws, the connection ends.
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

/// One request while it is handled. Lives as long as the call of the handler.
struct call {
    const environment& around;
    exchange& connection;
    const request& asked;
    const target& path;
    moment now;

    /// The share that requests to the IAM count in: a subordinate uid counts for its owner, and all callers
    /// without a known uid share one.
    requester by() const {
        const auto uid = connection.who().uid();
        return {.uid = connection.who().share().value_or(unknown_requester),
                .privileged = uid && (*uid == 0 || *uid == around.own_uid)};
    }
    bool head() const noexcept { return asked.verb == method::head; }
    void fail(const problem& error) const { connection.answer(build_problem(error, now.wall, head())); }
};

} // namespace tokenward::local
