// All keys: finds them, bounds them, hands out tickets, and knows what is due next. Decides; does no I/O.
#pragma once

#include "common/scope.hpp"
#include "daemon/core/lifecycle.hpp"

#include <boost/intrusive/set.hpp>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tokenward {

/// A key as text: the identity, and the scope as it is shown. Two fields, so that no two keys share a text.
struct key_view {
    std::string_view identity;
    std::string_view scope;
    friend bool operator==(const key_view&, const key_view&) = default;
};

/// Names an entry of the cache, which is a scope in use; never used twice in a process's life.
using entry_id = std::uint64_t;

/// An entry's place among the deadlines; it leaves by itself.
using deadline_hook =
    boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One (identity, scope) and the life of its token. Owned by the cache; stable until it is retired, evicted
/// or forgotten.
class cache_entry : public deadline_hook {
  public:
    cache_entry(entry_id id, key_view key, scope target, bool configured, instant now,
                std::optional<unsigned> opener)
        : x_id(id), x_identity(key.identity), x_scope(key.scope), x_target(std::move(target)),
          x_opener(opener), x_lifecycle(configured, now) {}

    entry_id id() const noexcept { return x_id; }
    const std::string& identity() const noexcept { return x_identity; }
    const std::string& scope_name() const noexcept {
        return x_scope;
    } ///< as shown: a configured name, else spelled out
    const scope& target() const noexcept { return x_target; }
    const lifecycle& life() const noexcept { return x_lifecycle; }
    std::optional<unsigned> opener() const noexcept { return x_opener; } ///< the uid that it was made for
    key_view key() const noexcept { return {x_identity, x_scope}; }

  private:
    friend class token_cache;
    entry_id x_id;
    std::string x_identity;
    std::string x_scope;
    scope x_target;
    std::optional<unsigned> x_opener;
    lifecycle x_lifecycle;
    instant x_deadline = never;                         // as in token_cache::x_deadlines
    std::list<cache_entry*>* x_lru_list = nullptr;      // its identity's list, least recently used first …
    std::list<cache_entry*>::iterator x_lru_position{}; // … and its place there
};

/// The set of entries. Not thread-safe. A hit (`find`, `serveable`) allocates nothing.
/// All times are CLOCK_BOOTTIME and never go back.
class token_cache {
  public:
    struct started_fetch {
        cache_entry* entry;
        ticket id;
    };
    struct due_list {
        std::vector<started_fetch> fetches;
        std::vector<started_fetch> validations;
        std::vector<entry_id> retired; ///< ids of entries that are gone
    };
    struct fetch_end {
        cache_entry* entry; ///< null: the ticket was forgotten, the result is dropped
        lifecycle::fetch_outcome outcome;
    };

    /// The entry with this key, or null.
    cache_entry* find(key_view key) noexcept;
    cache_entry* find(entry_id id) noexcept;
    /// The entry that a fetch or validation under way belongs to; null if its ticket was forgotten.
    cache_entry* entry_of(ticket id) noexcept;
    /// The entry with this key, made if need be. Of an identity's entries beyond `limit` the least recently
    /// used that is not configured goes (its id is added to `evicted`); if none can go, too_many_requests. A
    /// uid that has made half of them is the first to lose some (`opener`: who makes this one).
    result<cache_entry*> open(key_view key, const scope& target, bool configured, std::size_t limit,
                              instant now, std::vector<entry_id>& evicted,
                              std::optional<unsigned> opener = {});
    /// Wipes an entry; its tickets are forgotten.
    void forget(cache_entry& entry) noexcept;
    /// Whether the IAM has refused this scope a moment ago, and its entry was evicted since.
    bool remembers(std::string_view identity, const scope& target, instant now) const {
        return x_refused.knows(identity, target, now);
    }
    /// Drops what is remembered so of an identity.
    void forget_refused(std::string_view identity) { x_refused.forget(identity); }
    /// Wipes what an entry holds and knows, as if it had just been made; its tickets are forgotten.
    void begin_anew(cache_entry& entry, instant now) noexcept;

    const credential* serveable(cache_entry& entry, instant now) noexcept {
        const credential* t = entry.x_lifecycle.serveable(now);
        if (t != nullptr) touch(entry);
        return t;
    }
    step get(cache_entry& entry, const get_request& wanted, instant now);
    step renew(cache_entry& entry, instant now);
    report_step report(cache_entry& entry, std::string_view fingerprint, instant now,
                       report_effect may = report_effect::login);
    /// See lifecycle::validated; `entry` is null if the ticket was forgotten.
    std::pair<cache_entry*, report_step> validated(ticket id, validity verdict, instant now);
    fetch_end fetched(ticket id, fetch_result result, instant now, double jitter);

    due_list take_due(instant now);
    /// When take_due should be called next; `never` if nothing is to come.
    instant next_deadline() const noexcept {
        return x_deadlines.empty() ? never : x_deadlines.begin()->x_deadline;
    }

    /// See lifecycle::restore.
    void restore(cache_entry& entry, kept_life kept, instant now);
    void configure(cache_entry& entry, bool configured, instant now) noexcept;
    void validate_every(cache_entry& entry, duration pause, instant now) noexcept;
    void abandoned(cache_entry& entry, instant now) noexcept;
    void rearm(std::string_view identity, instant now);
    void clock_jumped(instant now);
    void observe_iam_clock(std::string_view identity, wall_time iam_now, instant now);

    /// All entries of an identity, least recently used first. Valid until one of them is opened or forgotten.
    const std::list<cache_entry*>& of(std::string_view identity) const noexcept;
    /// Their ids, for a caller that opens or forgets entries on the way.
    std::vector<entry_id> ids_of(std::string_view identity) const;
    std::size_t size() const noexcept { return x_entries.size(); }

  private:
    struct hash {
        std::size_t operator()(key_view k) const noexcept;
    };
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    using map = std::unordered_map<std::string, std::list<cache_entry*>, text_hash, std::equal_to<>>;

    // Of equal deadlines, that of the entry which was made first.
    struct earlier {
        bool operator()(const cache_entry& a, const cache_entry& b) const noexcept {
            return a.x_deadline != b.x_deadline ? a.x_deadline < b.x_deadline : a.x_id < b.x_id;
        }
    };

    void touch(cache_entry& entry) noexcept;
    void reschedule(cache_entry& entry, instant now) noexcept;
    ticket next_ticket_for(cache_entry& entry);
    void forget_tickets(const cache_entry& entry) noexcept;
    bool evict_one(const std::list<cache_entry*>& used, std::size_t limit, instant now,
                   std::vector<entry_id>& evicted, std::optional<unsigned> opener);

    entry_id x_next_id = 1;
    ticket x_next_ticket = 1;
    std::unordered_map<ticket, cache_entry*> x_tickets; // fetches and validations under way, and the next
    std::unordered_map<entry_id, cache_entry*> x_by_id;
    boost::intrusive::set<cache_entry, boost::intrusive::base_hook<deadline_hook>,
                          boost::intrusive::compare<earlier>, boost::intrusive::constant_time_size<false>>
        x_deadlines;          // of those that have one, ordered by cache_entry::x_deadline
    refused_scopes x_refused; // of entries that were evicted
    map x_lru_by_identity;    // by identity
    std::unordered_map<key_view, std::unique_ptr<cache_entry>, hash> x_entries; // keys view into the entries
};

} // namespace tokenward
