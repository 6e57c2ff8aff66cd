// Feeds any text to the reader of the configuration: it must answer, with faults that an operator's terminal
// can show.
#include "daemon/config/parse_config.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tokenward;

struct some_names final : name_resolver {
    std::optional<unsigned> user(const std::string& name) const override { return of(name); }
    std::optional<unsigned> group(const std::string& name) const override { return of(name); }

  private:
    static std::optional<unsigned> of(const std::string& name) {
        return name.size() % 2 == 0 ? std::optional(static_cast<unsigned>(name.size())) : std::nullopt;
    }
};

void require(bool holds) {
    if (!holds) std::abort();
}

void check_fault(const config_fault& fault, int lines) {
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    require(!fault.message.empty() && std::none_of(fault.message.begin(), fault.message.end(), is_control));
    require(fault.line >= 0 && fault.line <= lines);
}

/// What the rest of the daemon relies on without looking.
void check_identity(const identity_config& identity) {
    require(is_name(identity.name) && !identity.auth.auth_url.empty());
    require(identity.auth.username.empty() || identity.auth.user_id.empty());
    if (identity.auth.type == auth_type::password)
        require(identity.auth.username.empty() != identity.auth.user_id.empty());
    require(!identity.auth.secret.name.empty());
    require(identity.scopes.size() <= identity.max_scopes && identity.max_scopes >= 1);
    for (const named_scope& each : identity.scopes) {
        require(is_name(each.name));
        require(each.target.kind != scope_kind::project_name || !each.target.domain.empty());
    }
    for (const auto* rules : {&identity.allow, &identity.deny})
        for (const access_rule& rule : *rules)
            require(rule.verbs != 0 && rule.verbs <= 7 && !rule.name.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    parsed_config parsed = parse_config(text, "f", some_names{});
    int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const config_fault& fault : parsed.faults) check_fault(fault, lines);
    if (!parsed.ok()) return 0;
    require(parsed.value.sockets.at(0).mode <= 0777);
    for (const identity_config& identity : parsed.value.identities) check_identity(identity);
    return 0;
}
