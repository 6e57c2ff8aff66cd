// What has happened since the start, as numbers for /metrics. Pure: it counts and is read, no more.
#pragma once

#include "common/time.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/fetch_result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tokenward {

/// How a caller's get of a token ended.
enum class get_outcome {
    hit,           ///< the token was held and given at once
    waited,        ///< given after a fetch, or when a watch saw it change
    unchanged,     ///< 304: the caller has the current one
    denied,        ///< this caller may not have it
    request_error, ///< the request can't be met, whatever the IAM does
    failed,        ///< no token could be had
};
inline constexpr std::array<std::string_view, 6> get_outcome_words{"hit",    "waited",  "unchanged",
                                                                   "denied", "refused", "failed"};

/// How a fetch ended: a login, or rescoping from an earlier one.
enum class login_outcome {
    granted,       ///< a token came
    rejected,      ///< the IAM refused user, password or passcode, or wants a passcode too
    scope_refused, ///< the secret is right, but the scope is refused
    failed,        ///< the IAM could not be reached, is failing, or sent an answer that can't be parsed
    withheld,      ///< nothing was sent: the lockout guard holds it back, or a person's passcode is missing
};
inline constexpr std::array<std::string_view, 5> login_outcome_words{"granted", "rejected", "scope_refused",
                                                                     "failed", "withheld"};

/// What became of a caller's report that a token was refused.
enum class report_verdict { invalidated, already_replaced, not_about_the_token, damped };
inline constexpr std::array<std::string_view, 4> report_verdict_names{"invalidated", "already_replaced",
                                                                      "not_about_the_token", "damped"};

/// A get that ended with this error.
get_outcome outcome_of(errc error) noexcept;
login_outcome outcome_of(const fetch_result& result) noexcept;

/// How often each outcome occurred. The array of words after the enumeration names them, in its order.
template <class Outcome, std::size_t Size>
class tally {
  public:
    void add(Outcome how) noexcept { ++x_counts[static_cast<std::size_t>(how)]; }
    std::uint64_t operator[](Outcome how) const noexcept { return x_counts[static_cast<std::size_t>(how)]; }
    const std::array<std::uint64_t, Size>& all() const noexcept { return x_counts; }

  private:
    std::array<std::uint64_t, Size> x_counts{};
};

struct identity_counters {
    tally<get_outcome, get_outcome_words.size()> gets{};
    tally<login_outcome, login_outcome_words.size()> logins{};
    tally<report_verdict, report_verdict_names.size()> invalidations{};
    std::uint64_t coalesced = 0; ///< gets that joined a fetch under way
};

/// How long things took, in the buckets that Prometheus has.
class latency_histogram {
  public:
    /// Upper ends, in seconds; what is slower counts in one more bucket without an end.
    static constexpr std::array<double, 10> bounds{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

    void observe(duration took) noexcept;
    /// Not cumulative.
    const std::array<std::uint64_t, bounds.size() + 1>& buckets() const noexcept { return x_buckets; }
    std::uint64_t count() const noexcept { return x_count; }
    double sum_seconds() const noexcept { return x_sum; }

  private:
    std::array<std::uint64_t, bounds.size() + 1> x_buckets{};
    std::uint64_t x_count = 0;
    double x_sum = 0;
};

/// Not thread-safe. Its size depends on the configuration only, not on callers.
class counters {
  public:
    /// The identities that there are: new ones start at zero, the counts of others are dropped.
    void configure(const std::vector<identity_config>& identities);

    /// Of the identity with this name; of none if there is no such. Allocates nothing. Valid until the next
    /// configure().
    identity_counters& of(std::string_view identity) noexcept;
    const identity_counters& of(std::string_view identity) const noexcept;
    const identity_counters& of_none() const noexcept { return x_none; }

    latency_histogram fetch_latency{}; ///< of fetches that reached for the IAM
    std::size_t connections = 0;       ///< open now
    bool reload_refused = false;       ///< the last reload had errors, and its file is not in use
    moment started{};                  ///< when the counting began

  private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    std::unordered_map<std::string, identity_counters, text_hash, std::equal_to<>> x_identities;
    identity_counters x_none; // gets that named no known identity
};

} // namespace tokenward
