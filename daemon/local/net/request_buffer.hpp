// What a connection has received of requests that are not answered yet.
#pragma once

#include "common/secret.hpp"
#include "daemon/local/http/request_parser.hpp"

#include <sys/types.h>

#include <memory>
#include <span>
#include <vector>

namespace tokenward::local {

/// Has memory of its own (wiped) only while a request is incomplete: most requests arrive whole, in a buffer
/// that all connections share.
class request_buffer {
  public:
    /// Receives without blocking. Returns what recv(2) does, or the error as a negative number. `received` is
    /// all the input then: in `shared`, or in here with what was kept.
    ssize_t receive(int fd, std::span<char> shared, std::span<char>& received);
    /// Keeps `rest`, the end of what bytes() or receive() gave, for the next call. Returns whether it is the
    /// beginning of another request than before, so that this one's time begins.
    bool keep(std::span<char> rest, const request_parser& parser);
    void clear() noexcept { x_partial.reset(); }

    bool empty() const noexcept { return !x_partial; }
    /// REQUIRES: !empty().
    std::span<char> bytes() noexcept { return x_partial->bytes; }
    /// As it was kept; a new one if empty().
    request_parser parser() const { return x_partial ? x_partial->parser : request_parser(); }

  private:
    struct partial_request {
        std::vector<char, wiping_allocator<char>> bytes;
        request_parser parser;
    };
    std::unique_ptr<partial_request> x_partial;
};

} // namespace tokenward::local
