// HTTP/1.1 requests as they are read, and answers before they are put on the wire.
#pragma once

#include "tests/support/standin/stream.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenward::standin {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
    std::string method;
    std::string target; ///< path and query, as sent
    std::string path;
    std::map<std::string, std::string> query{}; ///< as sent, without decoding
    header_list headers{};
    std::string body{};
    bool keep_alive = true;
    bool secure = false; ///< came over TLS

    /// The first header of that name, in any case; empty when there is none.
    std::string header(std::string_view name) const;
    /// "https://HOST", as the client calls us
    std::string base_url() const;
};

struct response {
    int status = 200;
    header_list headers{};
    std::string body{};
};

/// A request that makes no sense; the answer is 400 and the end of the connection.
struct malformed_request : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads requests from one connection, one after the other.
class request_reader {
  public:
    explicit request_reader(stream& from) noexcept : x_stream(from) {}

    /// The next request; nothing at the end of the connection. At most 256 KiB of header and 8 MiB of body.
    /// Throws malformed_request.
    std::optional<request> next();

  private:
    bool fill();

    stream& x_stream;
    std::string x_received{};
};

/// "Not Found" for 404; never empty.
std::string_view reason_of(int status) noexcept;

} // namespace tokenward::standin
