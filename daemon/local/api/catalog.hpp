// The service catalog in the IAM's answer: finds the URL of a service. Pure.
#pragma once

#include "common/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tokenward::local {

/// Which endpoint is wanted.
struct endpoint_query {
    std::string service{};    ///< a type, such as "compute", an alias of one, or a name, such as "nova"
    std::string interface {}; ///< public or publicURL, and so on; empty = public
    std::string region{};     ///< empty or `*` = any
};

/// The text of the array `token.catalog` in the IAM's answer (token::body, well-formed JSON); empty if it has
/// none.
std::string_view catalog_text(std::string_view body) noexcept;

/// The IAM's answer without its catalog, for an identity whose setting `catalog` is false.
std::string without_catalog(std::string_view body);

/// The types to look for when `asked` is wanted, the best first: itself, the official type that it is an
/// alias of, and the aliases. Of an alias that names a version (volumev2), no other version. Views into
/// `asked` and static memory.
std::vector<std::string_view> types_meant_by(std::string_view asked);

/// A catalog in a form that can be searched: every text once, in one piece of memory.
class catalog {
  public:
    /// `text`: the result of catalog_text(). Elements that are no service or endpoint are left out.
    explicit catalog(std::string_view text);

    /// The URL of the endpoint: an entry whose type is the service goes before one of an alias, and that
    /// before one of that name; the very region before `*`, which is every region, else the first. Errors:
    /// no_such_resource.
    result<std::string> find(const endpoint_query& wanted) const;

    /// Its number for tables: equal for equal catalogs.
    std::size_t hash() const noexcept { return std::hash<std::string>{}(x_texts); }
    friend bool operator==(const catalog&, const catalog&) = default;

  private:
    struct text_range {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
        friend bool operator==(const text_range&, const text_range&) = default;
    };
    struct endpoint {
        text_range type, name, interface, region, region_id, url;
        friend bool operator==(const endpoint&, const endpoint&) = default;
    };
    class builder;

    std::string_view text(text_range w) const noexcept {
        return std::string_view(x_texts).substr(w.at, w.size);
    }
    int fit_of_region(const endpoint& e, std::string_view wanted) const noexcept;
    std::string_view search(text_range endpoint::*key, std::string_view value,
                            const endpoint_query& wanted) const;

    std::string x_texts;
    std::vector<endpoint> x_endpoints; // in the catalog's order
};

/// Keeps equal catalogs once: those of a project's tokens, old and new, mostly are. One thread.
class catalog_pool {
  public:
    std::shared_ptr<const catalog> share(catalog made);

  private:
    std::unordered_multimap<std::size_t, std::weak_ptr<const catalog>> x_all; // by hash
};

} // namespace tokenward::local
