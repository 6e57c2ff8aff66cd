// Beast's parser for the IAM's answers, but for fields that are longer than Beast can hold.
#pragma once

#include "daemon/iam/net/connection.hpp"

#include <boost/beast/core/string.hpp>

#include <cstddef>
#include <utility>

namespace tokenward::iam {

using wiped_body =
    boost::beast::http::basic_string_body<char, std::char_traits<char>, wiping_allocator<char>>;

/// Keeps X-Subject-Token out of the message's fields: those hold 65,533 bytes at the most, a token may have
/// 65,536. Beast 1.81 throws at a longer field, from where nobody catches it; any other is header_limit.
class answer_parser : public boost::beast::http::response_parser<wiped_body, wiping_allocator<char>> {
  public:
    /// The first if there are several; empty = absent.
    secret take_subject_token() noexcept { return std::move(x_subject_token); }

  private:
    void on_field_impl(boost::beast::http::field name, boost::beast::string_view text,
                       boost::beast::string_view value, boost::system::error_code& failed) override {
        constexpr std::size_t longest = 65533;
        if (boost::beast::iequals(text, "X-Subject-Token"))
            keep_subject_token(value);
        else if (text.size() > longest || value.size() > longest)
            failed = boost::beast::http::error::header_limit;
        else
            get().insert(name, text, value);
    }

    void keep_subject_token(boost::beast::string_view value) {
        if (std::exchange(x_has_subject_token, true)) return;
        x_subject_token = secret({value.data(), value.size()});
    }

    secret x_subject_token;
    bool x_has_subject_token = false;
};

} // namespace tokenward::iam
