// The names under which OpenStack services stand in catalogs: the official type of each and its older
// aliases. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace tokenward::local {

/// The types to look for when `asked` is wanted, the best first: itself, the official type that it is an
/// alias of, and the aliases. Of an alias that names a version (volumev2), no other version. Views into
/// `asked` and static memory.
std::vector<std::string_view> types_meant_by(std::string_view asked);

} // namespace tokenward::local
