// The request CONNECT, and what a proxy's refusal means.
#include "daemon/iam/net/proxy_tunnel.hpp"

#include "daemon/iam/net/http_head.hpp"

#include <openssl/evp.h>

namespace tokenward::iam {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t header_limit = 16 * 1024;

/// The value of Proxy-Authorization: "Basic " and base64; none if OpenSSL fails.
std::optional<wiped_string> basic(std::string_view credentials) {
    wiped_string value = "Basic ";
    const std::size_t start = value.size();
    const std::size_t encoded = 4 * ((credentials.size() + 2) / 3);
    value.resize(start + encoded + 1 + 32); // past what is kept in the object
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(value.data() + start),
                                     reinterpret_cast<const unsigned char*>(credentials.data()),
                                     static_cast<int>(credentials.size()));
    if (size < 0 || static_cast<std::size_t>(size) != encoded) return std::nullopt;
    value.resize(start + encoded);
    return value;
}

std::string describe_refusal(unsigned status, bool had_credentials) {
    const std::string number = " (" + std::to_string(status) + ")";
    if (status == 407 && had_credentials) return "refuses the user or password of its URL" + number;
    if (status == 407)
        return "wants a user and password" + number +
               ": give them in its URL, http://USER:PASSWORD@HOST:PORT";
    if (status == 403 || status == 405) return "does not let us through" + number;
    if (status >= 502 && status <= 504) return "can't reach it either" + number;
    return "did not open a tunnel" + number;
}

} // namespace

boost::asio::awaitable<std::optional<problem>> open_tunnel(plain_stream& stream, http_proxy proxy,
                                                           std::string destination) {
    auto fault = [&](const std::string& what) {
        return problem{errc::iam_unavailable, "the proxy " + proxy.name() + ' ' + what};
    };
    http::request<http::empty_body, wiped_fields> ask(http::verb::connect, destination, 11);
    ask.set(http::field::host, destination);
    ask.set(http::field::user_agent, "tokenward/" TOKENWARD_VERSION);
    if (proxy.credentials) {
        const auto value = basic(proxy.credentials->reveal());
        if (!value) co_return fault("is not asked: its user and password can't be encoded");
        ask.set(http::field::proxy_authorization, beast::string_view(value->data(), value->size()));
    }
    auto [unsent, sent] = co_await http::async_write(stream, ask, awaiting);
    (void)sent;
    if (unsent) co_return fault("did not take the request: " + unsent.message());

    beast::flat_buffer buffer;
    std::optional<http::response_parser<http::empty_body>> parser;
    // whatever its header says: what comes next belongs to the tunnel
    auto prepare = [](auto& fresh) { fresh.skip(true); };
    bool began = false;
    const auto failed = co_await read_final_head(stream, buffer, parser, prepare, header_limit, began);
    if (failed == beast::error::timeout) co_return fault("does not answer");
    if (failed == http::error::end_of_stream || failed == boost::asio::error::connection_reset)
        co_return fault("closed the connection without an answer");
    if (failed) co_return fault("did not answer in HTTP: " + failed.message());
    const unsigned status = parser->get().result_int();
    if (status / 100 != 2) co_return fault(describe_refusal(status, proxy.credentials != nullptr));
    if (buffer.size() != 0) co_return fault("sent data of its own before the IAM's");
    co_return std::nullopt;
}

} // namespace tokenward::iam
