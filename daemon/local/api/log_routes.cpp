// GET and POST /v1/log-level: how much the daemon logs, until its next start.
#include "daemon/base/log.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/http/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace tokenward::local {
namespace {

// Only the daemon's operators may do this: rules are for identities, and the log is about none of them. Root
// in a container is no operator: it could turn off the audit lines of all callers.
result<void> admit_operator(const call& c) {
    const caller& who = c.connection.who();
    auto uid = who.uid();
    if (uid && (*uid == 0 || *uid == c.around.own_uid) && who.sees_all_identities()) return {};
    return problem{errc::denied,
                   "only root and the daemon's own user may see and set the log's level, and by a "
                   "socket that shows all identities"};
}

// Logged at whichever of the two levels shows more, with a severity that it shows: so the log names the
// caller who silenced it.
void change_level(log::level wanted, const caller& who) {
    const log::level before = log::current_level();
    const log::level talkative = std::min(before, wanted);
    log::set_level(talkative);
    log::write(
        std::max(talkative, log::level::info), "log_level", {.peer_uid = who.uid()},
        fmt::format("the log's level is {} now, and was {}", log::name_of(wanted), log::name_of(before)));
    log::set_level(wanted);
}

result<log::level> read_level(std::string_view body) {
    boost::system::error_code error;
    auto document = boost::json::parse(boost::json::string_view(body.data(), body.size()), error);
    const auto* value = !error && document.is_object() ? document.get_object().if_contains("level") : nullptr;
    const auto* name = value == nullptr ? nullptr : value->if_string();
    auto level = name == nullptr ? std::nullopt : log::parse_level({name->data(), name->size()});
    if (!level)
        return problem{errc::bad_request, R"(the body is {"level":"debug"}: debug, info, warning or error)"};
    return *level;
}

void answer_level(const call& c) {
    const boost::json::object body{{"level", log::name_of(log::current_level())}};
    c.connection.answer(build_json(boost::json::serialize(body), c.now.wall, c.head()));
}

} // namespace

void show_log_level(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    if (auto good = admit_operator(c); !good) return c.fail(good.error());
    answer_level(c);
}

void set_log_level(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    if (auto good = admit_operator(c); !good) return c.fail(good.error());
    if (!is_json(c.asked.first(field::content_type)))
        return c.fail({errc::unsupported_media_type, "a level comes as application/json"});
    auto level = read_level(c.asked.body);
    if (!level) return c.fail(level.error());
    change_level(*level, c.connection.who());
    answer_level(c);
}

} // namespace tokenward::local
