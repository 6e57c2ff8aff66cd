// A daemon that says what the test wants it to say, byte by byte, over a real Unix socket.
#pragma once

#include "tests/support/temp_dir.hpp"
#include "tests/support/unique_fd.hpp"

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tokenward::test {

/// The bytes of one answer, in the pieces in which they are sent: each only after the client has read the one
/// before. No pieces: the request gets no answer.
using answer = std::vector<std::string>;

/// What happens on one connection: the n-th request gets the n-th answer.
struct connection_script {
    std::vector<answer> answers{};
    bool hangs_up = false; ///< after the last answer; else the connection stays open and quiet
};

class fake_daemon {
  public:
    /// Accepts one connection after the other, one for each script.
    explicit fake_daemon(std::vector<connection_script> scripts);
    /// One connection that stays open, and what it answers to each request.
    explicit fake_daemon(const std::vector<std::string>& answers);
    ~fake_daemon();
    fake_daemon(const fake_daemon&) = delete;
    fake_daemon& operator=(const fake_daemon&) = delete;

    std::string path() const { return x_folder / "socket"; }

    /// All requests that have come in whole, over all connections.
    std::vector<std::string> requests() const;

  private:
    void serve(const std::vector<connection_script>& scripts);
    void converse(int fd, const connection_script& script);
    bool read_request(int fd, std::string& pending);
    bool send_pieces(int fd, const answer& pieces) const;
    bool wait_readable(int fd) const; ///< false: the test is over

    support::temp_dir x_folder;
    support::unique_fd x_listener;
    support::unique_fd x_stop; ///< an eventfd
    mutable std::mutex x_mutex;
    std::vector<std::string> x_requests; ///< guarded by x_mutex
    std::thread x_thread;
};

/// A connection with these answers, and then an end; or then silence.
connection_script then_hang_up(std::vector<std::string> answers);
connection_script then_stay(std::vector<std::string> answers);

/// For the two above: the request is read and gets nothing.
inline const std::string no_answer;

/// A socket that listens at `path`.
support::unique_fd listen_at(const std::string& path, int backlog);

/// A 200 with a JSON body.
std::string json_answer(const std::string& body);

/// An error as the daemon words it.
std::string problem_answer(int status, const std::string& code, const std::string& members = "");

/// The token document of the contract, with this token in it.
std::string token_document(const std::string& token = "gAAAA-token");

/// The answer to a get.
std::string token_answer(const std::string& token = "gAAAA-token");

} // namespace tokenward::test
