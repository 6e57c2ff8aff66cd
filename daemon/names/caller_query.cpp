// Looks up the names and groups of one caller and of the owners of its ids.
#include "daemon/names/caller_query.hpp"

#include "daemon/core/config.hpp"

#include <utility>

namespace tokenward {
namespace {

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

caller_facts query_caller(const name_service& names, const caller_ids& of,
                          const std::vector<std::string>& owners, bool with_names) {
    caller_facts facts{.has_names = with_names};
    for (const std::string& owner : owners) facts.owners.push_back(look_up_owner(names, owner, with_names));
    if (with_names) {
        facts.user = names.user_name(of.uid).value_or("");
        facts.groups = name_groups(names, of.gids, true);
    }
    return facts;
}

} // namespace tokenward
