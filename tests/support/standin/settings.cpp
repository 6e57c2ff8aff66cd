// See settings.hpp.
#include "tests/support/standin/settings.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>

namespace tokenward::standin {

namespace json = boost::json;

namespace {

[[noreturn]] void refuse(std::string_view key, const std::string& what) {
    throw std::invalid_argument(std::string(key) + " must be " + what);
}

std::int64_t number(std::string_view key, const json::value& value, std::int64_t least, std::int64_t most) {
    if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most)
        refuse(key, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return value.get_int64();
}

bool truth(std::string_view key, const json::value& value) {
    if (!value.is_bool()) refuse(key, "true or false");
    return value.get_bool();
}

void stop_clock(settings& changed, bool stop) {
    if (!stop)
        changed.stopped.reset();
    else if (!changed.stopped)
        changed.stopped = machine_time();
}

dialect dialect_of(const json::value& value) {
    if (value == "otc") return dialect::otc;
    if (value == "keystone") return dialect::keystone;
    refuse("dialect", "\"otc\" or \"keystone\"");
}

void set_one(settings& changed, std::string_view key, const json::value& value) {
    constexpr std::int64_t years = 10LL * 365 * 86400;
    if (key == "dialect")
        changed.manners = dialect_of(value);
    else if (key == "lifetime")
        changed.lifetime = std::chrono::seconds(number(key, value, -years, years));
    else if (key == "token_size")
        changed.token_size = static_cast<std::size_t>(number(key, value, 16, 1 << 20));
    else if (key == "clock_offset")
        changed.clock_offset = std::chrono::seconds(number(key, value, -years, years));
    else if (key == "clock_stopped")
        stop_clock(changed, truth(key, value));
    else if (key == "catalog_size")
        changed.catalog_size = static_cast<std::size_t>(number(key, value, 0, 1 << 24));
    else if (key == "unknown_project")
        changed.unknown_project = static_cast<int>(number(key, value, 0, 599));
    else if (key == "named_unscoped")
        changed.named_unscoped = truth(key, value);
    else if (key == "rescope_scoped")
        changed.rescope_scoped = truth(key, value);
    else if (key == "delay_ms")
        changed.delay = std::chrono::milliseconds(number(key, value, 0, 3'600'000));
    else if (key == "max_concurrent")
        changed.max_concurrent = static_cast<unsigned>(number(key, value, 0, 1 << 20));
    else if (key == "lockout_after")
        changed.lockout_after = static_cast<unsigned>(number(key, value, 0, 1000));
    else
        throw std::invalid_argument("unknown setting " + std::string(key));
}

} // namespace

time_point now(const settings& current) {
    return current.stopped.value_or(machine_time()) + current.clock_offset;
}

void merge(settings& current, const json::object& document) {
    auto changed = current;
    for (const auto& entry : document) set_one(changed, entry.key(), entry.value());
    current = changed;
}

json::object to_json(const settings& current) {
    return {{"dialect", current.manners == dialect::otc ? "otc" : "keystone"},
            {"lifetime", current.lifetime.count()},
            {"token_size", current.token_size},
            {"clock_offset", current.clock_offset.count()},
            {"clock_stopped", current.stopped.has_value()},
            {"catalog_size", current.catalog_size},
            {"unknown_project", current.unknown_project},
            {"named_unscoped", current.named_unscoped},
            {"rescope_scoped", current.rescope_scoped},
            {"delay_ms", current.delay.count()},
            {"max_concurrent", current.max_concurrent},
            {"lockout_after", current.lockout_after}};
}

} // namespace tokenward::standin
