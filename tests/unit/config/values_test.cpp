// What a file without faults is read as.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfigValues, DefaultsAreFilledIn) {
    EXPECT_THAT(faults_of(good), IsEmpty());
    identity_config ci = identity_of(good);
    EXPECT_EQ(ci.name, "ci");
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_EQ(ci.auth.username, "bot");
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{"", "Home"}));
    EXPECT_EQ(ci.auth.project_domain, ci.auth.user_domain);
    EXPECT_EQ(ci.auth.secret, (secret_ref{secret_ref::source::file, "/run/secret"}));
    EXPECT_TRUE(ci.verify && ci.on_demand && ci.catalog);
    EXPECT_EQ(ci.max_scopes, 1024U);
    EXPECT_TRUE(ci.cacert.empty() && ci.scopes.empty() && ci.allow.empty() && ci.deny.empty());
    EXPECT_EQ(parse(good).value.sockets, (std::vector{socket_config{"", 0666}}));
}

TEST(ConfigValues, EverythingThatIsSaidIsTaken) {
    identity_config ci = identity_of(good + "    auth_type: v3password\n"
                                            "    cacert: /etc/ssl/ca.pem\n"
                                            "    on_demand: no\n"
                                            "    catalog: false\n"
                                            "    max_scopes: 7\n");
    EXPECT_EQ(ci.cacert, "/etc/ssl/ca.pem");
    EXPECT_FALSE(ci.on_demand || ci.catalog);
    EXPECT_EQ(ci.max_scopes, 7U);
}

TEST(ConfigValues, PasscodesAreWantedWhereTheTypeOrTheirSecretSaysSo) {
    identity_config person =
        identity_of(good + "    auth_type: v3multifactor\n    auth_methods: [v3password, v3totp]\n");
    EXPECT_TRUE(person.auth.multifactor);
    EXPECT_FALSE(person.auth.totp.has_value());
    identity_config alone =
        identity_of(good + "      totp_secret: {file: /t}\n      totp_digits: 8\n    rescope: never\n");
    EXPECT_TRUE(alone.auth.multifactor);
    ASSERT_TRUE(alone.auth.totp.has_value());
    EXPECT_EQ(alone.auth.totp->secret, (secret_ref{secret_ref::source::file, "/t"}));
    EXPECT_EQ(alone.auth.totp->digits, 8U);
    EXPECT_EQ(alone.auth.totp->period, std::chrono::seconds(30));
    EXPECT_EQ(alone.rescope, rescope_mode::off);
}

TEST(ConfigValues, AnApplicationCredentialNeedsNoUserAndBringsItsScope) {
    identity_config app =
        identity_of("identities:\n  app:\n    auth_type: v3applicationcredential\n    auth:\n"
                    "      auth_url: https://iam.example.com/v3\n"
                    "      application_credential_id: abc\n"
                    "      application_credential_secret: {env: APP}\n");
    EXPECT_EQ(app.auth.type, auth_type::application_credential);
    EXPECT_EQ(app.auth.application_credential_id, "abc");
    EXPECT_EQ(app.auth.secret, (secret_ref{secret_ref::source::env, "APP"}));
    EXPECT_EQ(app.scopes, (std::vector<named_scope>{{"default", scope{}}}));
}

TEST(ConfigValues, AGivenTokenIsItsOwnScope) {
    identity_config given =
        identity_of("identities:\n  given:\n    auth_type: v3token\n    auth:\n"
                    "      auth_url: https://iam.example.com/v3\n      token: {file: /t}\n");
    EXPECT_EQ(given.auth.type, auth_type::token);
    EXPECT_EQ(given.scopes, (std::vector<named_scope>{{"default", scope{}}}));
}

TEST(ConfigValues, CertificateAndProxyArePartOfTheLogin) {
    const std::string way = good + "    cert: /etc/ssl/me.pem\n"
                                   "    key: /etc/ssl/me.key\n"
                                   "    proxy: http://proxy.example:3128\n";
    EXPECT_THAT(faults_of(way), IsEmpty());
    identity_config ci = identity_of(way);
    EXPECT_EQ(ci.cert, "/etc/ssl/me.pem");
    EXPECT_EQ(ci.key, "/etc/ssl/me.key");
    EXPECT_EQ(ci.proxy.name(), "http://proxy.example:3128");
    EXPECT_TRUE(same_login(ci, identity_of(way)));
    for (const char* part : {"me.pem", "me.key", "3128"}) {
        std::string other = way;
        other.replace(other.find(part), 1, "9");
        EXPECT_FALSE(same_login(ci, identity_of(other))) << part;
    }
}

TEST(ConfigValues, IdentitiesStayInTheOrderOfTheFile) {
    std::string second = good.substr(good.find("  ci:"));
    second.replace(0, 5, "  an:");
    config both = parse(good + second).value;
    ASSERT_EQ(both.identities.size(), 2U);
    EXPECT_EQ(both.identities[0].name, "ci");
    EXPECT_EQ(both.identities[1].name, "an");
}

TEST(ConfigValues, SocketModeIsOctalWithOrWithoutItsMark) {
    for (auto mode : {"\"0600\"", "'0600'", "\"600\"", "\"0o600\"", "0o600"}) {
        auto parsed = parse(good + "socket: {path: /run/t.sock, mode: " + mode + "}\n");
        EXPECT_TRUE(parsed.ok()) << mode;
        EXPECT_EQ(parsed.value.sockets, (std::vector{socket_config{"/run/t.sock", 0600}})) << mode;
    }
}

TEST(ConfigValues, AuthUrlLosesItsTrailingSlashes) {
    std::string text = good;
    text.replace(text.find("/v3\n"), 3, "/v3//");
    EXPECT_EQ(identity_of(text).auth.auth_url, "https://iam.example.com/v3");
}

TEST(ConfigValues, NumbersAndWordsOfYamlAreTextsWhereATextIsWanted) {
    std::string text = good;
    text.replace(text.find("bot"), 3, "0815");
    text.replace(text.find("Home"), 4, "no");
    identity_config ci = identity_of(text);
    EXPECT_EQ(ci.auth.username, "0815");
    EXPECT_EQ(ci.auth.user_domain.name, "no");
}

TEST(ConfigValues, SecretsComeFromCredentialsFilesAndVariables) {
    auto password = [](const std::string& said) {
        std::string text = good;
        text.replace(text.find("{file: /run/secret}"), 19, said);
        return identity_of(text).auth.secret;
    };
    EXPECT_EQ(password("{credential: ci.password}"),
              (secret_ref{secret_ref::source::credential, "ci.password"}));
    EXPECT_EQ(password("\n        env: CI_PASSWORD"), (secret_ref{secret_ref::source::env, "CI_PASSWORD"}));
    EXPECT_EQ(password("12345"), (secret_ref{secret_ref::source::inline_text, "12345"}));
}

TEST(ConfigValues, EveryFormOfAScope) {
    identity_config ci = identity_of(good + "      project_domain_id: p1\n"
                                            "    scopes:\n"
                                            "      a: {project_id: 0123}\n"
                                            "      b: {project_name: eu-de}\n"
                                            "      c: {project_name: eu-de, project_domain_name: Other}\n"
                                            "      d: {project_name: eu-de, project_domain_id: o1}\n"
                                            "      e: {domain_id: d1}\n"
                                            "      f: {domain_name: Home}\n"
                                            "      g: {unscoped: true}\n");
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"a", {scope_kind::project_id, "0123", {}}},
                            named_scope{"b", {scope_kind::project_name, "eu-de", {"p1", ""}}},
                            named_scope{"c", {scope_kind::project_name, "eu-de", {"", "Other"}}},
                            named_scope{"d", {scope_kind::project_name, "eu-de", {"o1", ""}}},
                            named_scope{"e", {scope_kind::domain_id, "d1", {}}},
                            named_scope{"f", {scope_kind::domain_name, "Home", {}}}, named_scope{"g", {}}));
}

TEST(ConfigValues, StanzaPastedFromCloudsYamlHasItsScopeAsDefaultFirst) {
    identity_config ci = identity_of(good + "      project_name: eu-de\n"
                                            "      project_domain_name: Projects\n"
                                            "    scopes:\n"
                                            "      all: {domain_name: Home}\n");
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"default", {scope_kind::project_name, "eu-de", {"", "Projects"}}},
                            named_scope{"all", {scope_kind::domain_name, "Home", {}}}));
}

TEST(ConfigValues, IdsWinOverNamesInAPastedStanzaAsInKeystoneauth) {
    identity_config ci = identity_of(good + "      project_name: eu-de\n"
                                            "      project_id: 0123\n"
                                            "      user_domain_id: h1\n");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{"default", {scope_kind::project_id, "0123", {}}}));
    EXPECT_EQ(ci.auth.user_domain, (domain_ref{"h1", ""}));
}

TEST(ConfigValues, UserIdNeedsNoDomain) {
    std::string text = good;
    text.replace(text.find("username: bot\n      user_domain_name: Home"), 41,
                 "user_id: u1\n      project_id: p1");
    identity_config ci = identity_of(text);
    EXPECT_EQ(ci.auth.user_id, "u1");
    EXPECT_TRUE(ci.auth.user_domain.empty());
    EXPECT_EQ(ci.scopes.size(), 1U);
}

TEST(ConfigValues, DocumentMarksCommentsAndWindowsLineEndsAreTaken) {
    EXPECT_THAT(faults_of("# ours\n---\n" + good + "...\n"), IsEmpty());
    EXPECT_THAT(faults_of("\xef\xbb\xbf" + good), IsEmpty());
    std::string windows;
    for (char c : good) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_TRUE(same_login(identity_of(windows), identity_of(good)));
}

TEST(ConfigValues, AnInterfaceMayHaveItsNameOfOld) {
    EXPECT_EQ(identity_of(good + "    interface: internal\n").endpoint_interface, "internal");
    EXPECT_EQ(identity_of(good + "    interface: publicURL\n").endpoint_interface, "public");
    EXPECT_EQ(identity_of(good + "    interface: internalURL\n").endpoint_interface, "internal");
    EXPECT_EQ(identity_of(good + "    interface: adminURL\n").endpoint_interface, "admin");
}

std::string url_of(const std::string& given) {
    std::string text = good;
    const std::string usual = "https://iam.example.com/v3";
    text.replace(text.find(usual), usual.size(), given);
    return identity_of(text).auth.auth_url;
}

TEST(Config, TheAuthUrlIsTakenAsPeopleWriteIt) {
    EXPECT_EQ(url_of("HTTPS://iam.example.com/v3"), "https://iam.example.com/v3");
    EXPECT_EQ(url_of("'  https://iam.example.com/v3/ '"), "https://iam.example.com/v3");
    EXPECT_EQ(url_of("https://iam.example.com/v2.0"), "https://iam.example.com/v3");
    EXPECT_EQ(url_of("https://iam.example.com/identity/v2.0/"), "https://iam.example.com/identity/v3");
    EXPECT_EQ(url_of("Http://127.0.0.1:5000/v3"), "http://127.0.0.1:5000/v3");
    EXPECT_EQ(url_of("https://IAM.Example.com./v3"), "https://IAM.Example.com./v3");
    EXPECT_EQ(url_of("https://b\xc3\xbc"
                     "cher.example/v3"),
              "https://xn--bcher-kva.example/v3");
}

} // namespace
} // namespace tokenward
