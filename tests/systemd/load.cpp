// Gets a token so and so often a second through the stub, until its standard input ends; then tells how it
// went. usage: systemd_load SOCKET IDENTITY SCOPE RATE
#include "client/tokenward.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr int threads = 4;
constexpr int deadline_ms = 20'000; // of each get

struct outcome {
    std::atomic<long> gets{0};
    std::atomic<long> failed{0};
    std::atomic<long> slowest_ms{0};
    std::mutex lock{};
    std::set<std::string> fingerprints{};
    std::string last_error{};
};

void get_once(tokenward_client* client, const char* identity, const char* scope, outcome& all) {
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = deadline_ms;
    const auto begun = clock_type::now();
    tokenward_token* token = nullptr;
    const int error = tokenward_get(client, identity, scope, &options, &token);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begun);
    ++all.gets;
    const std::lock_guard held(all.lock);
    all.slowest_ms = std::max<long>(all.slowest_ms, took.count());
    if (error == tokenward_ok) {
        all.fingerprints.insert(token->fingerprint);
        tokenward_token_free(token);
    } else {
        ++all.failed;
        all.last_error =
            std::string(tokenward_error_name(error)) + ": " + tokenward_last_problem(client)->detail;
    }
}

void get_often(char** argv, clock_type::duration pause, const std::atomic<bool>& ended, outcome& all) {
    tokenward_client* client = nullptr;
    if (tokenward_open(argv[1], &client) != tokenward_ok) std::abort();
    for (auto next = clock_type::now(); !ended; next += pause) {
        std::this_thread::sleep_until(next); // the rate
        get_once(client, argv[2], argv[3], all);
    }
    tokenward_close(client);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const auto pause = std::chrono::duration_cast<clock_type::duration>(1s) * threads /
                       std::max(std::strtol(argv[4], nullptr, 10), 1L);
    std::atomic<bool> ended{false};
    outcome all;
    std::vector<std::thread> callers;
    for (int i = 0; i < threads; ++i) callers.emplace_back([&] { get_often(argv, pause, ended, all); });
    char byte = 0;
    while (::read(0, &byte, 1) > 0) {
    }
    ended = true;
    for (std::thread& caller : callers) caller.join();
    std::printf("gets=%ld failed=%ld slowest_ms=%ld tokens=%zu last_error=%s\n", all.gets.load(),
                all.failed.load(), all.slowest_ms.load(), all.fingerprints.size(), all.last_error.c_str());
    return all.failed == 0 ? 0 : 1;
}
