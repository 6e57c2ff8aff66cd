// Who and what exists in the stand-in: domains, projects, users, application credentials.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tokenward::standin {

struct domain {
    std::string id;
    std::string name;
};

struct project {
    std::string id;
    std::string name;
    std::string domain_id;
};

struct user {
    std::string id;
    std::string name;
    std::string domain_id;
    std::string password;
    std::string totp_secret;           ///< base32; with it, a password alone is not enough
    std::vector<std::string> projects; ///< names of those he has a role in; empty = all
    std::string default_project;       ///< its name: what a login without scope is for (Keystone)
    long long last_totp_step = 0;      ///< the newest passcode that was accepted
};

struct application_credential {
    std::string id;
    std::string name;
    std::string secret;
    std::string user_id;
    std::string project_id;
};

/// How a request names a user, a project or a domain: by id, or by name and (but for a domain) its domain.
struct reference {
    std::string id{};
    std::string name{};
    std::string domain_id{};
    std::string domain_name{};
    bool empty() const noexcept { return id.empty() && name.empty(); }
};

/// The lists are short: they are searched from one end to the other. Pointers hold until the next merge.
class identities {
  public:
    /// The world of README.md.
    identities();

    /// Adds what is new and changes what is there (found by name): the form of the configuration file.
    /// Throws std::invalid_argument, having changed a part.
    void merge(const boost::json::object& document);

    /// Null when there is none. A domain in the reference must be right, and may be missing for a project:
    /// then it is `home`, the user's own.
    const domain* find_domain(const reference& by) const;
    user* find_user(const reference& by);
    const project* find_project(const reference& by, std::string_view home) const;
    const application_credential* find_application_credential(std::string_view id) const;
    const user* user_by_id(std::string_view id) const;
    const project* project_by_id(std::string_view id) const;
    const domain* domain_by_id(std::string_view id) const;

  private:
    void merge_domain(const boost::json::object& entry);
    void merge_project(const boost::json::object& entry);
    void merge_user(const boost::json::object& entry);
    void merge_application_credential(const boost::json::object& entry);
    /// The id of the domain that an entry names, or of the first one.
    std::string home_of(const boost::json::object& entry) const;
    bool is_in(const reference& by, std::string_view domain_id) const;

    std::vector<domain> x_domains;
    std::vector<project> x_projects;
    std::vector<user> x_users;
    std::vector<application_credential> x_application_credentials;
};

/// The id of something without one of its own: 32 hex digits that follow from its kind and name.
std::string derived_id(std::string_view kind, std::string_view name);

} // namespace tokenward::standin
