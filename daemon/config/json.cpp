// Reads JSON with Boost's parser. The parser reports no positions, so it gets the text line by line: its
// events belong to the line that it was given last.
#include "daemon/config/json.hpp"

#include "common/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>

namespace tokenward {
namespace {

namespace json = boost::json;
using json_error = boost::json::error_code;
using kind = yaml_node::kind;

constexpr std::size_t largest_document = std::size_t{1024} * 1024;
constexpr std::size_t deepest_level = 16;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Builds the tree from the parser's events.
class json_tree {
  public:
    // The document's size bounds all of these.
    static constexpr std::size_t max_object_size = largest_document;
    static constexpr std::size_t max_array_size = largest_document;
    static constexpr std::size_t max_key_size = largest_document;
    static constexpr std::size_t max_string_size = largest_document;

    int line = 1; ///< of the bytes that the parser gets

    yaml_node take() { return std::move(x_root); }

    bool on_document_begin(json_error&) { return true; }
    bool on_document_end(json_error&) { return true; }
    bool on_object_begin(json_error&) { return open(kind::map); }
    bool on_object_end(std::size_t, json_error&) { return close(); }
    bool on_array_begin(json_error&) { return open(kind::list); }
    bool on_array_end(std::size_t, json_error&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, json_error&) { return add_part(part); }
    bool on_key(json::string_view last, std::size_t, json_error&) { return add_text(last, true); }
    bool on_string_part(json::string_view part, std::size_t, json_error&) { return add_part(part); }
    bool on_string(json::string_view last, std::size_t, json_error&) { return add_text(last, true); }
    bool on_number_part(json::string_view part, json_error&) { return add_part(part); }
    bool on_int64(std::int64_t, json::string_view last, json_error&) { return add_text(last, false); }
    bool on_uint64(std::uint64_t, json::string_view last, json_error&) { return add_text(last, false); }
    bool on_double(double, json::string_view last, json_error&) { return add_text(last, false); }
    bool on_bool(bool value, json_error&) { return add_text(value ? "true" : "false", false); }
    bool on_null(json_error&) { return add({.type = kind::null, .line = line}); }
    bool on_comment_part(json::string_view, json_error&) { return true; }
    bool on_comment(json::string_view, json_error&) { return true; }

  private:
    bool add_part(json::string_view part) {
        x_text.append(part.data(), part.size());
        return true;
    }
    bool add_text(json::string_view last, bool quoted) {
        add_part(last);
        yaml_node made{.type = kind::text, .line = line, .quoted = quoted, .text = std::move(x_text)};
        x_text.clear();
        return add(std::move(made));
    }
    bool open(kind type) {
        // As in YAML, a list or map that belongs to a key has the key's line.
        const bool has_key = !x_open.empty() && x_open.back().type == kind::map;
        const int begins = has_key ? x_open.back().children.back().line : line;
        x_open.push_back({.type = type, .line = begins});
        return true;
    }
    bool close() {
        yaml_node done = std::move(x_open.back());
        x_open.pop_back();
        return add(std::move(done));
    }
    bool add(yaml_node value) {
        (x_open.empty() ? x_root : x_open.back().children.emplace_back()) = std::move(value);
        return true;
    }

    yaml_node x_root{};
    std::vector<yaml_node> x_open{}; // lists and maps that have not ended; the innermost last
    std::string x_text{};            // of the current key, string or number, so far
};

using tree_parser = json::basic_parser<json_tree>;

tree_parser make_parser() {
    json::parse_options options;
    options.max_depth = deepest_level;
    return tree_parser(options);
}

/// The fault in `line`; for an empty one, the fault at the document's end.
json_error feed(tree_parser& parser, std::string_view line) {
    json_error failed;
    const std::size_t used = parser.write_some(!line.empty(), line.data(), line.size(), failed);
    if (!failed && used < line.size()) failed = json::error::extra_data;
    return failed;
}

} // namespace

std::optional<yaml_node> parse_json(std::string_view text, fault_list& faults) {
    if (text.size() > largest_document) {
        faults.error(0, "larger than 1 MiB");
        return std::nullopt;
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return yaml_node{};
    if (!is_utf8(text)) {
        faults.error(0, "not UTF-8: save the file as UTF-8");
        return std::nullopt;
    }
    tree_parser parser = make_parser();
    int& line = parser.handler().line;
    json_error failed;
    while (!text.empty() && !failed) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        failed = feed(parser, text.substr(0, end));
        text.remove_prefix(end);
        if (!failed && !text.empty()) ++line;
    }
    if (!failed) failed = feed(parser, {});
    if (!failed) return parser.handler().take();
    faults.error(line,
                 failed == json::error::too_deep ? "nested too deeply" : "not JSON: " + failed.message());
    return std::nullopt;
}

} // namespace tokenward
