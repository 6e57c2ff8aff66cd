// Each identity's way to its IAM, and how its credential fares there.
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

    void credential_refused(std::string_view identity);
    void credential_accepted(std::string_view identity);
    /// Of the refused ones, those that have changed since, and are refused no more: logins may be tried.
    std::vector<std::string> changed_credentials(instant now);
    /// When to ask next; `never` if no credential is refused.
    instant next_look() const noexcept;

    /// Warns in the log, 14 and 3 days before the password behind this token expires. `iam_now`: by the
    /// IAM's clock.
    void mind_password(std::string_view identity, const credential& fresh, wall_time iam_now);

  private:
    struct login {
        std::shared_ptr<token_source> source;
        bool is_refused = false;
        password_notice said = password_notice::none;
    };

    maker x_make;
    std::map<std::string, login, std::less<>> x_all;
    instant x_looked{}; // whether one has changed
};

} // namespace tokenward
