// Clouds as the tests have them: texts in the place of files.
#pragma once

#include "daemon/config/cloud_reader.hpp"
#include "tests/unit/config/parse.hpp"

namespace tokenward {

/// The files and variables of a test; texts that are empty are files that are not there.
struct few_clouds {
    std::string clouds{};
    std::string secure{};
    std::string vendor{};
    bool open_to_others = false;
    std::vector<cloud_variable> variables{};
    std::string variables_name{};
    std::string suffix{".yaml"}; ///< of the files
};

/// Gives them, and counts how often.
class few_clouds_finder final : public cloud_finder {
  public:
    explicit few_clouds_finder(few_clouds holds) : x_holds(std::move(holds)) {}
    cloud_sources find() const override {
        ++asked;
        cloud_sources found{.looked_at = {"clouds.yaml"},
                            .variables = x_holds.variables,
                            .home_of = home_of,
                            .variables_name = x_holds.variables_name};
        found.clouds = file("clouds", x_holds.clouds);
        found.secure = file("secure", x_holds.secure);
        found.vendor = file("clouds-public", x_holds.vendor);
        return found;
    }
    mutable int asked = 0;

  private:
    static std::string home_of(const std::string& user) {
        return user.empty() ? "/home/me" : user == "root" ? "/root" : "";
    }
    std::optional<cloud_file> file(const std::string& name, const std::string& text) const {
        if (text.empty()) return std::nullopt;
        return cloud_file{name + x_holds.suffix, wiped_string(text.begin(), text.end()),
                          x_holds.open_to_others};
    }
    few_clouds x_holds;
};

/// A clouds.yaml without faults: cloud `home`, of nine lines.
inline const std::string good_clouds = "clouds:\n"
                                       "  home:\n"
                                       "    region_name: eu-de\n"
                                       "    auth:\n"
                                       "      auth_url: https://iam.example.com/v3\n"
                                       "      username: bot\n"
                                       "      user_domain_name: Home\n"
                                       "      password: hunter2\n"
                                       "      project_name: demo\n";

/// A tokenward.yaml of an identity `ci`, which takes all from `cloud` and says `more`, lines of its own.
inline std::string of_cloud(const std::string& cloud, const std::string& more = "") {
    return "identities:\n  ci:\n    cloud: " + cloud + "\n" + more;
}

inline std::vector<std::string> faults_of(std::string_view text, const few_clouds& clouds) {
    std::vector<std::string> faults;
    few_clouds_finder finder(clouds);
    for (const config_fault& fault : parse_config(text, "f", few_names{}, &finder).faults)
        faults.push_back(to_string(fault));
    return faults;
}

/// The one identity of `text`; an empty one if there is an error.
inline identity_config identity_of(std::string_view text, const few_clouds& clouds) {
    few_clouds_finder finder(clouds);
    parsed_config parsed = parse_config(text, "f", few_names{}, &finder);
    return parsed.ok() && parsed.value.identities.size() == 1 ? parsed.value.identities[0]
                                                              : identity_config{};
}

inline const secret_ref& secret_of(const identity_config& identity) {
    return identity.auth.secret;
}

/// A cloud `home` of these lines, which are indented by four.
inline few_clouds of_lines(const std::string& lines) {
    return {.clouds = "clouds:\n  home:\n" + lines};
}

/// The beginning of an `auth` of `home`, to be ended by the test.
inline const std::string auth_of_home =
    "    auth: {auth_url: 'https://iam.example.com/v3', username: bot, password: pw, ";

} // namespace tokenward
