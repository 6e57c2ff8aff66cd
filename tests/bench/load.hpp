// A load of gets on a Unix socket, from one thread.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <cstddef>
#include <string>

namespace tokenward::bench {

struct load {
    unsigned connections = 1; ///< each with one request at a time
    bool reconnect = false;   ///< a new connection for each request; then there is one at a time
    unsigned requests = 1;    ///< in total
};

/// The size of a whole answer, header and body, of the server at `socket`.
/// Throws std::runtime_error unless it is 200, std::system_error if the server isn't there.
std::size_t answer_size(const std::string& socket);

/// Sends the load and waits for all answers, each of `answer` bytes. Throws as answer_size does.
void send(const load& what, const std::string& socket, std::size_t answer);

} // namespace tokenward::bench
