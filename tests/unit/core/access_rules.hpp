// A caller and rules for the tests of who may what.
#pragma once

#include "daemon/core/access.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenward::access_tests {

struct fake_caller final : caller {
    std::optional<unsigned> uid_ = 1000;
    std::vector<unsigned> groups;
    std::string unit_;
    bool hides = false;
    bool unit_known = true;
    std::shared_ptr<const caller_facts> known = std::make_shared<caller_facts>();
    mutable int asked_for_hidden = 0;
    mutable int asked_for_facts = 0;
    mutable int asked_for_groups = 0;
    mutable int asked_for_unit = 0;

    std::optional<unsigned> uid() const override { return uid_; }
    bool in_group(unsigned gid) const override {
        ++asked_for_groups;
        return std::find(groups.begin(), groups.end(), gid) != groups.end();
    }
    bool is_shown(std::string_view identity) const override { return identity != "hidden"; }
    bool may_hide_groups() const override {
        ++asked_for_hidden;
        return hides;
    }
    std::optional<std::string_view> unit() const override {
        ++asked_for_unit;
        return unit_known ? std::optional<std::string_view>(unit_) : std::nullopt;
    }
    std::shared_ptr<const caller_facts> facts() const override {
        ++asked_for_facts;
        return known;
    }
};

using subject = access_rule::subject;
constexpr unsigned own_uid = 990;
inline const scope eu_de{scope_kind::project_name, "eu-de", {}};
inline const scope other{scope_kind::project_name, "other", {}};

inline identity_config with(std::vector<access_rule> allow, std::vector<access_rule> deny = {}) {
    identity_config i;
    i.name = "ci";
    i.scopes = {{"eu-de", eu_de}};
    i.allow = std::move(allow);
    i.deny = std::move(deny);
    return i;
}

inline bool allowed(const caller& who, const identity_config& i, verb what = verb::get) {
    return may(who, own_uid, i, "eu-de", eu_de, what).allowed;
}

inline access_rule user(unsigned id) {
    return {.who = subject::user, .name = "u", .id = id};
}
inline access_rule group(unsigned id) {
    return {.who = subject::group, .name = "g", .id = id};
}
inline access_rule unit(const char* name) {
    return {.who = subject::unit, .name = name};
}

} // namespace tokenward::access_tests
