// Fetches secrets from where the configuration says they are: a file, a credential of systemd's, a variable.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "daemon/base/file_stamp.hpp"
#include "daemon/core/config.hpp"

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
    /// Reads what `ref` names: the lines that judge_secret() finds in it, with a line end between them. A
    /// variable is wiped where the kernel shows it (/proc/PID/environ) and leaves the environment. `what`
    /// begins messages, such as "identity `ci`: password". Errors: internal, when it isn't there, can't be
    /// read or is no secret (judge_secret); the detail names `what`, the place and the reason, and no part of
    /// the content.
    result<secret_reading> read(const secret_ref& ref, const std::string& what);

    /// Whether read() finds a variable of this name.
    bool has_variable(const std::string& name) const;

    /// Whether the file behind `ref` is another than the one that gave `stamp`: one stat(2), for polling.
    /// False while there is no file, as in the midst of a rotation, and for what is not a file.
    bool changed_since(const secret_ref& ref, const file_stamp& stamp) const;

  private:
    result<secret_reading> take_variable(const std::string& name, const std::string& what);

    std::map<std::string, secret_reading> x_variables{};
};

} // namespace tokenward
