// Two requests on one connection to a hostile IAM: the second never gets what was sent before it was written.
// Input: the first request's method, the size of the pieces (0: one piece), two bytes that say how much of
// what follows comes before the second request, then all that the IAM says.
#include "tests/unit/iam/net/paired_connection.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace tokenward;
namespace http = boost::beast::http;

void require(bool holds) {
    if (!holds) std::abort();
}

void say(iam::paired_connection& to, std::string_view bytes, std::size_t piece) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(piece == 0 ? bytes.size() : piece, bytes.size());
        to.say(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
}

/// Asks on `c` and answers with `bytes` and the end of the stream; what came of it.
const iam::exchanged& ask(iam::paired_connection& c, http::verb method, std::string_view target,
                          std::string_view bytes, std::size_t piece) {
    c.ask(method, target);
    if (c.has_ended()) {
        require(!c.end()->sent && c.heard().empty());
        return *c.end();
    }
    require(c.heard().find(target) != std::string::npos);
    say(c, bytes, piece);
    if (!c.has_ended()) c.close();
    require(c.has_ended());
    return *c.end();
}

bool is_same(const iam::http_answer& a, const iam::http_answer& b) {
    return a.status == b.status && a.subject_token == b.subject_token && a.auth_receipt == b.auth_receipt &&
           a.date == b.date && a.retry_after == b.retry_after && a.body == b.body;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return 0;
    constexpr http::verb methods[] = {http::verb::get, http::verb::head, http::verb::post};
    const std::string_view all(reinterpret_cast<const char*>(data) + 4, size - 4);
    const std::size_t cut = std::min<std::size_t>(data[2] * std::size_t{256} + data[3], all.size());
    const std::string_view before = all.substr(0, cut);
    const std::string_view after = all.substr(cut);
    const std::size_t piece = data[1];

    iam::paired_connection kept;
    const iam::exchanged& first = ask(kept, methods[data[0] % std::size(methods)], "/alpha", before, piece);
    require(!first.reusable || !first.failed);
    require(first.failed || first.answer.status / 100 != 1);
    if (!first.reusable) return 0; // it is closed
    const iam::exchanged& second = ask(kept, http::verb::post, "/beta", after, piece);
    if (!second.sent) {
        require(static_cast<bool>(second.failed));
        return 0; // closed before anything was asked
    }
    iam::paired_connection fresh;
    const iam::exchanged& alone = ask(fresh, http::verb::post, "/beta", after, piece);
    require(second.failed == alone.failed && second.reusable == alone.reusable);
    require(is_same(second.answer, alone.answer));
    return 0;
}
