// Feeds any bytes to the reader of what is kept over a restart: what it takes, it must write and read again
// alike.
#include "daemon/kept/format.hpp"
#include "daemon/kept/selection.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace tokenward;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    parsed_kept_state parsed = parse_kept_state({reinterpret_cast<const char*>(data), size});
    for (const kept_entry& each : parsed.value.entries) {
        require(is_name(each.of.identity));
        if (each.life.held) require(!each.life.held->value.empty() && each.life.held->lifetime > duration(0));
    }
    const wiped_string bytes = format_kept_state(parsed.value);
    parsed_kept_state again = parse_kept_state(bytes);
    require(again.faults.empty() && format_kept_state(again.value) == bytes);

    config nobody;
    nobody.identities.emplace_back().name = "ci";
    (void)select_kept(std::move(again.value), nobody, {{"ci", {}}}, "", instant(std::chrono::hours(1000)));
    return 0;
}
