// clouds.json: read as JSON into the same values as YAML.
#include "tests/unit/config/clouds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string json_auth = R"("auth_url": "https://iam.example.com/v3", "username": "bot",
 "user_domain_name": "Home", "password": "pw")";

few_clouds of_json(const std::string& cloud) {
    return {.clouds = R"({"clouds": {"home": )" + cloud + "}}", .suffix = ".json"};
}

TEST(CloudsJson, AnEscapedPairOfSurrogatesIsOneCharacter) {
    few_clouds clouds =
        of_json(R"({"auth": {"auth_url": "https://iam.example.com\/v3", "username": "b\u00f6t",
        "user_domain_name": "Home", "project_name": "\ud83d\ude00", "password": "p\ud83d\udd11w"}})");
    identity_config ci = identity_of(of_cloud("home"), clouds);
    EXPECT_EQ(secret_of(ci).name, "p\xf0\x9f\x94\x91w");
    EXPECT_EQ(ci.auth.username, "b\xc3\xb6t");
    EXPECT_EQ(ci.auth.auth_url, "https://iam.example.com/v3");
    EXPECT_THAT(ci.scopes, ElementsAre(named_scope{
                               "default", {scope_kind::project_name, "\xf0\x9f\x98\x80", {{}, "Home"}}}));
}

TEST(CloudsJson, InYamlAHalfOfACharacterIsAFaultWithAdvice) {
    few_clouds clouds = of_json(R"({"auth": {"password": "p\ud83d\udd11w"}})");
    clouds.suffix = ".yaml";
    EXPECT_THAT(faults_of(of_cloud("home"), clouds),
                testing::Contains(HasSubstr("write the character itself, or name the file .json")));
}

TEST(CloudsJson, ValuesOfAllTypesAreThoseOfYaml) {
    const std::string cloud =
        "{\"verify\": false, \"region_name\": null, \"interface\": [\"internal\", \"public\"], \"auth\": {" +
        json_auth + ", \"project_id\": 12345678901234567890123}}";
    identity_config ci = identity_of(of_cloud("home"), of_json(cloud));
    EXPECT_FALSE(ci.verify);
    EXPECT_EQ(ci.endpoint_interface, "internal");
    EXPECT_EQ(ci.region_name, "");
    EXPECT_THAT(ci.scopes,
                ElementsAre(named_scope{"default", {scope_kind::project_id, "12345678901234567890123", {}}}));
}

TEST(CloudsJson, TheLastOfTwoEqualKeysCountsAsInPython) {
    const std::string twice = "{\"auth\": {" + json_auth + ", \"username\": \"other\"}}";
    EXPECT_EQ(identity_of(of_cloud("home"), of_json(twice)).auth.username, "other");
}

TEST(CloudsJson, FaultsHaveTheirLines) {
    const few_clouds wrong{.clouds =
                               "{\"clouds\": {\n\"home\": {\n\"auth\": {\n\"auth_url\": \"ftp://x\"}}}}",
                           .suffix = ".json"};
    EXPECT_THAT(faults_of(of_cloud("home"), wrong),
                testing::Contains("clouds.json:4: error: `auth_url` must begin with https:// (or http://)"));
}

TEST(CloudsJson, WhatIsNoJsonIsAFaultWithItsLineAndWithoutItsContent) {
    auto fault = [](const std::string& text) {
        auto all = faults_of(of_cloud("home"), {.clouds = text, .suffix = ".json"});
        return all.empty() ? std::string() : all.front();
    };
    EXPECT_THAT(fault("{\n\"clouds\": {hunter2}}"), HasSubstr("clouds.json:2: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": {}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": {}}\n{}"), HasSubstr("clouds.json:2: error: not JSON: "));
    EXPECT_THAT(fault("clouds: {}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": \"\\ud83d\"}"), HasSubstr("clouds.json:1: error: not JSON: "));
    EXPECT_THAT(fault("{\"clouds\": \"\xff\"}"), HasSubstr("clouds.json: error: not UTF-8"));
    EXPECT_THAT(fault(std::string(40, '[') + std::string(40, ']')), HasSubstr("nested too deeply"));
    EXPECT_THAT(fault("[1]"), HasSubstr("must be a map"));
    EXPECT_EQ(fault("{\n\"clouds\": {hunter2}}").find("hunter2"), std::string::npos);
}

TEST(CloudsJson, AnEmptyFileAndAByteOrderMarkAreAsInYaml) {
    EXPECT_THAT(faults_of(of_cloud("home"), {.clouds = " \n", .suffix = ".json"}),
                ElementsAre(HasSubstr("no cloud `home`")));
    few_clouds marked = of_json("{\"auth\": {" + json_auth + "}}");
    marked.clouds.insert(0, "\xef\xbb\xbf");
    EXPECT_EQ(identity_of(of_cloud("home"), marked).auth.username, "bot");
}

} // namespace
} // namespace tokenward
