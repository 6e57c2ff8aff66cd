// See name_book.hpp.
#include "daemon/names/name_book.hpp"

#include "daemon/base/log.hpp"
#include "daemon/names/mailbox.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace tokenward {
namespace {

// Names that hang must not hold up those that would not.
constexpr std::size_t most_threads_for_rules = 32;

std::string_view kind_of(const rule_name& name) {
    return name.is_group ? "group" : "user";
}

} // namespace

struct name_book::letter {
    rule_name name;
    std::optional<unsigned> number;
};

struct name_book::mailbox : tokenward::mailbox<name_book::letter> {};

name_book::name_book(boost::asio::any_io_executor executor, const clock& time,
                     std::shared_ptr<const name_service> names, std::function<void()> changed)
    : x_time(time), x_names(std::move(names)), x_changed(std::move(changed)),
      x_threads(most_threads_for_rules), x_mailbox(std::make_shared<mailbox>()), x_timer(executor),
      x_patience(executor) {
    std::weak_ptr<bool> alive = x_alive; // a handler that runs after our end finds nothing
    x_mailbox->wake = [this, executor, alive] {
        boost::asio::post(executor, [this, alive] {
            if (!alive.expired()) on_answers();
        });
    };
}

name_book::~name_book() {
    stop();
}

void name_book::stop() {
    if (std::exchange(x_stopped, true)) return;
    {
        const std::lock_guard lock(x_mailbox->mutex);
        x_mailbox->wake = nullptr;
    }
    x_timer.cancel();
    x_patience.cancel();
    x_next.reset();
    x_done = nullptr;
}

void name_book::begin(config& first, std::chrono::milliseconds patience) {
    x_table.configure(first, x_time.now().boot);
    look_up_due();
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!x_table.is_settled()) {
        std::unique_lock lock(x_mailbox->mutex);
        if (!x_mailbox->arrived.wait_until(lock, until, [&] { return !x_mailbox->letters.empty(); })) break;
        lock.unlock();
        take_answers(false);
    }
    arm();
    fill(first);
}

void name_book::take_up(config next, std::chrono::milliseconds patience, handler done) {
    x_next = std::move(next);
    x_done = std::move(done);
    x_table.configure(*x_next, x_time.now().boot);
    look_up_due();
    arm();
    if (x_table.is_settled()) return end_wait();
    x_patience.expires_after(patience);
    x_patience.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && !x_stopped) end_wait();
    });
}

void name_book::end_wait() {
    if (!x_next) return;
    x_patience.cancel();
    config ready = std::move(*x_next);
    x_next.reset();
    fill(ready);
    std::exchange(x_done, nullptr)(std::move(ready));
}

void name_book::look_up_due() {
    for (rule_name& each : x_table.take_due(x_time.now().boot))
        x_threads.run([mailbox = x_mailbox, names = x_names, name = std::move(each)] {
            std::optional<unsigned> number;
            try {
                number = name.is_group ? names->group(name.name) : names->user(name.name);
            } catch (const std::exception&) { // no memory: it is tried again
            }
            mailbox->put({name, number});
        });
}

bool name_book::take_answers(bool late) {
    bool changed = false;
    for (const letter& each : x_mailbox->take()) {
        if (!x_table.answered(each.name, each.number, x_time.now().boot)) continue;
        changed = true;
        const std::string line =
            fmt::format("{} `{}` of a rule is number {}", kind_of(each.name), each.name.name, *each.number);
        if (late)
            log::info("name_resolved", {}, "{}", line);
        else
            log::debug("name_resolved", {}, "{}", line);
    }
    return changed;
}

void name_book::on_answers() {
    if (x_stopped) return;
    const bool changed = take_answers(!x_next);
    look_up_due();
    arm();
    if (x_next && x_table.is_settled()) return end_wait();
    if (changed && !x_next) x_changed();
}

void name_book::arm() {
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
