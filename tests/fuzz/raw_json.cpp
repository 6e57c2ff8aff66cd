// Any text as a JSON object. Of what is one, each member is found where a real parser finds it; of all else
// nothing is read beyond the text.
#include "daemon/base/text/raw_json.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace tokenward;
namespace json = boost::json;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_inside(std::string_view part, std::string_view all) {
    return part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size();
}

json::value parse_or_null(std::string_view text) {
    json::error_code failed;
    json::value parsed = json::parse(text, failed);
    return failed ? json::value() : parsed;
}

// `member` is one of the object `all` is the text of, and `read` is what a real parser makes of it.
void compare(const raw_member& member, std::string_view all, const json::object& read) {
    const std::string name = json::value_to<std::string>(json::parse('"' + std::string(member.name) + '"'));
    const json::value value = json::parse(member.value);
    require(read.contains(name));
    if (count_members(all, name) == 1) require(read.at(name) == value);
    const bool is_ascii = name.find_first_of('\0') == std::string::npos &&
                          std::all_of(name.begin(), name.end(), [](char c) { return c >= 0; });
    if (!is_ascii) return;
    require(member.is(name));
    const json::value rest = json::parse(without_member(all, name));
    require(!rest.as_object().contains(name) && rest.as_object().size() == read.size() - 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const json::value parsed = parse_or_null(text);
    raw_object members(text);
    std::size_t count = 0;
    while (auto member = members.next()) {
        require(is_inside(member->name, text) && is_inside(member->value, text) &&
                is_inside(member->whole, text));
        if (parsed.is_object() && ++count <= 8) compare(*member, text, parsed.get_object());
    }
    (void)without_member(text, "token");
    if (parsed.is_object() && parsed.get_object().empty()) require(count == 0);
    return 0;
}
