// The messages about faults in a file, each with its line, and without a second one that only follows from
// it.
#include "tests/unit/config/wrong_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ConfigFaults : public testing::TestWithParam<wrong_file> {};

TEST_P(ConfigFaults, IsReportedOnceWithItsLine) {
    EXPECT_THAT(faults_of(GetParam().text), ElementsAre("f" + GetParam().fault));
}

std::string scoped(const std::string& scope) {
    return good + "    scopes:\n      a: " + scope + "\n";
}

const std::string one_target =
    "identities.ci.scopes.a must have exactly one of `project_id`, `project_name`, `domain_id`, "
    "`domain_name` and `unscoped: true`";
const std::string bad_name =
    "not a name: name the identity with 1 to 64 of A-Z a-z 0-9 . _ -, but not `unscoped`";
const std::string mode_form = "`mode` must be three or four octal digits in quotes, such as \"0666\"";

INSTANTIATE_TEST_SUITE_P(
    TheFile, ConfigFaults,
    testing::Values(
        wrong_file{"", ": error: empty: name at least one identity under `identities`"},
        wrong_file{"# nothing\n\n", ": error: empty: name at least one identity under `identities`"},
        wrong_file{"just words\n", ":1: error: the configuration must be a map, lines of `key: value`"},
        wrong_file{"- a\n", ":1: error: the configuration must be a map, lines of `key: value`"},
        wrong_file{"socket: {path: /s}\n", ": error: no `identities`: name at least one"},
        wrong_file{"\nidentities:\n", ":2: error: `identities` has no value: give it one or remove it"},
        wrong_file{"identities: {}\n",
                   ":1: warning: `identities` is empty: nobody can have a token until one is named"},
        wrong_file{"identities: [ci]\n",
                   ":1: error: not a map: each identity is its name, a colon, and its keys"},
        wrong_file{"identities:\n  ci:\n", ":2: error: identity `ci` has no keys: give it some or remove it"},
        wrong_file{"identities:\n  ci: yes\n",
                   ":2: error: identities.ci must be a map, lines of `key: value`"},
        wrong_file{"identities:\n  a/b: {}\n", ":2: error: " + bad_name},
        wrong_file{"identities:\n  unscoped: {}\n", ":2: error: " + bad_name},
        wrong_file{"identities:\n  ? [a]\n  : {}\n", ":2: error: a key must be a word"},
        wrong_file{good + "  ci: {}\n", ":8: error: `ci` is given twice: it is already in line 2"},
        wrong_file{good + "---\nsocket: {path: /s}\n",
                   ":8: error: a second document: remove its `---`; a file holds one document"},
        wrong_file{good + "---\n",
                   ":8: error: a second document: remove its `---`; a file holds one document"},
        wrong_file{"identities:\n\tci: {}\n", ":2: error: a tab in the indentation: use spaces"},
        wrong_file{good + "socket: {path: /s\n", ":9: error: not YAML: end of map flow not found"},
        wrong_file{good + "sokcet: {}\n", ":8: error: unknown key `sokcet`: did you mean `socket`?"},
        wrong_file{good + "colour: red\n", ":8: error: unknown key `colour`: known here are `socket`, "
                                           "`sockets`, `limits`, `metrics`, `identities`"}));

INSTANTIATE_TEST_SUITE_P(
    Socket, ConfigFaults,
    testing::Values(
        wrong_file{good + "socket: /run/s\n", ":8: error: socket must be a map, lines of `key: value`"},
        wrong_file{good + "socket: {path: run/s}\n",
                   ":8: error: `path` must be an absolute path, one that begins with `/`"},
        wrong_file{good + "socket: {path: /" + std::string(107, 's') + "}\n",
                   ":8: error: `path` is too long: at most 107 bytes"},
        wrong_file{good + "socket:\n  mode: 0666\n", ":9: error: " + mode_form},
        wrong_file{good + "socket:\n  mode: 438\n", ":9: error: " + mode_form},
        wrong_file{good + "socket:\n  mode: \"rw-rw-rw-\"\n", ":9: error: " + mode_form},
        wrong_file{good + "socket:\n  mode: \"0668\"\n", ":9: error: " + mode_form},
        wrong_file{good + "socket:\n  mode: [1]\n", ":9: error: " + mode_form},
        wrong_file{good + "socket:\n  mode: \"4666\"\n", ":9: error: `mode` must be at most \"0777\""}));

INSTANTIATE_TEST_SUITE_P(
    Identity, ConfigFaults,
    testing::Values(
        wrong_file{
            "identities:\n  ci: {verify: true}\n",
            ":2: error: `auth` is missing in identities.ci: add it with `auth_url`, a user and a `password`"},
        wrong_file{"identities:\n  ci:\n    auth: x\n",
                   ":3: error: identities.ci.auth must be a map, lines of `key: value`"},
        wrong_file{good + "    catalogue: true\n",
                   ":8: error: unknown key `catalogue`: did you mean `catalog`?"},
        wrong_file{good + "    rescope: often\n",
                   ":8: error: unknown rescope `often`: known here are `auto`, `never`, `always`"},
        wrong_file{
            good + "    auth_type: v3totp\n    rescope: never\n",
            ":9: error: `rescope: never` would ask a person for a passcode for every scope: remove it, "
            "or give `totp_secret`"},
        wrong_file{good + "    auth_methods: [v3password, v3totp]\n",
                   ":8: error: `auth_methods` goes with auth_type v3multifactor"},
        wrong_file{good + "    region_nam: eu\n",
                   ":8: error: unknown key `region_nam`: did you mean `region_name`?"},
        wrong_file{good + "    auth_type: pasword\n",
                   ":8: error: unknown auth_type `pasword`: did you mean `password`?"},
        wrong_file{good + "    verify: maybe\n", ":8: error: `verify` must be true or false, without quotes"},
        wrong_file{good + "    verify: \"false\"\n",
                   ":8: error: `verify` must be true or false, without quotes"},
        wrong_file{good + "    on_demand:\n",
                   ":8: error: `on_demand` has no value: give it one or remove it"},
        wrong_file{good + "    cacert: ca.pem\n",
                   ":8: error: `cacert` must be an absolute path, one that begins with `/`"},
        wrong_file{good + "    cacert: [/a]\n", ":8: error: `cacert` must be a text"},
        wrong_file{good + "    cert: me.pem\n",
                   ":8: error: `cert` must be an absolute path, one that begins with `/`"},
        wrong_file{good + "    key: /me.key\n",
                   ":8: error: `key` without `cert`: name the certificate that it belongs to"},
        wrong_file{good + "    proxy: socks5://me:hunter2@proxy:1080\n",
                   ":8: error: `proxy` must begin with http://: proxies of another kind are not supported"},
        wrong_file{good + "    proxy: http://proxy:99999\n",
                   ":8: error: `proxy` must name a host and a port, such as "
                   "http://proxy.example.com:3128"},
        wrong_file{good + "    proxy: http://me:hunter2@proxy:3128\n",
                   ":8: warning: `proxy` holds a password, which stays in this file as plain text: leave "
                   "`proxy` out, and give it by the variable HTTPS_PROXY, which is wiped"},
        wrong_file{good + "    max_scopes: 0\n",
                   ":8: error: `max_scopes` must be a whole number from 1 to 65536"},
        wrong_file{good + "    max_scopes: 65537\n",
                   ":8: error: `max_scopes` must be a whole number from 1 to 65536"},
        wrong_file{good + "    max_scopes: 010\n",
                   ":8: error: `max_scopes` must be a whole number from 1 to 65536"},
        wrong_file{good + "    max_scopes: 1e3\n",
                   ":8: error: `max_scopes` must be a whole number from 1 to 65536"},
        wrong_file{
            good + "    max_scopes: 1\n    scopes: {a: {project_id: 1}, b: {project_id: 2}}\n",
            ":8: error: `max_scopes` of identities.ci is 1, less than its 2 configured scopes: raise it"},
        wrong_file{good + "    max_scopes: 1\n    scopes: {a: {project_id: 1}}\n",
                   ":8: warning: `max_scopes` of identities.ci is 1, as many as its configured scopes, so "
                   "that callers can't "
                   "ask for others: raise it, or set `on_demand` to false"},
        wrong_file{
            good + "    on_demand: false\n",
            ":8: warning: identities.ci can give no token: it has no `scopes`, and `on_demand` is false"},
        wrong_file{good + "    verify: false\n", ":8: warning: `verify` is false: anybody on the network "
                                                 "path can pose as the IAM and take the password, use "
                                                 "`cacert` instead"}));

INSTANTIATE_TEST_SUITE_P(
    Scopes, ConfigFaults,
    testing::Values(
        wrong_file{scoped("{}"), ":9: error: " + one_target},
        wrong_file{scoped("{project_domain_id: x}"), ":9: error: " + one_target},
        wrong_file{
            scoped("{project_id: 1, project_name: x}"),
            ":9: warning: `project_id` and `project_name` are both given in identities.ci.scopes.a: the "
            "id counts"},
        wrong_file{scoped("{system_scope: all}"),
                   ":9: error: `system_scope` is not supported by this version yet"},
        wrong_file{scoped("{trust_id: x}"), ":9: error: `trust_id` is not supported by this version yet"},
        wrong_file{scoped("{unscoped: true, domain_id: x}"), ":9: error: " + one_target},
        wrong_file{scoped("{unscoped: false}"),
                   ":9: error: `unscoped` can only be true: for another scope, name it"},
        wrong_file{
            scoped("{project_id: 1, project_domain_id: x}"),
            ":9: error: a project domain in identities.ci.scopes.a goes with `project_name` only: remove it"},
        wrong_file{scoped("{project_name: a, project_domain_id: x, project_domain_name: y}"),
                   ":9: error: `project_domain_id` and `project_domain_name` are both given in "
                   "identities.ci.scopes.a: "
                   "remove one"},
        wrong_file{scoped("{project: eu-de}"),
                   ":9: error: unknown key `project`: did you mean `project_id`?"},
        wrong_file{scoped("eu-de"), ":9: error: identities.ci.scopes.a must be a map, lines of `key: value`"},
        wrong_file{scoped("{project_id: 1}") + "      a: {project_id: 2}\n",
                   ":10: error: `a` is given twice: it is already in line 9"},
        wrong_file{scoped("{project_name: x}") + "      b: {project_name: x, project_domain_name: Home}\n",
                   ":10: error: scope `b` is the same as `a` in line 9: remove one"},
        wrong_file{good + "      project_id: 1\n    scopes: {default: {project_id: 2}}\n",
                   ":9: error: scope `default` is already what line 8 under `auth` asks for: give this one "
                   "another name"},
        wrong_file{good + "    scopes: [a]\n",
                   ":8: error: not a map: each scope is its name, a colon, and its keys"}));

TEST(ConfigFaults, AllOfThemComeAtOnceInTheOrderOfTheirLines) {
    EXPECT_THAT(faults_of("socket: {mode: 0666}\n"
                          "identities:\n"
                          "  ci:\n"
                          "    verify: perhaps\n"
                          "    auth:\n"
                          "      auth_url: nowhere\n"
                          "      usrename: bot\n"
                          "      password: hunter2\n"
                          "    allow:\n"
                          "      - {user: ghost}\n"
                          "sokcet: {}\n"),
                ElementsAre(HasSubstr("f:1: error: `mode`"), HasSubstr("f:4: error: `verify`"),
                            HasSubstr("f:5: error: `user_domain_name` or"),
                            HasSubstr("f:6: error: `auth_url`"),
                            HasSubstr("f:7: error: unknown key `usrename`"),
                            HasSubstr("f:8: warning: `password`"), HasSubstr("f:10: warning: user `ghost`"),
                            HasSubstr("f:11: error: unknown key `sokcet`")));
}

} // namespace
} // namespace tokenward
