// Reads secrets from where the configuration says they are: a file, a credential of systemd, a variable.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"

#include <map>
#include <string>

namespace tokenward {

/// A secret, and a warning about the place that it was read from.
struct secret_reading {
    secret value{};
    std::string warning{}; ///< for the operator; holds no secret; empty = there is none
};

/// Keeps the variables that it has removed from the environment, so that a reload finds them again. One
/// thread; no other thread may use the environment.
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
