// All that programs under test have printed, so that a test can show that no secret was in it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward::support {

/// A text that must not be printed. A failure names it by `name`, so that the test's own output stays clean.
struct forbidden_text {
    std::string name;
    std::string text;
};

/// Where the secrets stand in `output`, as they are or in base64 or percent-encoded: a line for each, without
/// the secret; empty when there is none. Use: `EXPECT_EQ(find_secrets(output, secrets), "")`.
std::string find_secrets(std::string_view output, const std::vector<forbidden_text>& secrets);

/// The collection of one test program. `process` adds to it by itself. Thread-safe.
class output_audit {
  public:
    static output_audit& instance();

    /// Keeps what `source` has printed.
    void add(std::string source, std::string text);

    /// Names a secret that no output may hold, before or after this call.
    void forbid(std::string name, std::string text);

    /// Every leak so far, a line each; empty when there is none.
    std::string leaks() const;

    /// How many bytes of output have been collected: a test of leaks() shows by it that there was something
    /// to see.
    std::size_t collected() const;

  private:
    struct printed {
        std::string source;
        std::string text;
    };

    mutable std::mutex x_mutex;
    std::vector<printed> x_outputs;
    std::vector<forbidden_text> x_secrets;
};

} // namespace tokenward::support
