// Splits the body of an answer into the token's description and the rest.
#include "daemon/iam/token_text.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/raw_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

namespace tokenward::iam {
namespace {

namespace json = boost::json;

// Keeps nothing of what is parsed: only whether the text is JSON matters.
struct no_values {
    using error = json::error_code;
    using text = json::string_view;
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    static bool on_document_begin(error&) { return true; }
    static bool on_document_end(error&) { return true; }
    static bool on_object_begin(error&) { return true; }
    static bool on_object_end(std::size_t, error&) { return true; }
    static bool on_array_begin(error&) { return true; }
    static bool on_array_end(std::size_t, error&) { return true; }
    static bool on_key_part(text, std::size_t, error&) { return true; }
    static bool on_key(text, std::size_t, error&) { return true; }
    static bool on_string_part(text, std::size_t, error&) { return true; }
    static bool on_string(text, std::size_t, error&) { return true; }
    static bool on_number_part(text, error&) { return true; }
    static bool on_int64(std::int64_t, text, error&) { return true; }
    static bool on_uint64(std::uint64_t, text, error&) { return true; }
    static bool on_double(double, text, error&) { return true; }
    static bool on_bool(bool, error&) { return true; }
    static bool on_null(error&) { return true; }
    static bool on_comment_part(text, error&) { return true; }
    static bool on_comment(text, error&) { return true; }
};

bool is_json(std::string_view text) {
    json::basic_parser<no_values> parser{json::parse_options{}};
    json::error_code failed;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), failed);
    return !failed && used == text.size();
}

// The kept text is not protected as a secret, so it must not hold a token.
std::string withhold(std::string_view text, const secret& value) {
    std::string kept;
    kept.reserve(text.size());
    const std::string_view token = value.reveal();
    if (token.empty()) return std::string(text);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t found = text.find(token, at);
        while (found != std::string_view::npos &&
               (found == 0 || text[found - 1] != '"' || text.substr(found + token.size(), 1) != "\""))
            found = text.find(token, found + 1);
        kept += text.substr(at, found - at);
        if (found == std::string_view::npos) break;
        kept += "[redacted]";
        at = found + token.size();
    }
    return kept;
}

} // namespace

std::string_view read_token_text(std::string_view text, const secret& value, token_text& into) {
    constexpr std::string_view none = "with a body that describes no token";
    if (!is_json(text)) return none;
    const auto token = find_member(text, "token");
    if (!token || !token->value.starts_with('{')) return none;
    if (count_members(text, "token") > 1) return "with a body that describes its token twice";
    if (count_members(token->value, "catalog") > 1) return "with two catalogs";
    json::error_code failed;
    into.description = json::parse(without_member(token->value, "catalog"), failed);
    if (failed) return none;
    into.body = withhold(trimmed(text, " \t\r\n"), value);
    return {};
}

} // namespace tokenward::iam
