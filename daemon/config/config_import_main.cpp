// The program behind `tokenward config import`: prints a cloud of clouds.yaml as a stanza of tokenward.yaml,
// and writes its secrets to files.
#include "common/posix.hpp"
#include "daemon/base/secret_file.hpp"
#include "daemon/config/cloud_file_finder.hpp"
#include "daemon/config/cloud_import.hpp"
#include "daemon/config/cloud_reader.hpp"
#include "daemon/names/system_names.hpp"

#include <CLI/CLI.hpp>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace {

using namespace tokenward;

constexpr int done = 0, no_output = 1, at_fault = 2, broken = 9;

struct options {
    std::string cloud{};
    std::string folder{};
    bool force = false;
};

void say(const std::string& text) {
    std::fprintf(stderr, "tokenward: %s\n", text.c_str());
}

std::string default_folder() {
    if (geteuid() == 0) return "/etc/tokenward/secrets";
    std::string folder(environment_variable("XDG_CONFIG_HOME"));
    if (!folder.starts_with('/')) folder = std::string(environment_variable("HOME")) + "/.config";
    return folder + "/tokenward";
}

/// The cloud to import when none is named. Empty after a message on why there is no choice.
std::string choose_cloud(const cloud_finder& finder) {
    if (std::string chosen(environment_variable("OS_CLOUD")); !chosen.empty()) return chosen;
    fault_list faults("");
    std::vector<std::string> names = cloud_reader(&finder, faults).names();
    if (names.size() == 1) return names.front();
    for (const config_fault& fault : faults.take()) std::fprintf(stderr, "%s\n", to_string(fault).c_str());
    if (names.empty()) {
        say("there is no cloud; looked at:");
        for (const std::string& path : finder.find().looked_at) std::fprintf(stderr, "  %s\n", path.c_str());
    } else {
        say("which cloud? Name one of these, or set OS_CLOUD:");
        for (const std::string& name : names) std::fprintf(stderr, "  %s\n", name.c_str());
    }
    return {};
}

/// Reads the secrets that are in variables.
bool take_variables(std::vector<imported_secret>& secrets) {
    for (imported_secret& each : secrets) {
        if (each.variable.empty()) continue;
        std::string text(environment_variable(each.variable.c_str()));
        each.value = secret(text);
        wipe(text);
        if (each.value.empty()) {
            say("the variable " + each.variable + " is not set");
            return false;
        }
    }
    return true;
}

/// Whether all files may be written; prints what prevents it. Sets `is_there` for files that hold the secret
/// already.
bool may_write(const std::vector<imported_secret>& secrets, bool force, std::vector<bool>& is_there) {
    bool good = true;
    for (const imported_secret& each : secrets) {
        auto state = compare_secret_file(each.path, each.value.reveal());
        is_there.push_back(state && *state == secret_file_state::same);
        if (!state)
            say(state.error().detail);
        else if (*state == secret_file_state::different && !force)
            say(each.path +
                " holds something else: --force replaces it, --secrets-dir DIR takes another folder");
        good = good && state && (*state != secret_file_state::different || force);
    }
    return good;
}

/// Writes the secrets to their files, and prints the paths.
bool write_secrets(const std::vector<imported_secret>& secrets, bool force) {
    std::vector<bool> is_there;
    if (!may_write(secrets, force, is_there)) return false;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        const std::string& path = secrets[i].path;
        if (is_there[i]) {
            if (chmod(path.c_str(), 0600) != 0) say(path + ": can't set its mode: " + error_text(errno));
            say(path + " is there already, with this secret");
            continue;
        }
        auto written = write_secret_file(path, secrets[i].value.reveal(), force);
        if (!written) {
            say(written.error().detail);
            return false;
        }
        say("wrote " + path + " (mode 0600)");
    }
    return true;
}

int run(const options& given) {
    cloud_file_finder finder(true);
    std::string cloud = given.cloud.empty() ? choose_cloud(finder) : given.cloud;
    if (cloud.empty()) return at_fault;
    cloud_import made = import_cloud(cloud, given.folder, system_names(), finder);
    for (const config_fault& fault : made.faults) std::fprintf(stderr, "%s\n", to_string(fault).c_str());
    if (!made.ok()) {
        say("cloud " + cloud + " is not imported; nothing was written");
        return at_fault;
    }
    if (!take_variables(made.secrets)) return at_fault;
    if (!write_secrets(made.secrets, given.force)) return no_output;
    if (std::fputs(made.stanza.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
        say(system_problem("write the stanza").detail);
        return no_output;
    }
    say("identity `" + made.identity +
        "` is for /etc/tokenward/tokenward.yaml; under an `identities:` that is " +
        "there already, without its first line");
    if (geteuid() == 0 && !made.secrets.empty())
        say("a daemon that does not run as root needs the secrets as credentials: LoadCredential=NAME:FILE "
            "in its unit, "
            "and "
            "{credential: NAME} in the stanza");
    return done;
}

} // namespace

int main(int argc, char** argv) {
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0,
                0); // no secret in a core dump; the call fails in no way that could be handled
    options given{.folder = default_folder()};
    CLI::App cli{
        "Prints a cloud of clouds.yaml as a stanza for tokenward.yaml, and moves its secrets into files "
        "of mode 0600.",
        "tokenward config import"};
    cli.add_option("CLOUD", given.cloud,
                   "its name, or envvars for the OS_* variables; $OS_CLOUD or the only one");
    cli.add_option("--secrets-dir", given.folder, "where the secrets go")
        ->capture_default_str()
        ->type_name("DIR");
    cli.add_flag("--force", given.force, "replace a secret's file that holds something else");
    cli.footer(
        "Exit status: 0 done, 1 a file or the output can't be written, 2 the cloud or the command line is at "
        "fault.\n\nExample: tokenward config import otc > tokenward.yaml && tokenwardd --check --config "
        "tokenward.yaml");
    try {
        cli.parse(argc, argv);
        given.folder = std::filesystem::absolute(given.folder).lexically_normal();
        while (given.folder.size() > 1 && given.folder.ends_with('/')) given.folder.pop_back();
        return run(given);
    } catch (const CLI::ParseError& e) {
        return cli.exit(e) == 0 ? done : at_fault;
    } catch (const std::exception& e) {
        say(e.what());
        return broken;
    }
}
