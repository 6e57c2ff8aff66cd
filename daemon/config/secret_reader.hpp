// Reads secrets from where the configuration says they are: a file, a credential of systemd, a variable.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"

#include <map>
#include <string>

namespace tokenward {

/// A secret as it was read.
struct secret_reading {
    secret value{};
    std::string warning{}; ///< for the operator, without secrets; mostly empty
};

/// Reads secrets. It owns the variables it has taken out of the environment, so that a reload finds them
/// again. From one thread, and none other may use the environment.
class secret_reader {
  public:
    /// Reads what `ref` names: the lines that judge_secret() finds in it, with a line end between them. A
    /// variable is wiped where the kernel shows it (/proc/PID/environ) and leaves the environment. `what`
    /// begins messages, such as "identity `ci`: password". Errors: internal, when it isn't there, can't be
    /// read or is no secret (judge_secret); the detail names `what`, the place and the reason, and no part of
    /// the content.
    result<secret_reading> read(const secret_ref& ref, const std::string& what);

    /// Whether read() finds a variable of this name.
    bool has_variable(const std::string& name) const;

  private:
    result<secret_reading> take_variable(const std::string& name, const std::string& what);

    std::map<std::string, secret_reading> x_variables{};
};

} // namespace tokenward
