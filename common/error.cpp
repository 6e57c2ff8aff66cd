// The table of errors as the daemon sees it.
#include "common/error.hpp"

#include <array>
#include <stdexcept>

namespace tokenward {

const error_info& describe(errc code) noexcept {
    static constexpr std::array table{
#define X(code, http_status, exit_status, title)                                                             \
    error_info{#code, "urn:tokenward:" #code, title, http_status, exit_status},
        TOKENWARD_ERRORS(X)
#undef X
    };
    return table[static_cast<std::size_t>(code)];
}

void throw_exception_from_error(const problem& error, const boost::source_location&) {
    throw std::logic_error(std::string(describe(error.code).name) + ": " + error.detail);
}

} // namespace tokenward
