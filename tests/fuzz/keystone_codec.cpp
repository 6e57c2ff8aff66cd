// The IAM's answer to a login, from a hostile IAM. Input: status, X-Subject-Token, Date and Retry-After, a
// line each, then the body.
#include "daemon/iam/keystone_codec.hpp"
#include "daemon/base/text/raw_json.hpp"
#include "daemon/base/text/shown_text.hpp"
#include "daemon/core/scope_match.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace tokenward;

std::string_view take_line(std::string_view& rest) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

iam::http_answer to_answer(std::string_view rest) {
    iam::http_answer answer;
    std::string_view status = take_line(rest);
    std::from_chars(status.data(), status.data() + status.size(), answer.status);
    answer.subject_token = secret(take_line(rest));
    answer.date = take_line(rest);
    answer.retry_after = take_line(rest);
    answer.body.assign(rest.data(), rest.size());
    return answer;
}

void require(bool holds) {
    if (!holds) std::abort();
}

// The body is the IAM's text but for the token; what a reader of it finds is what was judged.
void require_own_words(const token& granted, std::string_view text) {
    const std::string quoted = '"' + std::string(granted.value.reveal()) + '"';
    require(granted.body.find(quoted) == std::string::npos);
    require(text.find(quoted) != std::string_view::npos || text.find(granted.body) != std::string_view::npos);
    const auto read = boost::json::parse(granted.body);
    const auto found = find_member(granted.body, "token");
    require(found && boost::json::parse(found->value) == read.at("token"));
    const auto& members = read.at("token").as_object();
    if (const auto* user = members.if_contains("user"); user != nullptr && user->is_object())
        if (const auto* id = user->get_object().if_contains("id"); id != nullptr && id->is_string())
            require(granted.body.find("[redacted]") != std::string::npos ||
                    id->get_string() == granted.user.id);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const secret password("hunter2");
    const moment asked{instant(std::chrono::hours(1)), wall_time(std::chrono::seconds(1'767'225'600))};
    const iam::http_answer answer = to_answer({reinterpret_cast<const char*>(data), size});
    const scope target{scope_kind::project_name, "eu-de"};
    const auth_config who{.username = "ci-bot", .user_domain = {.id = "", .name = "OTC"}};
    const auto parsed = iam::parse_login(answer, {.iam = "iam",
                                                  .identity = "ci",
                                                  .user = "user",
                                                  .scope = "scope",
                                                  .proof = &password,
                                                  .asked = asked,
                                                  .target = &target,
                                                  .who = &who});
    const bool receipt = answer.status == 401 && !answer.auth_receipt.empty();
    const bool anothers = answer.status == 201 && parsed.reach == login_reach::answer_lost;
    require((parsed.about_secret == secret_verdict::accepted) ==
            ((answer.status == 201 && !anothers) || receipt));
    require(parsed.about_secret != secret_verdict::refused || answer.status == 401 || answer.status == 400);
    if (const auto* granted = std::get_if<std::shared_ptr<credential>>(&parsed.result.outcome)) {
        require((*granted)->lifetime.count() > 0 && (*granted)->expires() > asked.boot);
        require(compare_scope(**granted, target) != scope_agreement::contradicts);
        require((*granted)->user.name.empty() || (*granted)->user.name.size() == who.username.size());
        require(!(*granted)->value.empty() && (*granted)->value.size() <= iam::most_token_bytes);
        require_own_words(token_of(**granted), {answer.body.data(), answer.body.size()});
    } else {
        const problem& error = std::get<fetch_failure>(parsed.result.outcome).error;
        require(error.detail.find("hunter2") == std::string::npos && error.detail.size() < 1000);
        require(is_shown_as_it_is(error.detail));
        require(!error.retry_after || (error.retry_after->count() > 0 && error.retry_after->count() <= 3600));
    }
    return 0;
}
