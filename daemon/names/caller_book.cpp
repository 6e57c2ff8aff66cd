// See caller_book.hpp.
#include "daemon/names/caller_book.hpp"

#include "daemon/base/log.hpp"
#include "daemon/names/mailbox.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace tokenward {
namespace {

// Callers whose names hang must not hold up those whose don't.
constexpr std::size_t most_threads_for_callers = 16;

std::vector<named_group> name_groups(const name_service& names, const std::vector<unsigned>& gids,
                                     bool with_names) {
    std::vector<named_group> groups;
    for (unsigned gid : gids)
        groups.push_back({gid, with_names ? names.group_name(gid).value_or("") : std::string()});
    return groups;
}

id_owner look_up_owner(const name_service& names, std::string_view written, bool with_names) {
    id_owner owner;
    owner.uid = parse_id(written);
    if (owner.uid) {
        owner.user = names.user_name(*owner.uid).value_or("");
    } else {
        owner.user = written;
        owner.uid = names.user(owner.user);
    }
    if (owner.user.empty()) return owner;
    if (const auto gids = names.groups_of(owner.user)) owner.groups = name_groups(names, *gids, with_names);
    return owner;
}

} // namespace

struct caller_book::letter {
    bool is_files = false;
    std::shared_ptr<const id_files> read{};      // the files, or …
    std::shared_ptr<const id_files> by{};        // … by these files
    key of{};                                    // a caller
    unsigned share = 0;                          // whom the look-up counts for, and
    std::shared_ptr<const caller_facts> facts{}; // what is known of it; null: there was no memory
    std::vector<std::string> owners_written{};   // its owners as the files write them
};

struct caller_book::mailbox : tokenward::mailbox<caller_book::letter> {};

caller_book::caller_book(boost::asio::any_io_executor executor, const clock& time,
                         std::shared_ptr<const name_service> names, std::function<void()> changed,
                         caller_book_settings settings)
    : x_executor(executor), x_time(time), x_names(std::move(names)), x_changed(std::move(changed)),
      x_settings(std::move(settings)), x_threads(most_threads_for_callers),
      x_mailbox(std::make_shared<mailbox>()) {
    std::weak_ptr<bool> alive = x_alive; // a handler that runs after our end finds nothing
    x_mailbox->wake = [this, executor, alive] {
        boost::asio::post(executor, [this, alive] {
            if (!alive.expired()) take_letters();
        });
    };
}

caller_book::~caller_book() {
    close();
    x_waiters.clear();
}

void caller_book::close() {
    x_stopped = true;
    const std::lock_guard lock(x_mailbox->mutex);
    x_mailbox->wake = nullptr;
}

void caller_book::stop() {
    close();
    for (const auto& each : x_waiters) each->timer.cancel(); // which calls them
}

void caller_book::begin(std::chrono::milliseconds patience) {
    check_files();
    {
        std::unique_lock lock(x_mailbox->mutex);
        x_mailbox->arrived.wait_for(lock, patience, [&] { return !x_mailbox->letters.empty(); });
    }
    take_letters();
}

void caller_book::configure(const config& rules) {
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

void caller_book::check_files() {
    const instant now = x_time.now().boot;
    if (x_reading || x_stopped || (x_files && now - x_files_read < freshness)) return;
    x_reading = true;
    x_files_read = now;
    x_threads.run(
        [mailbox = x_mailbox, before = x_files, uids = x_settings.subuid, gids = x_settings.subgid] {
            std::shared_ptr<const id_files> read;
            try {
                read = read_id_files(uids, gids, before);
            } catch (const std::exception&) { // no memory: they are read again
            }
            mailbox->put({.is_files = true, .read = std::move(read)});
        });
}

void caller_book::take_files(std::shared_ptr<const id_files> read) {
    x_reading = false;
    if (!read || read == x_files) return;
    const bool first = x_files == nullptr;
    const bool same = !first && read->is_as(*x_files);
    x_files = std::move(read);
    if (same) return;
    for (const std::string& fault : {x_files->uids.fault, x_files->gids.fault})
        if (!fault.empty())
            log::warning(
                "subordinate_ids", {},
                "who owns subordinate ids is not known, and a `deny` by user or group holds for all: {}",
                fault);
    ++x_version;
    x_entries.clear();
    x_places.clear();
    x_owner_uids.clear();
    if (!first) x_changed();
}

// --- callers

bool caller_book::suffices(const std::shared_ptr<const caller_facts>& known) const {
    return known != nullptr && (known->has_names || !x_needs_names);
}

std::shared_ptr<const caller_facts> caller_book::find(unsigned uid, std::span<const unsigned> gids) {
    check_files();
    if (!x_files) return nullptr;
    if (!x_needs_names && !x_files->has(uid, gids)) {
        static const auto nothing_special = std::make_shared<const caller_facts>();
        static const auto unreadable =
            std::make_shared<const caller_facts>(caller_facts{.owners_known = false});
        return x_files->known() ? nothing_special : unreadable;
    }
    if (gids.size() > most_gids) return nullptr;
    entry* known = open(uid, gids);
    if (known == nullptr) return nullptr;
    if (!suffices(known->facts) || x_time.now().boot - known->looked_up >= freshness) look_up(*known);
    return known->facts;
}

// Null: too many are being looked up.
caller_book::entry* caller_book::open(unsigned uid, std::span<const unsigned> gids) {
    key of{uid, {gids.begin(), gids.end()}};
    if (const auto found = x_places.find(of); found != x_places.end()) {
        x_entries.splice(x_entries.begin(), x_entries, found->second);
        return &*found->second;
    }
    if (x_entries.size() >= x_settings.most_callers) {
        const auto idle = std::find_if(x_entries.rbegin(), x_entries.rend(),
                                       [](const entry& each) { return !each.under_way; });
        if (idle == x_entries.rend()) return nullptr;
        x_places.erase(idle->of);
        x_entries.erase(std::next(idle).base());
    }
    x_entries.push_front({.of = of});
    x_places.emplace(std::move(of), x_entries.begin());
    return &x_entries.front();
}

void caller_book::look_up(entry& e) {
    if (e.under_way || x_stopped) return;
    const unsigned share = share_of(e.of.uid);
    std::size_t& of_share = x_under_way[share];
    if (of_share >= most_of_one) return; // whoever asks again begins it
    ++of_share;
    e.under_way = true;
    x_threads.run([mailbox = x_mailbox, names = x_names, files = x_files, of = e.of, share,
                   with_names = x_needs_names] {
        letter found{.by = files, .of = of, .share = share};
        try {
            caller_facts facts{.has_names = with_names, .owners_known = files->known()};
            for (std::string_view owner : files->owners_of(of.uid, of.gids))
                found.owners_written.emplace_back(owner);
            for (const std::string& owner : found.owners_written)
                facts.owners.push_back(look_up_owner(*names, owner, with_names));
            if (with_names) {
                facts.user = names->user_name(of.uid).value_or("");
                facts.groups = name_groups(*names, of.gids, true);
            }
            found.facts = std::make_shared<const caller_facts>(std::move(facts));
        } catch (const std::exception&) { // no memory: it is not known
        }
        mailbox->put(std::move(found));
    });
}

void caller_book::take_facts(letter& found) {
    if (--x_under_way.at(found.share) == 0) x_under_way.erase(found.share);
    if (found.by != x_files) return; // they say something else now, and it has been asked for anew
    if (found.facts)
        for (std::size_t i = 0; i < found.facts->owners.size(); ++i)
            if (const auto uid = found.facts->owners[i].uid) x_owner_uids[found.owners_written[i]] = *uid;
    const auto place = x_places.find(found.of);
    if (place == x_places.end()) return; // forgotten
    entry& e = *place->second;
    e.under_way = false;
    e.looked_up = x_time.now().boot;
    if (found.facts) e.facts = std::move(found.facts);
    if (!suffices(e.facts) && e.facts) look_up(e); // what rules need has changed meanwhile
}

void caller_book::take_letters() {
    if (x_stopped) return;
    for (letter& each : x_mailbox->take()) {
        if (each.is_files)
            take_files(std::move(each.read));
        else
            take_facts(each);
    }
    wake_waiters();
}

// --- those who wait

bool caller_book::wait_for(unsigned uid, std::span<const unsigned> gids, std::function<void()> done) {
    if (!x_needs_owners) { // but in whose share the caller counts is of use to all
        if (x_files && x_files->uids.ids.has(uid)) (void)find(uid, {});
        return false;
    }
    if (suffices(find(uid, gids)) || x_stopped || gids.size() > most_gids) return false;
    key of{uid, {gids.begin(), gids.end()}};
    if (x_files) {
        const auto place = x_places.find(of);
        const bool is_looked_up = place != x_places.end() && place->second->under_way;
        if (!is_looked_up) return false; // there are too many
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

// Their timers, cut short, call them.
void caller_book::wake_waiters() {
    for (const auto& each : std::list(x_waiters)) {
        const auto known = find(each->of.uid, each->of.gids);
        if (suffices(known)) each->timer.cancel();
    }
}

unsigned caller_book::share_of(unsigned uid) {
    check_files();
    if (!x_files || !x_files->uids.ids.has(uid)) return uid;
    const std::vector<std::string_view> owners = x_files->uids.ids.owners_of(uid);
    if (const auto number = parse_id(owners.front())) return *number;
    const auto known = x_owner_uids.find(owners.front());
    return known != x_owner_uids.end() ? known->second : x_files->uids.ids.first_of(uid);
}

} // namespace tokenward
