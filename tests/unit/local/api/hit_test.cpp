// What a hit costs: no allocation between the bytes of the request and those of the answer.
#include "tests/unit/local/net/wire.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

} // namespace

// The whole program counts.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* bytes = std::malloc(size == 0 ? 1 : size)) return bytes;
    throw std::bad_alloc();
}
void operator delete(void* bytes) noexcept {
    std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
    std::free(bytes);
}

namespace tokenward::local::testing {
namespace {

class Hit : public OverASocket {
  protected:
    /// Allocations while this request is answered, the connection having served two of its kind.
    std::size_t cost_of(const std::string& text) {
        wire client = open();
        for (int i = 0; i < 2; ++i) EXPECT_EQ(split_reply(exchange(client, text)).status, 200);
        time.step(1s); // so that Date and expires_in have to be patched
        std::size_t before = allocations;
        client.send(text);
        run();
        std::size_t cost = allocations - before;
        EXPECT_EQ(split_reply(client.receive()).status, 200);
        return cost;
    }
};

TEST_F(Hit, AllocatesNothing) {
    give_token();
    EXPECT_EQ(cost_of(get_token()), 0U);
    EXPECT_EQ(cost_of(get_token("Accept: */*\r\nUser-Agent: curl/7.88.1\r\n")), 0U);
    EXPECT_EQ(cost_of(get_token("Accept: text/plain\r\n")), 0U);
    EXPECT_EQ(cost_of(request_text("HEAD", "/v1/tokens/ci/eu-de")), 0U);
}

TEST_F(Hit, SixteenPipelinedAllocateNothingEither) {
    give_token();
    std::string many;
    for (int i = 0; i < 16; ++i) many += get_token();
    wire client = open();
    for (int i = 0; i < 2; ++i) exchange(client, many);
    std::size_t before = allocations;
    client.send(many);
    run();
    EXPECT_EQ(allocations - before, 0U);
}

TEST_F(Hit, TheCountingWorks) {
    give_token();
    EXPECT_GT(cost_of(request_text("GET", "/v1/status")), 0U);
}

} // namespace
} // namespace tokenward::local::testing
