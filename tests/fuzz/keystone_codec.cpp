// The IAM's answer to a login, from a hostile IAM. Input: status, X-Subject-Token, Date and Retry-After, a
// line each, then the body.
#include "daemon/iam/keystone_codec.hpp"

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const secret password("hunter2");
    const moment asked{instant(std::chrono::hours(1)), wall_time(std::chrono::seconds(1'767'225'600))};
    const iam::http_answer answer = to_answer({reinterpret_cast<const char*>(data), size});
    const auto parsed = iam::parse_login(answer, {"iam", "ci", "user", "scope", &password, asked});
    const bool receipt = answer.status == 401 && !answer.auth_receipt.empty();
    require((parsed.credential == iam::credential_word::accepted) == (answer.status == 201 || receipt));
    require(parsed.credential != iam::credential_word::refused || answer.status == 401 ||
            answer.status == 400);
    if (const auto* granted = std::get_if<std::shared_ptr<token>>(&parsed.result.outcome)) {
        require((*granted)->lifetime.count() > 0 && (*granted)->expires() > asked.boot);
        require(!(*granted)->value.empty() && (*granted)->value.size() <= iam::most_token_bytes);
    } else {
        const problem& error = std::get<fetch_failure>(parsed.result.outcome).error;
        require(error.detail.find("hunter2") == std::string::npos && error.detail.size() < 1000);
        require(!error.retry_after || (error.retry_after->count() > 0 && error.retry_after->count() <= 3600));
    }
    return 0;
}
