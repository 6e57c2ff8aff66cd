// What a request's handler knows and by what it answers: the seam between the connections and the routes.
#pragma once

#include "daemon/core/access.hpp"
#include "daemon/local/audit.hpp"
#include "daemon/local/catalog.hpp"
#include "daemon/local/permission.hpp"
#include "daemon/local/plain_response.hpp"
#include "daemon/local/request.hpp"
#include "daemon/local/response.hpp"
#include "daemon/local/rule_notes.hpp"
#include "daemon/local/target.hpp"
#include "daemon/token_service.hpp"

#include <memory>
#include <string>

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
    std::shared_ptr<catalog_pool> catalogs = std::make_shared<catalog_pool>(); ///< never null
    std::shared_ptr<audit_pace> audit = std::make_shared<audit_pace>();        ///< never null
    std::shared_ptr<rule_notes> notes = std::make_shared<rule_notes>();        ///< never null
    caller_directory* directory = nullptr; ///< what is known of callers' numbers; null = nothing
};

/// The place of one request on its connection, to be answered exactly once. While it waits for the service
/// the connection reads no further request.
class exchange {
  public:
    virtual ~exchange() = default;
    virtual const caller& who() const = 0;
    virtual permission& permitted() = 0;

    /// The answer, now or later.
    virtual void answer(response r) = 0;
    /// The service will answer: if the caller hangs up, it is told so by this id. 0 = the answer has been
    /// given.
    virtual void awaits(wait_id id) = 0;
    /// For handlers that outlive the call: the connection may be gone when they are called.
    virtual std::weak_ptr<exchange> later() = 0;
};

/// One request on its way through the routes. Lives as long as the call.
struct call {
    const environment& around;
    exchange& connection;
    const request& asked;
    const target& path;
    moment now;

    /// In whose share the IAM is asked: a subordinate uid counts for its owner, and those who are not known share one.
    requester by() const {
        const auto uid = connection.who().uid();
        return {.uid = connection.who().share().value_or(unknown_requester),
                .privileged = uid && (*uid == 0 || *uid == around.own_uid)};
    }
    bool head() const noexcept { return asked.verb == method::head; }
    void fail(const problem& error) const { connection.answer(build_problem(error, now.wall, head())); }
};

} // namespace tokenward::local
