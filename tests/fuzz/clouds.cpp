// Feeds any texts to the reader of clouds.yaml and its kin, through identities that name clouds.
// The input is up to four texts, each after a line `---8<---`: tokenward.yaml, clouds.yaml, secure.yaml,
// clouds-public.yaml.
#include "daemon/config/cloud_import.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tokenward;

constexpr std::string_view cut = "---8<---\n";

struct no_names final : name_resolver {
    std::optional<unsigned> user(const std::string&) const override { return std::nullopt; }
    std::optional<unsigned> group(const std::string&) const override { return std::nullopt; }
};

struct given_clouds final : cloud_finder {
    std::array<std::string_view, 4> texts{};
    cloud_sources find() const override {
        cloud_sources found{.home_of = [](const std::string& user) { return "/home/" + user; }};
        // What begins as a map of JSON is read by that reader.
        auto file = [](std::string name, std::string_view text) {
            if (text.starts_with('{')) name += ".json";
            return cloud_file{std::move(name), wiped_string(text.begin(), text.end())};
        };
        found.clouds = file("c", texts[1]);
        found.secure = file("s", texts[2]);
        found.vendor = file("v", texts[3]);
        found.variables = {{"OS_AUTH_URL", std::string(texts[3].substr(0, texts[3].find('\0')))},
                           {"OS_PASSWORD", ""}};
        return found;
    }
};

void require(bool holds) {
    if (!holds) std::abort();
}

void check_faults(const std::vector<config_fault>& faults, int lines) {
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    for (const config_fault& fault : faults) {
        require(!fault.message.empty() &&
                std::none_of(fault.message.begin(), fault.message.end(), is_control));
        require(fault.line >= 0 && fault.line <= lines);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    int lines = static_cast<int>(std::count(input.begin(), input.end(), '\n')) + 1;
    given_clouds clouds;
    for (std::string_view& text : clouds.texts) {
        std::size_t end = std::min(input.find(cut), input.size());
        text = input.substr(0, end);
        input.remove_prefix(std::min(end + cut.size(), input.size()));
    }
    check_faults(parse_config(clouds.texts[0], "f", no_names{}, &clouds).faults, lines);
    for (const char* name : {"home", "envvars"}) {
        cloud_import made = import_cloud(name, "/secrets", no_names{}, clouds);
        check_faults(made.faults, std::max(lines, 100));
        if (!made.ok()) continue;
        require(parse_config(made.stanza, "stanza", no_names{}).ok());
        for (const imported_secret& each : made.secrets) require(each.value.empty() != each.variable.empty());
    }
    return 0;
}
