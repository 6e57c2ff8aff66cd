// Looks up names in threads of their own; passes each result to all coroutines that wait for it.
#include "daemon/iam/net/name_lookup.hpp"

#include "common/posix.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/iam/net/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How long an answer that came too late for all who asked may still be used.
constexpr auto late_answer_life = 60s;

problem not_found(const std::string& why) {
    return {errc::iam_unavailable, "its name is not found: " + why};
}

std::optional<asio::ip::tcp::endpoint> read_numeric(const std::string& host, const std::string& port) {
    boost::system::error_code is_a_name;
    auto address = asio::ip::make_address(host, is_a_name);
    if (is_a_name) return std::nullopt;
    return asio::ip::tcp::endpoint(address, parse_number<std::uint16_t>(port).value_or(0));
}

} // namespace

/// One look-up: shared by its thread and the coroutines that wait for it.
struct name_lookup::search {
    std::mutex mutex;
    bool awaited = true; ///< guarded; while it holds, the executor lives

    // What follows is the executor's thread's.
    std::optional<result<endpoints>> found{};
    steady_clock::time_point at{}; ///< when it was found
    bool delivered = false;        ///< somebody was given the answer
    std::vector<asio::steady_timer*> waiting{};

    void arrived(result<endpoints> answer) {
        found = std::move(answer);
        at = steady_clock::now();
        for (asio::steady_timer* one : waiting) one->cancel();
    }
};

result<endpoints> look_up_with_system(const std::string& host, const std::string& port) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(host.c_str(), port.c_str(), &wanted, &list);
    if (failed == EAI_SYSTEM) return not_found(error_text(errno));
    if (failed != 0) return not_found(gai_strerror(failed));
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, freeaddrinfo);
    endpoints found;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        asio::ip::tcp::endpoint made;
        if (one->ai_addrlen > made.capacity()) continue;
        std::memcpy(made.data(), one->ai_addr, one->ai_addrlen);
        made.resize(one->ai_addrlen);
        found.push_back(made);
    }
    if (found.empty()) return not_found("it has no address");
    return found;
}

name_lookup::name_lookup(asio::any_io_executor executor, std::string host, std::string port,
                         lookup_function look_up)
    : x_executor(std::move(executor)), x_host(std::move(host)), x_port(std::move(port)),
      x_look_up(std::move(look_up)) {}

name_lookup::~name_lookup() {
    if (!x_search) return;
    const std::lock_guard lock(x_search->mutex);
    x_search->awaited = false;
}

// An answer that came too late for those who asked is given to the next who asks. Else a resolver whose first
// server is dead (it waits 5 s for that one by default) would be asked again and again, and never be in time.
result<std::shared_ptr<name_lookup::search>> name_lookup::current_search() {
    if (x_search && !x_search->found) return x_search;
    if (x_search && !x_search->delivered && steady_clock::now() - x_search->at < late_answer_life)
        return x_search;
    auto started = std::make_shared<search>();
    auto work = [started, executor = x_executor, look_up = x_look_up, host = x_host, port = x_port] {
        auto answer = look_up(host, port);
        const std::lock_guard lock(started->mutex);
        if (!started->awaited) return;
        asio::post(executor,
                   [started, answer = std::move(answer)]() mutable { started->arrived(std::move(answer)); });
    };
    try {
        std::thread(std::move(work)).detach();
    } catch (const std::system_error& e) {
        return not_found(std::string("no thread to look it up: ") + e.what());
    }
    x_search = started;
    return started;
}

asio::awaitable<result<endpoints>> name_lookup::find(time_point until) {
    if (auto numeric = read_numeric(x_host, x_port)) co_return endpoints{*numeric};
    auto started = current_search();
    if (!started) co_return started.error();
    std::shared_ptr<search> of = *started;
    asio::steady_timer timer(x_executor, until);
    if (!of->found) {
        of->waiting.push_back(&timer);
        struct leaver {
            search& from;
            asio::steady_timer* who;
            ~leaver() { std::erase(from.waiting, who); }
        } leave{*of, &timer};
        auto [woken] = co_await timer.async_wait(awaiting);
        (void)woken;
    }
    if (!of->found) co_return not_found("the system's name service does not answer");
    of->delivered = true;
    co_return *of->found;
}

} // namespace tokenward::iam
