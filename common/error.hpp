// What can go wrong, as one type that every room returns and the edges translate.
#pragma once

#include "common/errors.h"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// The code of an error; what each means stands in common/errors.h.
enum class errc {
#define X(code, http_status, exit_status, title) code,
    TOKENWARD_ERRORS(X)
#undef X
};

/// What is fixed about a code. All texts have static lifetime.
struct error_info {
    std::string_view name;  ///< as in the URN, such as "iam_unavailable"
    std::string_view urn;   ///< RFC 9457 `type`
    std::string_view title; ///< RFC 9457 `title`
    int http_status;
    int exit_status; ///< of the command line
};

const error_info& describe(errc code) noexcept;

/// One error as it happened. Never holds a secret.
struct problem {
    errc code = errc::internal;
    std::string detail{}; ///< what happened, to which identity and scope, what to do
    std::optional<std::chrono::seconds> retry_after = {}; ///< when asking again makes sense
    std::optional<int> status = {}; ///< an HTTP status other than the code's own (414, 431)
    std::string_view title = {};    ///< of static lifetime: where the code's own would mislead; empty = that
};

/// `.value()` of a failed result; nothing in Tokenward calls it on purpose.
[[noreturn]] void throw_exception_from_error(const problem& error, const boost::source_location& where);

template <class T>
using result = boost::system::result<T, problem>;

} // namespace tokenward
