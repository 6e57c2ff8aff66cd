// GET /metrics: the metrics in Prometheus' text format, with the identities that the caller may see.
#include "common/secret_memory.hpp"
#include "daemon/base/log.hpp"
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <string>
#include <utility>

namespace tokenward::local {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

/// An identity whose names the caller may read.
struct seen_identity {
    const identity_config* config;
    const identity_counters* counted;
    std::vector<scope_status> rows; ///< all of them
};

double in_seconds(duration d) {
    return std::max(std::chrono::duration<double>(d).count(), 0.0);
}

void add(MetricFamily& to, labels of, double value) {
    ClientMetric& made = to.metric.emplace_back();
    made.label = std::move(of);
    (to.type == MetricType::Counter ? made.counter.value : made.gauge.value) = value;
}

template <class Number>
void add(MetricFamily& to, labels of, Number value) {
    add(to, std::move(of), static_cast<double>(value));
}

// One series for each outcome from the start, so that the first occurrence shows as an increase.
template <class Words, class Counts>
void add_outcomes(MetricFamily& to, const std::string& identity, const char* label, const Words& words,
                  const Counts& counts) {
    for (std::size_t i = 0; i < words.size(); ++i)
        add(to, {{"identity", identity}, {label, std::string(words[i])}}, counts[i]);
}

// --- of the daemon

// VmLck of /proc/self/status, in bytes; 0 if it can't be read.
std::size_t locked_memory_bytes() {
    constexpr std::string_view name = "VmLck:";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(name)) continue;
        const std::size_t digits = std::min(line.find_first_not_of(" \t", name.size()), line.size());
        std::size_t kibibytes = 0;
        (void)std::from_chars(line.data() + digits, line.data() + line.size(), kibibytes);
        return kibibytes * 1024;
    }
    return 0;
}

MetricFamily build_info(const environment& around) {
    MetricFamily f{"tokenward_build_info", "The version of tokenwardd; always 1.", MetricType::Gauge, {}};
    add(f, {{"version", around.version}}, 1);
    return f;
}

MetricFamily gauge(std::string name, std::string help, double value) {
    MetricFamily f{std::move(name), std::move(help), MetricType::Gauge, {}};
    add(f, {}, value);
    return f;
}

MetricFamily fetch_latency(const latency_histogram& observed) {
    MetricFamily f{"tokenward_login_duration_seconds",
                   "How long tokens took to come from the IAM, or failures, waiting for a turn included.",
                   MetricType::Histogram,
                   {}};
    auto& histogram = f.metric.emplace_back().histogram;
    histogram.sample_count = observed.count();
    histogram.sample_sum = observed.sum_seconds();
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < observed.buckets().size(); ++i) {
        so_far += observed.buckets()[i];
        const bool ends = i < latency_histogram::bounds.size();
        histogram.bucket.push_back(
            {so_far, ends ? latency_histogram::bounds[i] : std::numeric_limits<double>::infinity()});
    }
    return f;
}

void add_daemon(const call& c, std::vector<MetricFamily>& page) {
    const counters& counted = c.around.service.counts();
    const auto queues = c.around.service.queues();
    page.push_back(build_info(c.around));
    page.push_back(gauge("process_start_time_seconds", "When tokenwardd was started, in Unix time.",
                         std::chrono::duration<double>(counted.started.wall.time_since_epoch()).count()));
    page.push_back(gauge("tokenward_config_last_reload_successful",
                         "1: the configuration is as its file was read last; 0: that had errors.",
                         counted.reload_refused ? 0 : 1));
    page.push_back(gauge("tokenward_connections", "Connections that are open, this one included.",
                         static_cast<double>(counted.connections)));
    page.push_back(gauge("tokenward_waiting_callers", "Callers who wait for a token from the IAM.",
                         static_cast<double>(queues.waiting)));
    page.push_back(gauge("tokenward_watching_callers", "Callers who wait for a token to change.",
                         static_cast<double>(queues.watching)));
    page.push_back(gauge("tokenward_locked_memory_bytes", "Memory that is kept out of the swap, for secrets.",
                         static_cast<double>(locked_memory_bytes())));
    page.push_back(gauge("tokenward_unlocked_memory_bytes",
                         "Memory for secrets that the system did not let us lock.",
                         static_cast<double>(secret_memory::measure().unlocked)));
    MetricFamily dropped{"tokenward_log_lines_dropped_total",
                         "Lines of the log that nobody took: its reader stands still.",
                         MetricType::Counter,
                         {}};
    add(dropped, {}, log::dropped());
    page.push_back(std::move(dropped));
    page.push_back(fetch_latency(counted.fetch_latency));
}

// --- of identities

MetricFamily gets(const counters& counted, const std::vector<seen_identity>& seen) {
    MetricFamily f{"tokenward_gets_total",
                   "Gets of tokens by how they ended; without an identity, those by a name that is none's.",
                   MetricType::Counter,
                   {}};
    for (const seen_identity& i : seen)
        add_outcomes(f, i.config->name, "outcome", get_outcome_words, i.counted->gets.all());
    for (get_outcome how : {get_outcome::denied, get_outcome::request_error})
        add(f, {{"outcome", std::string(get_outcome_words[static_cast<std::size_t>(how)])}},
            counted.of_none().gets[how]);
    return f;
}

MetricFamily logins(const std::vector<seen_identity>& seen) {
    MetricFamily f{"tokenward_logins_total",
                   "Fetches of a token from the IAM, by login or from an earlier token, by how they ended.",
                   MetricType::Counter,
                   {}};
    for (const seen_identity& i : seen)
        add_outcomes(f, i.config->name, "outcome", login_outcome_words, i.counted->logins.all());
    return f;
}

MetricFamily invalidations(const std::vector<seen_identity>& seen) {
    MetricFamily f{"tokenward_invalidations_total",
                   "Words that a token is no good, from callers or the IAM, by what became of them.",
                   MetricType::Counter,
                   {}};
    for (const seen_identity& i : seen)
        add_outcomes(f, i.config->name, "verdict", report_verdict_names, i.counted->invalidations.all());
    return f;
}

// A family with one series for each identity.
template <class Value>
MetricFamily of_identities(std::string name, std::string help, MetricType type,
                           const std::vector<seen_identity>& seen, Value value) {
    MetricFamily f{std::move(name), std::move(help), type, {}};
    for (const seen_identity& i : seen) add(f, {{"identity", i.config->name}}, value(i));
    return f;
}

bool last_failed_with(const seen_identity& i, errc code) {
    return std::any_of(i.rows.begin(), i.rows.end(), [&](const scope_status& row) {
        return row.last_error && row.last_error->code == code;
    });
}

void add_identities(const call& c, const std::vector<seen_identity>& seen, std::vector<MetricFamily>& page) {
    const token_service& service = c.around.service;
    page.push_back(gets(c.around.service.counts(), seen));
    page.push_back(of_identities("tokenward_coalesced_gets_total", "Gets that joined a fetch under way.",
                                 MetricType::Counter, seen,
                                 [](const seen_identity& i) { return i.counted->coalesced; }));
    page.push_back(logins(seen));
    page.push_back(invalidations(seen));
    page.push_back(of_identities(
        "tokenward_credential_rejected",
        "1: the IAM refused the credential, and nothing is sent until it changes.", MetricType::Gauge, seen,
        [](const seen_identity& i) { return last_failed_with(i, errc::credential_rejected); }));
    page.push_back(of_identities(
        "tokenward_passcode_required", "1: a person's MFA code is waited for.", MetricType::Gauge, seen,
        [](const seen_identity& i) { return last_failed_with(i, errc::passcode_required); }));
    page.push_back(of_identities(
        "tokenward_guard_refusals", "Logins that the IAM refused with the credential in use; 2 end it.",
        MetricType::Gauge, seen,
        [&](const seen_identity& i) { return service.standing(i.config->name).refusals; }));
    page.push_back(of_identities(
        "tokenward_guard_attempts",
        "Logins of the user within 15 minutes that were refused, or may have been with a credential that was "
        "never accepted; at 4 it waits.",
        MetricType::Gauge, seen,
        [&](const seen_identity& i) { return service.standing(i.config->name).attempts; }));
    page.push_back(
        of_identities("tokenward_on_demand_scopes", "Scopes that are held because callers asked for them.",
                      MetricType::Gauge, seen, [](const seen_identity& i) {
                          return std::count_if(i.rows.begin(), i.rows.end(),
                                               [](const scope_status& row) { return !row.scope.configured; });
                      }));
}

// --- of configured scopes only: callers choose the others, and there could be any number

void add_scopes(const call& c, const std::vector<seen_identity>& seen, std::vector<MetricFamily>& page) {
    MetricFamily expires{"tokenward_token_expires_in_seconds",
                         "Seconds until the token of a configured scope expires; 0: there is none.",
                         MetricType::Gauge,
                         {}};
    MetricFamily renews{"tokenward_token_renews_in_seconds",
                        "Seconds until it is renewed; 0: overdue or under way. None, if it never will be.",
                        MetricType::Gauge,
                        {}};
    for (const seen_identity& i : seen) {
        for (const scope_status& row : i.rows) {
            if (!row.scope.configured || !may_read_names(c, *i.config, row.scope)) continue;
            const labels of{{"identity", i.config->name}, {"scope", row.scope.name}};
            const bool held = row.held != nullptr;
            add(expires, of, held ? in_seconds(row.expires - c.now.boot) : 0.0);
            if (row.renews)
                add(renews, of, in_seconds(*row.renews - c.now.boot));
            else if (!held || row.held->renewable)
                add(renews, of, 0.0);
        }
    }
    page.push_back(std::move(expires));
    page.push_back(std::move(renews));
}

// Every metric is listed, some without a series. The series depend on the configuration, never on requests.
std::vector<MetricFamily> metric_families(const call& c) {
    std::vector<seen_identity> seen;
    const token_service& service = c.around.service;
    for (const identity_config& identity : service.configuration().identities)
        if (may_read_names(c, identity))
            seen.push_back(
                {&identity, &c.around.service.counts().of(identity.name), service.status(identity.name)});
    std::vector<MetricFamily> page;
    add_daemon(c, page);
    add_identities(c, seen, page);
    add_scopes(c, seen, page);
    return page;
}

} // namespace

// Ignores `Accept`: scrapers prefer newer formats, but also take this one.
void show_metrics(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    const std::string page = prometheus::TextSerializer().Serialize(metric_families(c));
    c.connection.answer(build_response(
        {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = page, .head = c.head()},
        c.now.wall));
}

} // namespace tokenward::local
