// Where clouds.yaml, the files beside it and the OS_* variables are looked for.
#include "daemon/config/cloud_file_finder.hpp"
#include "daemon/config/config_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tokenward {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::Not;

/// Has a home and a working directory of its own, and no OS_* variable but those that a test sets.
class CloudsFiles : public testing::Test {
  protected:
    void SetUp() override {
        for (char** entry = environ; *entry != nullptr;) {
            std::string name(*entry, std::string_view(*entry).find('='));
            bool unwanted = name.starts_with("OS_") || name.starts_with("XDG_");
            if (unwanted) unsetenv(name.c_str()); // the next one moves up
            if (!unwanted) ++entry;
        }
        set("HOME", x_folder / "home");
        set("XDG_CONFIG_DIRS", x_folder / "shared");
        std::filesystem::create_directory(x_folder / "work");
        std::filesystem::current_path(x_folder / "work");
    }
    void TearDown() override {
        std::filesystem::current_path("/");
        for (const std::string& name : x_set) unsetenv(name.c_str());
    }
    void set(const std::string& name, const std::string& value) {
        setenv(name.c_str(), value.c_str(), 1);
        x_set.push_back(name);
    }
    std::string write(const std::string& path, const std::string& text = "clouds: {}\n") {
        std::filesystem::path file = x_folder / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        chmod(file.c_str(), 0600);
        return file;
    }
    /// The clouds.yaml that is found; empty if there is none.
    static std::string found(bool in_working_directory = false) {
        auto clouds = cloud_file_finder(in_working_directory).find().clouds;
        return clouds ? clouds->path : "";
    }

    support::temp_dir x_folder;
    std::vector<std::string> x_set{};
};

TEST_F(CloudsFiles, FirstThatIsThereIsTakenInTheOrderOfOpenstacksdk) {
    std::string shared = write("shared/openstack/clouds.yaml");
    EXPECT_EQ(found(), shared);
    std::string json = write("home/.config/openstack/clouds.json");
    EXPECT_EQ(found(), json);
    std::string yaml = write("home/.config/openstack/clouds.yaml");
    EXPECT_EQ(found(), yaml);
    set("XDG_CONFIG_HOME", x_folder / "xdg");
    std::string xdg = write("xdg/openstack/clouds.yml");
    EXPECT_EQ(found(), xdg);
    std::string here = write("work/clouds.yaml");
    EXPECT_EQ(found(), xdg);
    EXPECT_EQ(found(true), here);
    std::string named = write("named");
    set("OS_CLIENT_CONFIG_FILE", named);
    EXPECT_EQ(found(true), named);
    set("OS_CLIENT_CONFIG_FILE", x_folder / "missing");
    EXPECT_EQ(found(true), here);
}

TEST_F(CloudsFiles, EachFileIsLookedForByItself) {
    std::string secure = write("secret-place", "clouds: {a: {auth: {password: x}}}\n");
    set("OS_CLIENT_SECURE_FILE", secure);
    std::string vendor = write("home/.config/openstack/clouds-public.yaml");
    cloud_sources all = cloud_file_finder(false).find();
    ASSERT_TRUE(all.secure && all.vendor);
    EXPECT_FALSE(all.clouds);
    EXPECT_EQ(all.secure->path, secure);
    EXPECT_EQ(all.vendor->path, vendor);
    EXPECT_THAT(all.looked_at, Contains(x_folder / "home/.config/openstack/clouds.yaml"));
    EXPECT_THAT(all.looked_at, Each(Not(testing::HasSubstr("secure"))));
}

TEST_F(CloudsFiles, WhatCanNotBeReadIsPassedOverAndSaid) {
    std::filesystem::create_directories(x_folder / "home/.config/openstack/clouds.yaml"); // a folder
    std::string shared = write("shared/openstack/clouds.yaml");
    cloud_sources all = cloud_file_finder(false).find();
    EXPECT_EQ(all.clouds->path, shared);
    ASSERT_EQ(all.passed_over.size(), 1U);
    EXPECT_EQ(all.passed_over[0].path, x_folder / "home/.config/openstack/clouds.yaml");
    EXPECT_EQ(all.passed_over[0].reason, "can't be read: Is a directory");
}

TEST_F(CloudsFiles, RightsOfOthersAreSeen) {
    std::string path = write("home/.config/openstack/clouds.yaml");
    EXPECT_FALSE(cloud_file_finder(false).find().clouds->open_to_others);
    chmod(path.c_str(), 0644);
    EXPECT_TRUE(cloud_file_finder(false).find().clouds->open_to_others);
}

TEST_F(CloudsFiles, VariablesThatAreSecretAreNamedOnlyAndRememberedWhenTheyAreGone) {
    set("OS_AUTH_URL", "https://iam.example.com/v3");
    set("OS_PASSWORD", "hunter2");
    set("OS_TEST_PATH", "not ours");
    set("OS_CLOUD", "home");
    set("OS_USERNAME", "");
    auto is = [](const std::string& name, const std::string& value) {
        return AllOf(Field(&cloud_variable::name, name), Field(&cloud_variable::value, value));
    };
    auto all =
        testing::UnorderedElementsAre(is("OS_AUTH_URL", "https://iam.example.com/v3"), is("OS_PASSWORD", ""));
    EXPECT_THAT(cloud_file_finder(false).find().variables, all);
    unsetenv("OS_PASSWORD");
    EXPECT_THAT(cloud_file_finder(false).find().variables, all);
}

TEST_F(CloudsFiles, ConfigurationIsReadAnewWithWhatItRefersTo) {
    std::string config = write("tokenward.yaml", "identities: {ci: {cloud: home}}\n");
    auto write_clouds = [&](const std::string& user) {
        write(
            "home/.config/openstack/clouds.yaml",
            "clouds: {home: {auth: {auth_url: 'https://iam.example.com/v3', user_domain_id: d, password: p, "
            "username: " +
                user + "}}}\n");
    };
    EXPECT_FALSE(read_config(config).ok());
    write_clouds("one");
    EXPECT_EQ(read_config(config).value.identities.at(0).auth.username, "one");
    write_clouds("two");
    EXPECT_EQ(read_config(config).value.identities.at(0).auth.username, "two");
}

TEST_F(CloudsFiles, ThatIsAPipeNobodyWritesToIsPassedOver) {
    const std::string pipe = write("home/.config/openstack/clouds.yaml");
    std::filesystem::remove(pipe);
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    const std::string other = write("shared/openstack/clouds.yaml");
    const cloud_sources all = cloud_file_finder(false).find();
    ASSERT_TRUE(all.clouds);
    EXPECT_EQ(all.clouds->path, other);
    ASSERT_EQ(all.passed_over.size(), 1U);
    EXPECT_EQ(all.passed_over[0].reason, "can't be read: nobody writes to the other end of it");
}

} // namespace
} // namespace tokenward
