// A name service in a test's hands: answers, hangs until it is let go, and counts.
#pragma once

#include "daemon/names/name_service.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace tokenward::testing {

/// Thread-safe. Names that hang must be let go before the test ends.
class blocking_names final : public name_service {
  public:
    std::optional<unsigned> user(const std::string& name) const override { return number("u:" + name); }
    std::optional<unsigned> group(const std::string& name) const override { return number("g:" + name); }
    std::optional<std::string> user_name(unsigned uid) const override { return name("u:", uid); }
    std::optional<std::string> group_name(unsigned gid) const override { return name("g:", gid); }
    std::optional<std::vector<unsigned>> groups_of(const std::string& user) const override {
        pass("groups of " + user);
        const std::lock_guard lock(x_mutex);
        const auto found = x_groups.find(user);
        return found == x_groups.end() ? std::nullopt : std::optional(found->second);
    }

    /// "u:bob" or "g:staff".
    void add(const std::string& name, unsigned number) {
        const std::lock_guard lock(x_mutex);
        x_numbers[name] = number;
    }
    void remove(const std::string& name) {
        const std::lock_guard lock(x_mutex);
        x_numbers.erase(name);
    }
    void add_groups(const std::string& user, std::vector<unsigned> groups) {
        const std::lock_guard lock(x_mutex);
        x_groups[user] = std::move(groups);
    }
    /// Look-ups of this ("u:bob", "u:1000", "groups of bob") hang from now on.
    void hang(const std::string& what) {
        const std::lock_guard lock(x_mutex);
        x_hanging.insert(what);
    }
    void let_go() {
        const std::lock_guard lock(x_mutex);
        x_hanging.clear();
        x_changed.notify_all();
    }
    /// Waits until so many look-ups have begun.
    bool wait_for_calls(int count) const {
        std::unique_lock lock(x_mutex);
        return x_changed.wait_for(lock, std::chrono::seconds(20), [&] { return x_calls >= count; });
    }
    int calls() const {
        const std::lock_guard lock(x_mutex);
        return x_calls;
    }

  private:
    void pass(const std::string& what) const {
        std::unique_lock lock(x_mutex);
        ++x_calls;
        x_changed.notify_all();
        x_changed.wait(lock, [&] { return !x_hanging.contains(what); });
    }
    std::optional<unsigned> number(const std::string& of) const {
        pass(of);
        const std::lock_guard lock(x_mutex);
        const auto found = x_numbers.find(of);
        return found == x_numbers.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::string> name(const std::string& kind, unsigned of) const {
        pass(kind + std::to_string(of));
        const std::lock_guard lock(x_mutex);
        for (const auto& [name, number] : x_numbers)
            if (number == of && name.starts_with(kind)) return name.substr(kind.size());
        return std::nullopt;
    }

    mutable std::mutex x_mutex;
    mutable std::condition_variable x_changed;
    std::map<std::string, unsigned> x_numbers;
    std::map<std::string, std::vector<unsigned>> x_groups;
    std::set<std::string> x_hanging;
    mutable int x_calls = 0;
};

} // namespace tokenward::testing
