// Looks up the users and groups of rules on other threads, and again until they have a number.
#include "daemon/names/rule_name_lookup.hpp"

#include "daemon/base/log.hpp"
#include "daemon/names/result_queue.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace tokenward {
namespace {

// So many look-ups may hang before others have to wait.
constexpr std::size_t most_threads_for_rules = 32;

std::string_view kind_of(const rule_name& name) {
    return name.is_group ? "group" : "user";
}

} // namespace

struct rule_name_lookup::lookup_result {
    rule_name name;
    std::optional<unsigned> number;
};

struct rule_name_lookup::queue : result_queue<rule_name_lookup::lookup_result> {};

rule_name_lookup::rule_name_lookup(boost::asio::any_io_executor executor, const clock& time,
                                   std::shared_ptr<const name_service> names, std::function<void()> changed)
    : x_time(time), x_names(std::move(names)), x_changed(std::move(changed)),
      x_threads(most_threads_for_rules), x_results(std::make_shared<queue>()), x_timer(executor),
      x_patience(executor) {
    std::weak_ptr<bool> alive = x_alive; // a handler that runs after the destructor does nothing
    x_results->wake = [this, executor, alive] {
        boost::asio::post(executor, [this, alive] {
            if (!alive.expired()) on_results();
        });
    };
}

rule_name_lookup::~rule_name_lookup() {
    stop();
}

void rule_name_lookup::stop() {
    if (std::exchange(x_stopped, true)) return;
    {
        const std::lock_guard lock(x_results->mutex);
        x_results->wake = nullptr;
    }
    x_timer.cancel();
    x_patience.cancel();
    x_next.reset();
    x_done = nullptr;
}

void rule_name_lookup::start(config& first, std::chrono::milliseconds patience) {
    x_table.configure(first, x_time.now().boot);
    look_up_due();
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!x_table.is_settled()) {
        std::unique_lock lock(x_results->mutex);
        if (!x_results->arrived.wait_until(lock, until, [&] { return !x_results->results.empty(); })) break;
        lock.unlock();
        take_results(false);
    }
    arm();
    fill(first);
}

void rule_name_lookup::resolve(config next, std::chrono::milliseconds patience, handler done) {
    x_next = std::move(next);
    x_done = std::move(done);
    x_table.configure(*x_next, x_time.now().boot);
    look_up_due();
    arm();
    if (x_table.is_settled()) return finish_resolving();
    x_patience.expires_after(patience);
    x_patience.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && !x_stopped) finish_resolving();
    });
}

void rule_name_lookup::finish_resolving() {
    if (!x_next) return;
    x_patience.cancel();
    config ready = std::move(*x_next);
    x_next.reset();
    fill(ready);
    std::exchange(x_done, nullptr)(std::move(ready));
}

void rule_name_lookup::look_up_due() {
    for (rule_name& each : x_table.take_due(x_time.now().boot))
        x_threads.run([results = x_results, names = x_names, name = std::move(each)] {
            std::optional<unsigned> number;
            try {
                number = name.is_group ? names->group(name.name) : names->user(name.name);
            } catch (const std::exception&) { // out of memory: it is tried again
            }
            results->put({name, number});
        });
}

bool rule_name_lookup::take_results(bool log_as_info) {
    bool changed = false;
    for (const lookup_result& each : x_results->take()) {
        if (!x_table.answered(each.name, each.number, x_time.now().boot)) continue;
        changed = true;
        const std::string line =
            fmt::format("{} `{}` of a rule is number {}", kind_of(each.name), each.name.name, *each.number);
        if (log_as_info)
            log::info("name_resolved", {}, "{}", line);
        else
            log::debug("name_resolved", {}, "{}", line);
    }
    return changed;
}

void rule_name_lookup::on_results() {
    if (x_stopped) return;
    const bool changed = take_results(!x_next);
    look_up_due();
    arm();
    if (x_next && x_table.is_settled()) return finish_resolving();
    if (changed && !x_next) x_changed();
}

void rule_name_lookup::arm() {
    const instant due = x_table.next_due();
    if (due == never) {
        x_timer.cancel();
        return;
    }
    x_timer.expires_after(std::max(due - x_time.now().boot, duration::zero()));
    x_timer.async_wait([this](boost::system::error_code cancelled) {
        if (cancelled || x_stopped) return;
        look_up_due();
        arm();
    });
}

} // namespace tokenward
