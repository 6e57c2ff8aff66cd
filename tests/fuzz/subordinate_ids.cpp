// Feeds any text to the reader of /etc/subuid: what it says of a number must be what a plain look at the
// lines says.
#include "daemon/names/subordinate_ids.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const tokenward::subordinate_ids ids(text);
    require(ids.size() <= size / 5 + 1); // "a:1:1" is the shortest line
    for (unsigned id : {0U, 1U, 65'534U, 100'000U, 165'535U, 165'536U, 4'294'967'294U, 4'294'967'295U}) {
        const auto owners = ids.owners_of(id);
        require(owners.empty() != ids.has(id));
        for (std::string_view owner : owners)
            require(!owner.empty() && text.find(owner) != std::string_view::npos);
        if (ids.has(id)) require(ids.first_of(id) <= id);
    }
    return 0;
}
