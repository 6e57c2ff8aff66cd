// Decides when a get is logged, and writes the audit lines.
#include "daemon/local/api/audit.hpp"

#include "daemon/base/log.hpp"

#include <functional>
#include <iterator>
#include <utility>

namespace tokenward::local {

std::optional<std::uint64_t> audit_limiter::given(const caller& who, std::uint64_t entry, instant now) {
    const caller_and_scope key{who.uid(), entry, std::hash<std::string_view>{}(who.known_unit())};
    auto place = x_places.find(key);
    if (place == x_places.end()) {
        if (x_records.size() >= most) {
            x_places.erase(x_records.front().of);
            x_records.pop_front();
        }
        x_records.push_back({.of = key, .next_line = now});
        place = x_places.emplace(key, std::prev(x_records.end())).first;
    } else {
        x_records.splice(x_records.end(), x_records, place->second);
    }
    record& known = *place->second;
    ++known.unlogged;
    if (now < known.next_line) return std::nullopt;
    known.next_line = now + pause;
    return std::exchange(known.unlogged, 0);
}

namespace {

std::string name_of(std::optional<unsigned> uid, std::string_view unit) {
    return fmt::format("{}{}{}", uid ? fmt::format("uid {}", *uid) : "an unknown caller",
                       unit.empty() ? "" : " of ", unit);
}

} // namespace

void log_token_given(const caller& who, std::string_view identity, std::string_view scope,
                     std::string_view fingerprint, std::uint64_t gets) {
    const std::string_view unit = who.unit().value_or(std::string_view());
    const log::fields about{.identity = identity,
                            .scope = scope,
                            .fingerprint = fingerprint,
                            .peer_uid = who.uid(),
                            .peer_unit = unit};
    log::info("token_given", about, "the token went to {}{}", name_of(who.uid(), unit),
              gets > 1 ? fmt::format(", and {} times since the last line", gets - 1) : "");
}

void log_token_refused(const caller* who, std::optional<unsigned> uid, std::string_view identity,
                       std::string_view scope, std::string_view fingerprint) {
    const std::string_view unit =
        who != nullptr ? who->unit().value_or(std::string_view()) : std::string_view();
    const log::fields about{
        .identity = identity, .scope = scope, .fingerprint = fingerprint, .peer_uid = uid, .peer_unit = unit};
    log::info("token_refused", about, "{} said that the token is no good", name_of(uid, unit));
}

} // namespace tokenward::local
