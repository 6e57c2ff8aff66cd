// `tokenward run` with the programs that have ways of their own to be told of a token.
#include "command_run.hpp"
#include "fake_daemon.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string delegated =
    R"({"token":"T","fingerprint":"sha256:1","identity":"ci","scope":"eu-de","expires_in":9,"methods":["application_credential"],
        "project":{"id":"p1","name":"eu-de","domain":{"id":"d1","name":"dom"}}})";
const std::string of_a_domain =
    R"({"token":"T","fingerprint":"sha256:1","identity":"ci","scope":"eu-de","expires_in":9,"methods":["password"],
        "domain":{"id":"d1","name":"dom"}})";
const std::string unscoped =
    R"({"token":"T","fingerprint":"sha256:1","identity":"ci","scope":"eu-de","expires_in":9,"methods":["password"]})";
const std::string no_service = problem_answer(404, "no_such_resource");
const std::string service = json_answer(R"({"url":"https://service.example/"})");

/// What `tokenward run` did for a program of this name, which prints its environment.
struct outcome {
    support::finished command{};
    std::vector<std::string> requests{};
};

outcome run_program(const std::string& name, const std::string& document,
                    const std::vector<std::string>& endpoints = {},
                    std::map<std::string, std::string> env = {},
                    const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> answers{json_answer(document), json_answer(status_document)};
    answers.insert(answers.end(), endpoints.begin(), endpoints.end());
    fake_daemon daemon(answers);
    support::temp_dir folder;
    const std::string program = folder / name;
    std::filesystem::create_symlink("/usr/bin/env", program);
    env["TOKENWARD_SOCKET"] = daemon.path();
    std::vector<std::string> line{"run", "ci/eu-de", "--", program};
    line.insert(line.end(), arguments.begin(), arguments.end());
    support::finished done = run_command(std::move(line), std::move(env));
    return {std::move(done), daemon.requests()};
}

} // namespace

TEST(RunProgram, ThoseThatExchangeTheTokenAreToldSo) {
    for (const char* name : {"openstack", "nova", "neutron"}) {
        const outcome result = run_program(name, token_document());
        EXPECT_THAT(result.command.out,
                    AllOf(HasSubstr("OS_AUTH_TYPE=v3token\n"), HasSubstr("OS_PROJECT_ID=p1\n"),
                          Not(HasSubstr("OS_ENDPOINT"))));
        EXPECT_EQ(result.requests.size(), 2U) << "no address is asked for";
    }
    EXPECT_THAT(run_program("cinder", token_document()).command.out,
                AllOf(HasSubstr("OS_AUTH_SYSTEM=v3token\n"), Not(HasSubstr("OS_AUTH_TYPE"))));
}

TEST(RunProgram, ATokenThatCantBeExchangedIsUsedAsItIs) {
    for (const char* name : {"nova", "neutron"})
        EXPECT_THAT(run_program(name, delegated, {service}).command.out,
                    AllOf(HasSubstr("OS_AUTH_TYPE=admin_token\n"), HasSubstr("OS_TOKEN=T\n"),
                          HasSubstr("OS_ENDPOINT=https://service.example/\n")));
    EXPECT_THAT(run_program("nova", delegated, {service}).command.out, HasSubstr("OS_PROJECT_ID=p1\n"));
    EXPECT_THAT(run_program("neutron", delegated, {service}).command.out, Not(HasSubstr("OS_PROJECT")));
    const outcome cinder = run_program("cinder", delegated, {no_service, service});
    EXPECT_THAT(cinder.command.out,
                AllOf(HasSubstr("OS_AUTH_SYSTEM=admin_token\n"), HasSubstr("OS_PROJECT_ID=p1\n"),
                      HasSubstr("CINDER_ENDPOINT=https://service.example/\n")));
    EXPECT_THAT(cinder.requests.at(2), HasSubstr("service=block-storage"));
    EXPECT_THAT(cinder.requests.at(3), HasSubstr("service=volumev3"));
}

TEST(RunProgram, GlanceAndSwiftUseEveryTokenAsItIs) {
    for (const std::string& document : {token_document(), delegated}) {
        EXPECT_THAT(
            run_program("glance", document, {service}).command.out,
            AllOf(HasSubstr("OS_IMAGE_URL=https://service.example/\n"), Not(HasSubstr("OS_AUTH_TYPE"))));
        EXPECT_THAT(
            run_program("swift", document, {service}).command.out,
            AllOf(HasSubstr("OS_STORAGE_URL=https://service.example/\n"), Not(HasSubstr("OS_AUTH_TYPE"))));
    }
}

TEST(RunProgram, WhatCantWorkEndsWith125AndSaysWhatDoes) {
    support::finished result = run_program("openstack", delegated).command;
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, AllOf(HasSubstr("ci/eu-de: openstack exchanges its token"),
                                  HasSubstr("tokenward request"), HasSubstr("OS_TOKENWARD_SCOPE=eu-de")));
    for (const char* name : {"nova", "cinder"}) {
        result = run_program(name, of_a_domain).command;
        EXPECT_EQ(result.status, 125);
        EXPECT_THAT(result.err, AllOf(HasSubstr("works in a project"), HasSubstr("ci/project:NAME")));
    }
    EXPECT_EQ(run_program("neutron", of_a_domain).command.status, 0);
    result = run_program("neutron", unscoped).command;
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, HasSubstr("works in a project"));
    result = run_program("swift", of_a_domain, {no_service}).command;
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, AllOf(HasSubstr("object-store"), HasSubstr("OS_REGION_NAME")));
    result = run_program("glance", token_document(), {problem_answer(503, "iam_unavailable")}).command;
    EXPECT_EQ(result.status, 125);
    EXPECT_THAT(result.err, HasSubstr("tokenward: ci/eu-de: a title"));
}

TEST(RunProgram, AnAddressThatTheUserGivesIsNotLookedFor) {
    EXPECT_THAT(
        run_program("glance", token_document(), {}, {{"OS_IMAGE_URL", "https://mine.example/"}}).command.out,
        HasSubstr("OS_IMAGE_URL=https://mine.example/\n"));
    // The program runs, and `env` does not know the option.
    EXPECT_THAT(run_program("swift", token_document(), {no_service}, {}, {"--os-storage-url=x"}).command.err,
                AllOf(HasSubstr("unrecognized option"), Not(HasSubstr("tokenward: "))));
}

TEST(RunProgram, TheRegionAndInterfaceOfTheUserAreLookedFor) {
    const auto asked = [](std::map<std::string, std::string> env) {
        return run_program("glance", token_document(), {service}, std::move(env)).requests.at(2);
    };
    EXPECT_THAT(asked({{"OS_REGION_NAME", "eu-nl"}, {"OS_INTERFACE", "internal"}}),
                AllOf(HasSubstr("region=eu-nl"), HasSubstr("interface=internal")));
    EXPECT_THAT(asked({{"OS_ENDPOINT_TYPE", "adminURL"}}), HasSubstr("interface=admin "));
    EXPECT_THAT(asked({{"OS_INTERFACE", "odd"}}), Not(HasSubstr("interface")));
}

TEST(RunProgram, ATokenOfAnApplicationCredentialNamesNoProjectToOthers) {
    const support::finished result = run_program("terraform", delegated, {no_service}).command;
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, AllOf(HasSubstr("OS_TOKEN=T\n"), Not(HasSubstr("OS_PROJECT"))));
}
