// Want of memory: whichever allocation fails, it costs a request or a connection, and the daemon goes on.
#include "daemon/base/event_loop.hpp"
#include "daemon/local/net/server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/local/api/local_side.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <vector>

namespace {

bool counting = false;       // what the daemon does is counted, what the test does is not
std::size_t until_fault = 0; // allocations that still succeed

void count_allocation() {
    if (counting && until_fault != 0 && --until_fault == 0) throw std::bad_alloc();
}

} // namespace

// The whole program counts, secrets as well (linked with --wrap).
void* operator new(std::size_t size) {
    count_allocation();
    if (void* bytes = std::malloc(size == 0 ? 1 : size)) return bytes;
    throw std::bad_alloc();
}
void operator delete(void* bytes) noexcept {
    std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
    std::free(bytes);
}

extern "C" {
void* __real__ZN9tokenward13secret_memory8allocateEm(std::size_t size);
void* __wrap__ZN9tokenward13secret_memory8allocateEm(std::size_t size);
void* __wrap__ZN9tokenward13secret_memory8allocateEm(std::size_t size) {
    count_allocation();
    return __real__ZN9tokenward13secret_memory8allocateEm(size);
}
}

namespace tokenward::local::testing {
namespace {

/// A caller who allocates nothing and takes what comes, an end of the connection as well.
class plain_client {
  public:
    explicit plain_client(const std::string& path)
        : x_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        EXPECT_EQ(::connect(x_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    void send(const std::string& text) {
        const ssize_t sent = ::send(x_fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        EXPECT_TRUE(sent < 0 || static_cast<std::size_t>(sent) == text.size()) << sent;
    }
    /// The last bytes that came.
    std::string receive() {
        std::array<char, 64 * 1024> bytes{};
        std::string last;
        for (;;) {
            const ssize_t size = ::recv(x_fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (size < 0 && errno == EAGAIN) return last;
            if (size <= 0) {
                x_ended = true;
                return last;
            }
            last.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }
    bool ended() const { return x_ended; }
    void close() { x_fd.reset(); }

  private:
    unique_fd x_fd;
    bool x_ended = false;
};

/// A daemon's local side with one of its allocations failing.
class world : public LocalSide {
  public:
    world() {
        auto bound = listening_socket::bind(path(), 0666);
        std::vector<listening_socket> sockets;
        sockets.push_back(std::move(*bound));
        x_server.emplace(io, service,
                         server_options{.own_uid = ::geteuid(),
                                        .version = "1.2.3",
                                        .started = time.at.boot,
                                        .limits = {.connections = 64, .tick = std::chrono::hours(1)}},
                         std::move(sockets));
        x_server->start();
    }
    void TestBody() override {}

    std::string path() const { return (x_directory / "tokenward.sock").string(); }
    std::size_t connections() const { return x_server->connections(); }

    /// What run_event_loop() does, but that it does not wait.
    void turn() {
        io.restart();
        for (bool done = false; !done;) {
            try {
                counting = true;
                while (io.poll() != 0) {
                }
                done = true;
            } catch (const std::bad_alloc&) {
                counting = false;
                service.recover();
            }
            counting = false;
        }
    }
    /// The IAM answers, if it has been asked.
    void answer(const std::string& value, const std::string& fingerprint) {
        if (source->waiting() != 0) source->answer(make_token(value, fingerprint));
        turn();
    }
    /// Time goes by until nobody can be waiting any more.
    void wait_for_all() {
        for (int i = 0; i < 5; ++i) {
            time.step(61s);
            try {
                counting = true;
                service.tick();
            } catch (const std::bad_alloc&) {
                counting = false;
                service.recover();
            }
            turn();
            answer("late", "sha256:3333333333333333");
        }
    }

    std::string get(const std::string& fields = "") {
        return request_text("GET", "/v1/tokens/ci/eu-de", fields);
    }
    std::string report() {
        return request_text("POST", "/v1/tokens/ci/eu-de/report", "Content-Type: application/json\r\n",
                            R"({"fingerprint":")" + first_fp + R"(","status":401,"body":"expired"})");
    }
    std::string watch() {
        return get("If-None-Match: \"" + second_fp + "\", \"" + first_fp + "\"\r\nPrefer: wait=60\r\n");
    }
    std::string remove() { return request_text("DELETE", "/v1/tokens/ci/eu-de"); }
    std::string other() { return request_text("GET", "/v1/tokens/ci/project:other?include=body"); }
    std::string passcode() {
        return request_text("POST", "/v1/identities/ci/passcode", "Content-Type: application/json\r\n",
                            R"({"passcode":"123456"})");
    }
    std::string health() { return request_text("GET", "/healthz"); }

  private:
    support::temp_dir x_directory;
    std::optional<local::server> x_server;
};

bool is_well(const std::string& answers) {
    return answers.ends_with(R"({"status":"ok","reason":"the daemon answers"})");
}

void converse(world& w, plain_client& one, plain_client& two) {
    std::string pile;
    for (int i = 0; i < 400; ++i) pile += w.get();
    const std::vector<std::string> texts{w.get(),   w.get() + w.get() + w.health() + w.get().substr(0, 30),
                                         w.watch(), w.report(),
                                         w.other(), w.remove()};
    w.turn();
    one.send(texts[0]); // a miss
    w.turn();
    w.answer("the-token", first_fp);
    one.send(texts[1]); // in a pile, the last in part
    w.turn();
    one.send(texts[0].substr(30));
    two.send(texts[2]);
    w.turn();
    one.send(texts[3]); // invalidates
    w.turn();
    w.answer("next", second_fp);
    two.send(texts[2]);
    one.send(pile); // more than the socket takes
    w.turn();
    one.receive();
    w.turn();
    one.receive();
    one.send(texts[4]); // on demand
    w.turn();
    w.answer("another", "sha256:4444444444444444");
    one.send(w.passcode());
    w.turn();
    one.send(texts[5]);
    w.turn();
    w.answer("last", "sha256:5555555555555555");
}

/// Whether the n-th allocation was reached.
bool try_out(std::size_t n) {
    world w;
    plain_client one(w.path());
    plain_client two(w.path());
    until_fault = n;
    converse(w, one, two);
    w.wait_for_all();
    const bool reached = until_fault == 0;
    until_fault = 0;

    plain_client next(w.path());
    next.send(w.get());
    w.turn();
    w.answer("good", "sha256:6666666666666666");
    const std::string answer = next.receive();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK")) << "allocation " << n << ": " << answer;
    next.send(w.remove());
    w.turn();
    const std::string said = next.receive(); // nothing, if a question that was never asked is waited for
    EXPECT_TRUE(said.starts_with("HTTP/1.1 ")) << "allocation " << n << ": " << said;
    for (plain_client* each : {&one, &two}) {
        each->send(w.health());
        std::string last;
        for (int i = 0; i < 20 && !each->ended() && !is_well(last); ++i) { // one may still wait for the IAM
            w.wait_for_all();
            last = each->receive();
        }
        EXPECT_TRUE(each->ended() || is_well(last))
            << "allocation " << n << ": client " << (each == &one ? 1 : 2)
            << " neither ended nor answered: " << last;
        each->close();
    }
    w.turn();
    EXPECT_EQ(w.connections(), 1U) << "allocation " << n;
    return reached;
}

TEST(OutOfMemory, WhicheverAllocationFailsTheNextConnectionIsServed) {
    tokenward::log::set_level(tokenward::log::level::error);
    std::size_t n = 1;
    while (try_out(n)) ++n;
    EXPECT_GT(n, 100U) << "the conversation allocates more";
}

TEST(OutOfMemory, TheEventLoopGoesOnAndLetsTheServiceRecover) {
    boost::asio::io_context io;
    int recovered = 0;
    bool reached = false;
    boost::asio::post(io, [] { throw std::bad_alloc(); });
    boost::asio::post(io, [&] { reached = true; });
    EXPECT_TRUE(run_event_loop(io, [&] { ++recovered; }));
    EXPECT_TRUE(reached);
    EXPECT_EQ(recovered, 1);
}

TEST(OutOfMemory, AnyOtherExceptionEndsTheEventLoop) {
    boost::asio::io_context io;
    bool reached = false;
    boost::asio::post(io, [] { throw std::runtime_error("a fault"); });
    boost::asio::post(io, [&] { reached = true; });
    EXPECT_FALSE(run_event_loop(io, [] {}));
    EXPECT_FALSE(reached);
}

} // namespace
} // namespace tokenward::local::testing
