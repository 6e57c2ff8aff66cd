// Fetches secrets from where the configuration says they are: a file, a credential of systemd's, a variable.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"
#include "daemon/file_stamp.hpp"

#include <map>
#include <string>

namespace tokenward {

/// A secret as it was read.
struct secret_reading {
    secret value{};
    file_stamp stamp{};    ///< of the file that was read; all zero for a variable or a text
    std::string warning{}; ///< what is worth a word to the operator, without secrets; mostly empty
};

/// Reads secrets: at start, at a reload, and when changed_since() says so. It owns the variables it has taken
/// out of the environment, so that a reload finds them again. From one thread, and none other may use the
/// environment.
class secret_reader {
  public:
    static constexpr std::size_t largest = std::size_t{64} * 1024; ///< bytes of a secret

    /// Reads what `ref` names, without one line end at its end. A variable is wiped where the kernel shows it
    /// (/proc/PID/environ) and leaves the environment. `what` begins messages, such as "identity `ci`:
    /// password". Errors: internal, when it isn't there, can't be read, or is empty, too long or no text
    /// (UTF-8 without NUL); the detail names `what`, the place and the system's reason, and no part of the
    /// content.
    result<secret_reading> read(const secret_ref& ref, const std::string& what);

    /// Whether the file behind `ref` is another than the one that gave `stamp`: one stat(2), for polling.
    /// False while there is no file, as in the midst of a rotation, and for what is not a file.
    bool changed_since(const secret_ref& ref, const file_stamp& stamp) const;

  private:
    result<secret_reading> take_variable(const std::string& name, const std::string& what);

    std::map<std::string, secret> x_variables{};
};

} // namespace tokenward
