// POST /v1/identities/{identity}/passcode: a person's MFA code, passed on to the IAM at once.
#include "daemon/base/text/ascii.hpp"
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/http/media.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace tokenward::local {
namespace {

// Digits only: devices and IAMs use 4 to 10 of them.
result<secret> parse_passcode(std::string_view text) {
    boost::system::error_code error;
    boost::json::value document =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    const auto* code =
        !error && document.is_object() ? document.get_object().if_contains("passcode") : nullptr;
    const auto* digits = code == nullptr ? nullptr : code->if_string();
    if (digits == nullptr || digits->size() < 4 || digits->size() > 10 ||
        !std::all_of(digits->begin(), digits->end(), is_digit))
        return problem{errc::bad_request, R"(the body is {"passcode":"123456"}: a string of 4 to 10 digits)"};
    return secret({digits->data(), digits->size()});
}

} // namespace

void give_passcode(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    auto identity = admit_identity(c, can_manage);
    if (!identity) return c.fail(identity.error());
    if (!is_json(c.asked.first(field::content_type)))
        return c.fail({errc::unsupported_media_type, "a passcode comes as application/json"});
    auto code = parse_passcode(c.asked.body);
    if (!code) return c.fail(code.error());
    auto done = [later = c.connection.later(), &service = c.around.service](const result<void>& said) {
        later.guarded([&] {
            auto connection = later.lock();
            if (!connection) return;
            const wall_time now = service.now().wall;
            connection->answer(said ? build_response({.status = 204}, now)
                                    : build_problem(said.error(), now, false));
        });
    };
    c.connection.awaits(
        c.around.service.give_passcode((*identity)->name, std::move(*code), std::move(done), c.by()));
}

} // namespace tokenward::local
