// The ranges of Accept with their quality values (RFC 9110, section 12.4.2).
#include "daemon/local/http/media.hpp"

#include "daemon/local/http/http_text.hpp"

namespace tokenward::local {
namespace {

// How precisely a media range names a type, and its quality value in thousandths.
struct preference {
    int precision = -1;
    unsigned quality = 0;
};

// "0", "0.5", "1.000", and Java's ".2": in thousandths; anything else: none.
std::optional<unsigned> parse_quality(std::string_view text) noexcept {
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction =
        point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (whole.empty() ? fraction.empty() : whole != "0" && whole != "1") return std::nullopt;
    if (fraction.size() > 3) return std::nullopt;
    unsigned value = whole == "1" ? 1000 : 0;
    unsigned weight = 100;
    for (char c : fraction) {
        if (!is_digit(c)) return std::nullopt;
        value += static_cast<unsigned>(c - '0') * weight;
        weight /= 10;
    }
    if (value > 1000) return std::nullopt;
    return value;
}

std::optional<unsigned> quality_of(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        auto end = parameters.find(';');
        std::string_view one = trimmed(parameters.substr(0, end));
        parameters.remove_prefix(end == std::string_view::npos ? parameters.size() : end + 1);
        if (one.size() >= 2 && lower_ascii(one[0]) == 'q' && one[1] == '=')
            return parse_quality(one.substr(2));
    }
    return 1000;
}

int precision(std::string_view range, std::string_view type) noexcept {
    if (range == "*/*" || range == "*") return 0;
    if (equals_any_case(range, type)) return 2;
    std::string_view family = type.substr(0, type.find('/') + 1);
    return range.size() == family.size() + 1 && range.ends_with('*') &&
                   equals_any_case(range.substr(0, family.size()), family)
               ? 1
               : -1;
}

void consider(std::string_view list, std::string_view type, preference& best) noexcept {
    while (!list.empty()) {
        std::string_view element = next_element(list);
        auto semicolon = element.find(';');
        int how = precision(trimmed(element.substr(0, semicolon)), type);
        if (how <= best.precision) continue;
        auto quality = quality_of(semicolon == std::string_view::npos ? "" : element.substr(semicolon + 1));
        if (quality) best = {how, *quality};
    }
}

unsigned quality_for(const request& asked, std::string_view type) noexcept {
    preference best;
    for (const request::line& line : asked.known_fields())
        if (line.name == field::accept) consider(line.value, type, best);
    return best.quality;
}

bool has_preference(const request& asked) noexcept {
    for (const request::line& line : asked.known_fields())
        if (line.name == field::accept && line.value.find_first_not_of(", \t") != std::string_view::npos)
            return true;
    return false;
}

} // namespace

std::optional<media> choose_media(const request& asked, bool text_too) noexcept {
    if (!has_preference(asked) || asked.first(field::accept) == "*/*") return media::json;
    unsigned json = quality_for(asked, "application/json");
    unsigned text = text_too ? quality_for(asked, "text/plain") : 0;
    if (json == 0 && text == 0) return std::nullopt;
    return text > json ? media::text : media::json;
}

bool is_json(std::string_view content_type) noexcept {
    return equals_any_case(trimmed(content_type.substr(0, content_type.find(';'))), "application/json");
}

} // namespace tokenward::local
