// What `tokenward config import` prints is read back as what the cloud says, whatever words it says it with.
#include "daemon/config/cloud_import.hpp"

#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

/// Words that a reader of YAML 1.1 or 1.2 takes for a null, a truth value, a number, a date or a part of its
/// syntax.
const std::vector<std::string> words{"null",
                                     "Null",
                                     "NULL",
                                     "~",
                                     "true",
                                     "True",
                                     "TRUE",
                                     "false",
                                     "FALSE",
                                     "yes",
                                     "Yes",
                                     "YES",
                                     "no",
                                     "No",
                                     "on",
                                     "ON",
                                     "off",
                                     "Off",
                                     "y",
                                     "Y",
                                     "n",
                                     "N",
                                     "0",
                                     "00",
                                     "007",
                                     "-1",
                                     "+1",
                                     "1.5",
                                     "1e3",
                                     "1E3",
                                     ".5",
                                     "5.",
                                     "0x1F",
                                     "0o17",
                                     "0b1",
                                     "1_000",
                                     "12:30:45",
                                     "190:20:30",
                                     ".inf",
                                     "-.inf",
                                     ".Inf",
                                     ".NaN",
                                     ".nan",
                                     "inf",
                                     "nan",
                                     "2026-11-29",
                                     "2026-11-29T12:00:00Z",
                                     "2026-11-29 12:00:00",
                                     "=",
                                     "<<",
                                     "-",
                                     "--",
                                     "---",
                                     "...",
                                     "- a",
                                     "a: b",
                                     "a:",
                                     ":a",
                                     "a #b",
                                     "#a",
                                     "a#b",
                                     "{a}",
                                     "[a]",
                                     "a, b",
                                     "!a",
                                     "!!str",
                                     "&a",
                                     "*a",
                                     "%a",
                                     "@a",
                                     "`a`",
                                     "|",
                                     ">",
                                     "'",
                                     "''",
                                     "\"",
                                     "\"\"",
                                     "\\",
                                     "\\n",
                                     "a\\b",
                                     "it's",
                                     "say \"no\"",
                                     " a",
                                     "a ",
                                     "a  b",
                                     "?",
                                     "? a",
                                     "x y",
                                     "\xc3\xa4\xc3\xb6\xc3\xbc",
                                     "\xe6\x97\xa5\xe6\x9c\xac",
                                     "\xf0\x9f\x94\x91",
                                     "unscoped",
                                     "default",
                                     "envvars",
                                     "/",
                                     "/a",
                                     "a/b",
                                     "~/a",
                                     "http://x",
                                     "x.y-z_0"};

/// A text in the double quotes of YAML.
std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') made += '\\';
        made += c;
    }
    return made + '"';
}

few_clouds clouds_that_say(const std::string& word, const std::string& name) {
    const std::string w = quoted(word);
    return {.clouds = "clouds:\n  " + quoted(name) + ":\n    region_name: " + w +
                      "\n    auth:\n      auth_url: https://iam.example.com/v3\n      username: " + w +
                      "\n      user_domain_name: " + w + "\n      project_name: " + w +
                      "\n      project_domain_name: " + w + "\n      password: " + w + "\n"};
}

/// The one identity that the cloud `name` is, without the names that only we give.
identity_config meant_by(const std::string& name, const few_clouds& clouds) {
    return identity_of("identities:\n  ci:\n    cloud: " + quoted(name) + "\n", clouds);
}

void expect_same(const std::string& name, const few_clouds& clouds) {
    const few_clouds_finder finder(clouds);
    const cloud_import made = import_cloud(name, "/secrets", few_names{}, finder);
    for (const config_fault& fault : made.faults)
        EXPECT_NE(fault.severity, config_fault::level::error) << to_string(fault) << "\n" << made.stanza;
    const parsed_config again = parse(made.stanza);
    ASSERT_EQ(again.value.identities.size(), 1U) << made.stanza;
    identity_config is = again.value.identities.front();
    identity_config should_be = meant_by(name, clouds);
    ASSERT_EQ(is.name, made.identity) << made.stanza;
    ASSERT_EQ(made.secrets.size(), 1U);
    EXPECT_EQ(made.secrets.front().value.reveal(), should_be.auth.secret.name);
    should_be.auth.secret = is.auth.secret;
    EXPECT_EQ(is.auth, should_be.auth) << made.stanza;
    EXPECT_EQ(is.scopes, should_be.scopes) << made.stanza;
    EXPECT_EQ(is.region_name, should_be.region_name) << made.stanza;
    EXPECT_EQ(is.verify, should_be.verify) << made.stanza;
    EXPECT_EQ(is.cacert, should_be.cacert) << made.stanza;
}

TEST(CloudImport, WordsOfYamlStayTextsInEveryPlace) {
    for (const std::string& word : words) {
        SCOPED_TRACE("the word " + word);
        expect_same("home", clouds_that_say(word, "home"));
    }
}

TEST(CloudImport, CloudsMayBearEveryName) {
    for (const std::string& word : words) {
        if (word == "envvars") continue; // the one that the variables make
        SCOPED_TRACE("a cloud called " + word);
        expect_same(word, clouds_that_say("x", word));
    }
}

TEST(CloudImport, TruthValuesOfTheCloudStayTruthValues) {
    for (const std::string value :
         {"false", "\"False\"", "no", "true", "\"True\"", "\"0\"", "1", "/own/ca.pem"}) {
        SCOPED_TRACE("verify: " + value);
        few_clouds clouds = clouds_that_say("x", "home");
        clouds.clouds += "    verify: " + value + "\n";
        expect_same("home", clouds);
    }
}

} // namespace
} // namespace tokenward
