// Each identity's way to its IAM, and whether the IAM refuses its secret.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/credential.hpp"
#include "daemon/core/token_source.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// By the identity's name. One thread.
class sources {
  public:
    using maker = std::function<std::shared_ptr<token_source>(const identity_config&)>;

    explicit sources(maker make) : x_make(std::move(make)) {}

    /// Makes the identity's source unless it has one.
    void open(const identity_config& identity);
    void forget(std::string_view identity);
    /// Null: there is no such identity. A source may be forgotten while it is used.
    std::shared_ptr<token_source> find(std::string_view identity) const noexcept;

    std::vector<std::string> identities() const;

    void secret_refused(std::string_view identity);
    void secret_accepted(std::string_view identity);
    /// The identities whose refused secrets have changed since, and count as refused no more: logins may be
    /// tried.
    std::vector<std::string> changed_secrets(instant now);
    /// When changed_secrets() should be called next; `never` if no secret is refused.
    instant next_secret_check() const noexcept;

    /// Warns in the log, 14 and 3 days before the password behind this token expires. `iam_now`: by the
    /// IAM's clock.
    void warn_of_password_end(std::string_view identity, const credential& received, wall_time iam_now);

  private:
    struct login {
        std::shared_ptr<token_source> source;
        bool is_refused = false;
        password_notice said = password_notice::none;
    };

    maker x_make;
    std::map<std::string, login, std::less<>> x_all;
    instant x_looked{}; // when it was last checked whether one has changed
};

} // namespace tokenward
