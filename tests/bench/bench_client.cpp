// What the client costs its caller: a kept token, and a blocking get of the real daemon.
// usage: bench_client [Google Benchmark's options]
#include "client/tokenward.h"
#include "tests/integration/daemon_under_test.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace {

using namespace tokenward;

/// A daemon whose tokens have so many bytes, and a client of it.
struct house {
    explicit house(std::size_t token_size) {
        iam.set_token_size(token_size);
        server = std::make_unique<testing::daemon_under_test>(
            testing::daemon_settings{.auth_url = iam.auth_url()});
        if (tokenward_open(server->socket().c_str(), &client) != tokenward_ok ||
            tokenward_keep(client, "ci", "eu-de", &kept) != tokenward_ok ||
            tokenward_kept_wait(kept, 0) != tokenward_ok)
            throw std::runtime_error("no token to measure with");
    }
    ~house() { tokenward_close(client); }
    house(const house&) = delete;
    house& operator=(const house&) = delete;

    support::iam_standin iam{};
    std::unique_ptr<testing::daemon_under_test> server{};
    tokenward_client* client = nullptr;
    tokenward_kept* kept = nullptr;
};

house& house_of(std::size_t token_size) {
    static house small(256), large(4096);
    return token_size == 256 ? small : large;
}

void kept_get(benchmark::State& state) {
    house& home = house_of(static_cast<std::size_t>(state.range(0)));
    std::array<char, 8192> token{};
    for (auto _ : state) {
        if (tokenward_kept_get(home.kept, token.data(), token.size(), nullptr, nullptr) != tokenward_ok)
            state.SkipWithError("no token");
        benchmark::DoNotOptimize(token);
    }
}

void blocking_get(benchmark::State& state) {
    house& home = house_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        tokenward_token* token = nullptr;
        if (tokenward_get(home.client, "ci", "eu-de", nullptr, &token) != tokenward_ok)
            state.SkipWithError("no token");
        tokenward_token_free(token);
    }
}

BENCHMARK(kept_get)->Arg(256)->Arg(4096);
BENCHMARK(kept_get)->Arg(256)->Threads(2)->UseRealTime();
BENCHMARK(blocking_get)->Arg(256)->Arg(4096)->Unit(benchmark::kMicrosecond)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
