// What shall go wrong: faults wait in a queue for the requests that they spoil.
#pragma once

#include "tests/support/standin/traffic.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tokenward::standin {

/// README.md says what each does.
enum class fault_kind {
    status,
    redirect, // another answer
    not_json,
    no_token_header,
    two_token_headers,
    expiry,
    huge_header,
    huge_body,
    mixed_up,
    dead_on_arrival, // a changed one
    reset,
    hang,
    slow,
    cut_short,
    endless_body,
    chunked,
    http_1_0,
    lower_case,
    close_after,
    interim,
    second_answer,
    body_to_head,
    late_ticket,
    delay // the wire
};

struct fault {
    fault_kind kind = fault_kind::status;
    traffic where = traffic::auth;
    std::int64_t count = 1; ///< how many requests are left to spoil; -1 = all until cleared
    int status = 0;
    std::string text{};     ///< the body of a status, the target of a redirect, the form of an expiry
    std::string user{};     ///< of a mixed-up token
    std::string project{};  ///< the same
    std::int64_t times = 1; ///< interim answers
    std::vector<std::pair<std::string, std::string>> headers{};
    std::optional<std::int64_t> retry_after_date{}; ///< seconds from the answer
    std::size_t size = 0;                           ///< bytes of a huge header or body
    std::optional<std::size_t> after_bytes{};       ///< of the answer, before a reset, a hang or a cut
    std::chrono::milliseconds interval{0};          ///< between bytes, or before the (last) answer
};

/// Reads the form of POST /control/fault. Throws std::invalid_argument.
fault parse_fault(const boost::json::object& document);

class fault_queue {
  public:
    void add(fault added) { x_waiting.push_back(std::move(added)); }
    void clear() { x_waiting.clear(); }
    std::size_t size() const noexcept { return x_waiting.size(); }

    /// The first fault for such a request, counted as used.
    std::optional<fault> take(traffic kind);

  private:
    std::list<fault> x_waiting;
};

} // namespace tokenward::standin
