// Reads the files of subordinate ids and looks up callers on other threads; calls waiting callers back.
#include "daemon/names/caller_lookup.hpp"

#include "daemon/base/log.hpp"
#include "daemon/names/caller_query.hpp"
#include "daemon/names/result_queue.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <utility>

namespace tokenward {
namespace {

// So many look-ups may hang before others have to wait.
constexpr std::size_t most_threads_for_callers = 16;

} // namespace

struct caller_lookup::lookup_result {
    bool is_files = false;
    std::shared_ptr<const subordinate_id_files> read{}; // if is_files: the files; else the members below
    std::shared_ptr<const subordinate_id_files> by{};   // the files that the look-up used
    caller_ids of{};                                    // the caller
    unsigned share = 0;                                 // the share that the look-up counts in
    std::shared_ptr<const caller_facts> facts{};        // null: out of memory
    std::vector<std::string> owners_written{};          // the owners as the files write them
};

struct caller_lookup::queue : result_queue<caller_lookup::lookup_result> {};

caller_lookup::caller_lookup(boost::asio::any_io_executor executor, const clock& time,
                             std::shared_ptr<const name_service> names, std::function<void()> changed,
                             caller_lookup_settings settings)
    : x_executor(executor), x_time(time), x_names(std::move(names)), x_changed(std::move(changed)),
      x_settings(std::move(settings)), x_threads(most_threads_for_callers), x_cache(x_settings.most_callers),
      x_results(std::make_shared<queue>()) {
    std::weak_ptr<bool> alive = x_alive; // a handler that runs after the destructor does nothing
    x_results->wake = [this, executor, alive] {
        boost::asio::post(executor, [this, alive] {
            if (!alive.expired()) take_results();
        });
    };
}

caller_lookup::~caller_lookup() {
    close();
    x_waiters.clear();
}

void caller_lookup::close() {
    x_stopped = true;
    const std::lock_guard lock(x_results->mutex);
    x_results->wake = nullptr;
}

void caller_lookup::stop() {
    close();
    for (const auto& each : x_waiters) each->timer.cancel(); // the timer's handler calls the waiter
}

void caller_lookup::start(std::chrono::milliseconds patience) {
    check_files();
    {
        std::unique_lock lock(x_results->mutex);
        x_results->arrived.wait_for(lock, patience, [&] { return !x_results->results.empty(); });
    }
    take_results();
}

void caller_lookup::configure(const config& rules) {
    const bool needed_owners = x_needs_owners;
    const bool needed_names = x_needs_names;
    x_needs_owners = x_needs_names = false;
    for (const identity_config& identity : rules.identities)
        for (const access_rule& rule : identity.deny) {
            if (rule.who == access_rule::subject::unit) continue;
            x_needs_owners = true;
            if (!rule.id) x_needs_names = true;
        }
    if (needed_owners != x_needs_owners || needed_names != x_needs_names) ++x_version;
}

// --- the files

void caller_lookup::check_files() {
    const instant now = x_time.now().boot;
    if (x_reading || x_stopped || (x_files && now - x_files_read < freshness)) return;
    x_reading = true;
    x_files_read = now;
    x_threads.run(
        [results = x_results, before = x_files, uids = x_settings.subuid, gids = x_settings.subgid] {
            std::shared_ptr<const subordinate_id_files> read;
            try {
                read = read_subordinate_id_files(uids, gids, before);
            } catch (const std::exception&) { // out of memory: the files are read again later
            }
            results->put({.is_files = true, .read = std::move(read)});
        });
}

void caller_lookup::take_files(std::shared_ptr<const subordinate_id_files> read) {
    x_reading = false;
    const bool first = x_files == nullptr;
    // If the files are the same, the old object stays: look-ups under way refer to it.
    if (!read || (!first && read->equals(*x_files))) return;
    x_files = std::move(read);
    for (const std::string& fault : {x_files->uids.fault, x_files->gids.fault})
        if (!fault.empty())
            log::warning("subordinate_ids", {},
                         "the owners of subordinate ids are not known, so a `deny` by user or group applies "
                         "to all callers: {}",
                         fault);
    ++x_version;
    x_cache.clear();
    x_owner_uids.clear();
    if (!first) x_changed();
}

// --- callers

bool caller_lookup::suffices(const std::shared_ptr<const caller_facts>& known) const {
    return known != nullptr && (known->has_names || !x_needs_names);
}

std::shared_ptr<const caller_facts> caller_lookup::find(unsigned uid, std::span<const unsigned> gids) {
    check_files();
    if (!x_files) return nullptr;
    if (!x_needs_names && !x_files->has(uid, gids)) {
        static const auto nothing_special = std::make_shared<const caller_facts>();
        static const auto unreadable =
            std::make_shared<const caller_facts>(caller_facts{.owners_known = false});
        return x_files->known() ? nothing_special : unreadable;
    }
    if (gids.size() > most_gids) return nullptr;
    caller_cache::entry* known = x_cache.open({uid, {gids.begin(), gids.end()}});
    if (known == nullptr) return nullptr; // too many look-ups are under way
    if (!suffices(known->facts) || x_time.now().boot - known->looked_up >= freshness) look_up(*known);
    return known->facts;
}

void caller_lookup::look_up(caller_cache::entry& e) {
    if (e.under_way || x_stopped) return;
    const unsigned share = share_of(e.of.uid);
    std::size_t& of_share = x_under_way[share];
    if (of_share >= most_of_one) return; // the caller's next request starts it
    ++of_share;
    e.under_way = true;
    x_threads.run([results = x_results, names = x_names, files = x_files, of = e.of, share,
                   with_names = x_needs_names] {
        lookup_result found{.by = files, .of = of, .share = share};
        try {
            for (std::string_view owner : files->owners_of(of.uid, of.gids))
                found.owners_written.emplace_back(owner);
            caller_facts facts = query_caller(*names, of, found.owners_written, with_names);
            facts.owners_known = files->known();
            found.facts = std::make_shared<const caller_facts>(std::move(facts));
        } catch (const std::exception&) { // out of memory: the facts stay unknown
        }
        results->put(std::move(found));
    });
}

void caller_lookup::take_facts(lookup_result& found) {
    if (--x_under_way.at(found.share) == 0) x_under_way.erase(found.share);
    if (found.by != x_files) return; // the files have changed since, and the caller is looked up again
    if (found.facts)
        for (std::size_t i = 0; i < found.facts->owners.size(); ++i)
            if (const auto uid = found.facts->owners[i].uid) x_owner_uids[found.owners_written[i]] = *uid;
    caller_cache::entry* of = x_cache.find(found.of);
    if (of == nullptr) return;
    of->under_way = false;
    of->looked_up = x_time.now().boot;
    if (found.facts) of->facts = std::move(found.facts);
    if (!suffices(of->facts) && of->facts) look_up(*of); // the rules now need names too
}

void caller_lookup::take_results() {
    if (x_stopped) return;
    for (lookup_result& each : x_results->take()) {
        if (each.is_files)
            take_files(std::move(each.read));
        else
            take_facts(each);
    }
    wake_waiters();
}

// --- waiters

bool caller_lookup::wait_for(unsigned uid, std::span<const unsigned> gids, std::function<void()> done) {
    if (!x_needs_owners) { // no need to wait, but the owner is looked up for share_of()
        if (x_files && x_files->uids.ids.has(uid)) (void)find(uid, {});
        return false;
    }
    if (suffices(find(uid, gids)) || x_stopped || gids.size() > most_gids) return false;
    caller_ids of{uid, {gids.begin(), gids.end()}};
    if (x_files) {
        const caller_cache::entry* known = x_cache.find(of);
        if (known == nullptr || !known->under_way) return false; // too many look-ups are under way
    }
    auto one = std::make_shared<waiter>(
        waiter{std::move(of), std::move(done), boost::asio::steady_timer(x_executor, x_settings.patience)});
    x_waiters.push_back(one);
    one->timer.async_wait([this, one, alive = std::weak_ptr<bool>(x_alive)](boost::system::error_code) {
        if (alive.expired()) return;
        x_waiters.remove(one);
        if (auto tell = std::exchange(one->done, nullptr)) tell();
    });
    return true;
}

// Cancels the timers of waiters whose facts are known; the timer's handler calls them.
void caller_lookup::wake_waiters() {
    for (const auto& each : std::list(x_waiters)) {
        const auto known = find(each->of.uid, each->of.gids);
        if (suffices(known)) each->timer.cancel();
    }
}

unsigned caller_lookup::share_of(unsigned uid) {
    check_files();
    if (!x_files || !x_files->uids.ids.has(uid)) return uid;
    const std::vector<std::string_view> owners = x_files->uids.ids.owners_of(uid);
    if (const auto number = parse_id(owners.front())) return *number;
    const auto known = x_owner_uids.find(owners.front());
    return known != x_owner_uids.end() ? known->second : x_files->uids.ids.first_of(uid);
}

} // namespace tokenward
