// A service on loopback that gives the answers of a list, one on each connection, and keeps the requests.
#pragma once

#include "tests/support/tcp_listener.hpp"

#include <sys/socket.h>

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tokenward::test {

class fake_service {
  public:
    explicit fake_service(std::vector<std::string> answers)
        : x_thread([this, all = std::move(answers)] { serve(all); }) {}
    ~fake_service() {
        x_listener.shut();
        x_thread.join();
    }
    fake_service(const fake_service&) = delete;
    fake_service& operator=(const fake_service&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(x_listener.port()); }
    std::vector<std::string> requests() const {
        std::lock_guard lock(x_mutex);
        return x_requests;
    }

  private:
    void serve(const std::vector<std::string>& answers) {
        for (const std::string& bytes : answers) {
            support::unique_fd connection = x_listener.accept();
            if (connection.get() < 0) return;
            std::string request = read_request(connection.get());
            {
                std::lock_guard lock(x_mutex);
                x_requests.push_back(std::move(request));
            }
            send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
    }

    /// Up to the end of the head, and of the body that Content-Length announces.
    static std::string read_request(int fd) {
        std::string bytes;
        for (std::array<char, 4096> part{};;) {
            const std::size_t end = bytes.find("\r\n\r\n");
            const std::size_t length = bytes.find("Content-Length: ");
            const std::size_t body = length < end ? std::stoul(bytes.substr(length + 16)) : 0;
            if (end != std::string::npos && bytes.size() >= end + 4 + body) return bytes;
            const ssize_t count = recv(fd, part.data(), part.size(), 0);
            if (count <= 0) return bytes;
            bytes.append(part.data(), static_cast<std::size_t>(count));
        }
    }

    support::tcp_listener x_listener;
    mutable std::mutex x_mutex;
    std::vector<std::string> x_requests; ///< guarded by x_mutex
    std::thread x_thread;
};

/// What a service answers.
inline std::string service_answer(int status, const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 " + std::to_string(status) + " Word\r\n" + fields +
           "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace tokenward::test
