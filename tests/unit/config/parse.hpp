// What the tests of the configuration share: a file that is right, to be made wrong, and the faults as texts.
#pragma once

#include "daemon/config/parse_config.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Knows `deploy` (1001), `root` (0), `nobody` (65534) and the group `ci` (200).
struct few_names final : name_resolver {
    std::optional<unsigned> user(const std::string& name) const override {
        if (name == "nobody") return 65534U;
        return name == "deploy" ? std::optional(1001U) : name == "root" ? std::optional(0U) : std::nullopt;
    }
    std::optional<unsigned> group(const std::string& name) const override {
        return name == "ci" ? std::optional(200U) : std::nullopt;
    }
};

/// A file without faults: seven lines, that end within `auth` of identity `ci`.
inline const std::string good = "identities:\n"
                                "  ci:\n"
                                "    auth:\n"
                                "      auth_url: https://iam.example.com/v3\n"
                                "      username: bot\n"
                                "      user_domain_name: Home\n"
                                "      password: {file: /run/secret}\n";

inline parsed_config parse(std::string_view text) {
    return parse_config(text, "f", few_names{});
}

/// The faults as an operator sees them.
inline std::vector<std::string> faults_of(std::string_view text) {
    std::vector<std::string> faults;
    for (const config_fault& fault : parse(text).faults) faults.push_back(to_string(fault));
    return faults;
}

/// The one identity of `text`, which must have no errors.
inline identity_config identity_of(std::string_view text) {
    parsed_config parsed = parse(text);
    return parsed.ok() && parsed.value.identities.size() == 1 ? parsed.value.identities[0]
                                                              : identity_config{};
}

} // namespace tokenward
