// See fake_daemon.hpp.
#include "fake_daemon.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace tokenward::test {
namespace {

/// The size of the complete request that `bytes` begin with; 0 if there is none.
std::size_t request_size(const std::string& bytes) {
    std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    std::size_t body = 0;
    std::size_t length = bytes.find("Content-Length: ");
    if (length < end) body = std::stoul(bytes.substr(length + std::strlen("Content-Length: ")));
    std::size_t size = end + 4 + body;
    return bytes.size() >= size ? size : 0;
}

} // namespace

support::unique_fd listen_at(const std::string& path, int backlog) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    support::unique_fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd.get(), backlog) != 0)
        throw std::runtime_error("cannot listen at " + path);
    return fd;
}

fake_daemon::fake_daemon(std::vector<connection_script> scripts)
    : x_listener(listen_at(path(), 16)), x_stop(eventfd(0, EFD_CLOEXEC)),
      x_thread([this, all = std::move(scripts)] { serve(all); }) {}

fake_daemon::fake_daemon(const std::vector<std::string>& answers)
    : fake_daemon(std::vector{then_stay(answers)}) {}

fake_daemon::~fake_daemon() {
    eventfd_write(x_stop.get(), 1);
    x_thread.join();
}

std::vector<std::string> fake_daemon::requests() const {
    std::lock_guard lock(x_mutex);
    return x_requests;
}

bool fake_daemon::wait_readable(int fd) const {
    std::array<pollfd, 2> entries{{{fd, POLLIN, 0}, {x_stop.get(), POLLIN, 0}}};
    while (poll(entries.data(), entries.size(), -1) < 0) {
    }
    return entries[1].revents == 0;
}

void fake_daemon::serve(const std::vector<connection_script>& scripts) {
    for (const connection_script& script : scripts) {
        if (!wait_readable(x_listener.get())) return;
        support::unique_fd connection(accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        converse(connection.get(), script);
    }
}

void fake_daemon::converse(int fd, const connection_script& script) {
    std::string pending;
    for (const answer& pieces : script.answers)
        if (!read_request(fd, pending) || !send_pieces(fd, pieces)) return;
    if (!script.hangs_up) read_request(fd, pending); // ends when the client hangs up
}

bool fake_daemon::read_request(int fd, std::string& pending) {
    for (;;) {
        if (std::size_t size = request_size(pending); size != 0) {
            std::lock_guard lock(x_mutex);
            x_requests.push_back(pending.substr(0, size));
            pending.erase(0, size);
            return true;
        }
        std::array<char, 4096> bytes{};
        if (!wait_readable(fd)) return false;
        ssize_t count = recv(fd, bytes.data(), bytes.size(), 0);
        if (count <= 0) return false;
        pending.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

bool fake_daemon::send_pieces(int fd, const answer& pieces) const {
    for (const std::string& piece : pieces) {
        if (send(fd, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) return false;
        // No event tells that the other side has read; so the count of unread bytes is looked at.
        for (int unread = 1; unread != 0;) {
            pollfd stop{x_stop.get(), POLLIN, 0};
            if (ioctl(fd, SIOCOUTQ, &unread) != 0 || (unread != 0 && poll(&stop, 1, 1) > 0)) return false;
        }
    }
    return true;
}

connection_script then_hang_up(std::vector<std::string> answers) {
    connection_script script = then_stay(std::move(answers));
    script.hangs_up = true;
    return script;
}

connection_script then_stay(std::vector<std::string> answers) {
    connection_script script;
    for (std::string& bytes : answers) script.answers.push_back({std::move(bytes)});
    return script;
}

std::string json_answer(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string problem_answer(int status, const std::string& code, const std::string& members) {
    std::string body = R"({"type":"urn:tokenward:)" + code + R"(","title":"a title","status":)" +
                       std::to_string(status) + members + "}";
    return "HTTP/1.1 " + std::to_string(status) +
           " Problem\r\nContent-Type: application/problem+json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string token_document(const std::string& token) {
    return R"({"token":")" + token +
           R"(","fingerprint":"sha256:9f86d081884c7d65","identity":"ci","scope":"eu-de",)"
           R"("issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z","expires_in":71999    ,)"
           R"("user":{"id":"u1","name":"ci-bot"},"project":{"id":"p1","name":"eu-de",)"
           R"("domain":{"id":"d1","name":"dom"}},"methods":["password"]})";
}

std::string token_answer(const std::string& token) {
    return json_answer(token_document(token));
}

} // namespace tokenward::test
