// Gets a token so and so often a second through the stub, until its standard input ends; then tells how it
// went. A get that falls due while another waits is sent as soon as that has ended, and its time counts from
// when it was due: so a pause shows in the times, and no get is left out for it.
// usage: systemd_load SOCKET IDENTITY SCOPE RATE
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
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr int threads = 4;
constexpr int deadline_ms = 20'000; // of each get
constexpr auto catching_up = 10s;   // at the end, at most: longer, and the rate was too high

struct outcome {
    std::mutex lock{};
    std::vector<double> times_ms{};
    long failed = 0;
    std::set<std::string> fingerprints{};
    std::string last_error = "none";
};

struct load {
    const char* socket;
    const char* identity;
    const char* scope;
    clock_type::duration pause;
    clock_type::time_point begin = clock_type::now();
    std::atomic<clock_type::time_point> end{clock_type::time_point::max() - 1h};
    outcome all{};
};

void get_once(tokenward_client* client, clock_type::time_point due, load& what) {
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = deadline_ms;
    tokenward_token* token = nullptr;
    const int error = tokenward_get(client, what.identity, what.scope, &options, &token);
    const milliseconds took = clock_type::now() - due;
    const std::lock_guard held(what.all.lock);
    what.all.times_ms.push_back(took.count());
    if (error == tokenward_ok) {
        what.all.fingerprints.insert(token->fingerprint);
        tokenward_token_free(token);
    } else {
        ++what.all.failed;
        what.all.last_error =
            std::string(tokenward_error_name(error)) + ": " + tokenward_last_problem(client)->detail;
    }
}

void get_often(load& what) {
    tokenward_client* client = nullptr;
    if (tokenward_open(what.socket, &client) != tokenward_ok) std::abort();
    for (auto due = what.begin;; due += what.pause) {
        std::this_thread::sleep_until(due); // the rate
        const auto now = clock_type::now();
        const bool on_time = now < due + what.pause;
        if (now >= what.end.load() + (on_time ? 0s : catching_up)) break;
        get_once(client, due, what);
    }
    tokenward_close(client);
}

void tell(outcome& all, double seconds) {
    std::sort(all.times_ms.begin(), all.times_ms.end());
    const std::size_t gets = all.times_ms.size();
    std::printf(
        "gets=%zu seconds=%.1f rate=%.1f failed=%ld tokens=%zu median_ms=%.1f p99_ms=%.0f slowest_ms=%.0f "
        "last_error=%s\n",
        gets, seconds, static_cast<double>(gets) / seconds, all.failed, all.fingerprints.size(),
        all.times_ms.at(gets / 2), all.times_ms.at(gets * 99 / 100), all.times_ms.back(),
        all.last_error.c_str());
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    load what{.socket = argv[1],
              .identity = argv[2],
              .scope = argv[3],
              .pause = std::chrono::duration_cast<clock_type::duration>(1s) * threads /
                       std::max(std::strtol(argv[4], nullptr, 10), 1L)};
    std::vector<std::thread> callers;
    for (int i = 0; i < threads; ++i) callers.emplace_back([&] { get_often(what); });
    char byte = 0;
    while (::read(0, &byte, 1) > 0) {
    }
    what.end = clock_type::now();
    for (std::thread& caller : callers) caller.join();
    tell(what.all, std::chrono::duration<double>(clock_type::now() - what.begin).count());
    return what.all.failed == 0 ? 0 : 1;
}
