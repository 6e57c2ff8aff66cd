// What a served token costs: the server's CPU per request, against the floor. usage: bench_get [--quick]
#include "tests/bench/floor_server.hpp"
#include "tests/bench/load.hpp"
#include "tests/integration/daemon_under_test.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <vector>

namespace {

using namespace tokenward;
using microseconds = std::chrono::duration<double, std::micro>;
using clock = std::chrono::steady_clock;

struct scenario {
    const char* name;
    std::size_t token_size;
    bench::load shape;
};

constexpr std::array scenarios{
    scenario{"1 connection, 256 B", 256, {.connections = 1, .requests = 20'000}},
    scenario{"64 connections, 256 B", 256, {.connections = 64, .requests = 100'000}},
    scenario{"64 connections, 16 KiB", 16'384, {.connections = 64, .requests = 50'000}},
    scenario{"a new connection each, 256 B", 256, {.reconnect = true, .requests = 10'000}},
};

/// All threads of a process, from its start.
microseconds cpu_time(pid_t process) {
    clockid_t id{};
    timespec spent{};
    if (::clock_getcpuclockid(process, &id) == 0) ::clock_gettime(id, &spent);
    return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

struct cost {
    double cpu;  ///< of the server, per request, in µs
    double wall; ///< per request, in µs
};

cost measure(pid_t server, const std::string& socket, const bench::load& shape, std::size_t answer) {
    const auto cpu = cpu_time(server);
    const auto start = clock::now();
    bench::send(shape, socket, answer);
    return {(cpu_time(server) - cpu).count() / shape.requests,
            microseconds(clock::now() - start).count() / shape.requests};
}

double median(std::vector<cost> costs, double cost::*part) {
    const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
    std::nth_element(costs.begin(), middle, costs.end(),
                     [&](const cost& a, const cost& b) { return a.*part < b.*part; });
    return (*middle).*part;
}

void run(const scenario& what, bool quick) {
    const support::iam_standin iam;
    iam.set_token_size(what.token_size);
    testing::daemon_under_test daemon({.auth_url = iam.auth_url()});
    (void)daemon.token(); // the first is a login
    const auto answer = bench::answer_size(daemon.socket());
    const support::temp_dir folder;
    const bench::floor_server floor(folder / "socket", answer);
    auto shape = what.shape;
    if (quick) shape.requests = std::max(shape.requests / 1000, shape.connections);
    std::vector<cost> ours, floors;
    for (int round = 0; round < (quick ? 1 : 7); ++round) { // in turns: what disturbs one disturbs the other
        floors.push_back(measure(floor.pid(), folder / "socket", shape, answer));
        ours.push_back(measure(daemon.program().pid(), daemon.socket(), shape, answer));
    }
    const double mine = median(ours, &cost::cpu), least = median(floors, &cost::cpu);
    std::printf("%-30s %10.2f %12.2f %8.2f %14.0f\n", what.name, least, mine, mine / least,
                1e6 / median(ours, &cost::wall));
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    try {
        std::printf("%-30s %10s %12s %8s %14s\n", "CPU of the server, us a request", "floor", "tokenwardd",
                    "ratio", "requests/s");
        for (const auto& what : scenarios) run(what, quick);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_get: %s\n", e.what());
        return 1;
    }
}
