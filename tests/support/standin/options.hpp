// The command line of the stand-in.
#pragma once

#include "tests/support/standin/server.hpp"
#include "tests/support/standin/state.hpp"

#include <optional>
#include <string>

namespace tokenward::standin {

struct options {
    server_options server{};
    std::string config{};    ///< a JSON file
    std::string port_file{}; ///< gets the ready lines
    std::optional<long long> lifetime{};
    std::optional<long long> token_size{};
    bool die_with_parent = false;
};

/// Nothing: an exit status has been decided (help, or a wrong option, of which the user has been told).
std::optional<options> parse_options(int argc, char** argv, int& exit_status);

/// The configuration file first, then what the command line says. Throws std::exception.
void apply(const options& from, state& to);

} // namespace tokenward::standin
