// Dials the addresses of an IAM or its proxy in turn, then asks for the tunnel and shakes hands.
#include "daemon/iam/net/connector.hpp"

#include "daemon/base/text/url.hpp"
#include "daemon/iam/net/proxy_tunnel.hpp"

#include <algorithm>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using std::chrono::steady_clock;

/// "1 s", "250 ms"
std::string text_of(std::chrono::milliseconds time) {
    const auto count = time.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

} // namespace

problem unreachable(const origin& to, const std::string& why) {
    return {errc::iam_unavailable, to.authority() + " can't be reached: " + why};
}

connector::connector(asio::any_io_executor executor, const origin& to, const https_options& options)
    : x_executor(std::move(executor)), x_to(to), x_options(options), x_tls(options.tls),
      x_names(x_executor, options.proxy.empty() ? to.host : options.proxy.host,
              options.proxy.empty() ? to.port : options.proxy.port, options.look_up) {}

// Tries each address of the name in turn. Each has an equal share of the time left, a second at most; the
// last one has all of it.
asio::awaitable<result<std::unique_ptr<plain_stream>>> connector::dial(time_point until) {
    auto found = co_await x_names.find(until);
    if (!found) co_return found.error();
    std::string tried;
    std::size_t left = found->size();
    for (const asio::ip::tcp::endpoint& peer : *found) {
        const auto now = steady_clock::now();
        if (now >= until) break;
        steady_clock::duration share = (until - now) / static_cast<long>(left);
        if (left > 1) share = std::min<steady_clock::duration>(share, x_options.address_timeout);
        --left;
        auto stream = std::make_unique<plain_stream>(x_executor);
        stream->expires_at(now + share);
        auto [failed] = co_await stream->async_connect(peer, awaiting);
        if (!failed) {
            boost::system::error_code ignored; // without it a request is slower, and as good
            stream->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
            co_return stream;
        }
        const std::string why =
            failed == beast::error::timeout
                ? "no answer within " + text_of(std::chrono::round<std::chrono::milliseconds>(share))
                : failed.message();
        tried += (tried.empty() ? "" : "; ") +
                 (found->size() == 1 ? why : bracketed(peer.address().to_string()) + ": " + why);
    }
    if (left != 0)
        tried += (tried.empty() ? "" : "; ") + std::string("no time was left for ") + std::to_string(left) +
                 " of its addresses";
    co_return problem{errc::iam_unavailable, tried};
}

asio::awaitable<result<std::unique_ptr<connection>>> connector::connect() {
    if (!x_options.proxy.fault.empty())
        co_return unreachable(x_to, "the proxy can't be used: " + x_options.proxy.fault +
                                        "; correct the variable and restart tokenwardd");
    const time_point until = steady_clock::now() + x_options.connect_timeout;
    std::shared_ptr<asio::ssl::context> context;
    if (x_to.tls) {
        auto current = x_tls.current();
        if (!current) co_return current.error();
        context = std::move(*current);
    }
    const bool by_proxy = !x_options.proxy.empty();
    auto dialled = co_await dial(until);
    if (!dialled && by_proxy)
        co_return unreachable(x_to, "the proxy " + x_options.proxy.name() + ": " + dialled.error().detail);
    if (!dialled) co_return unreachable(x_to, dialled.error().detail);
    plain_stream plain = std::move(**dialled);
    plain.expires_at(until);
    if (by_proxy) {
        http_proxy proxy = x_options.proxy;
        std::string destination = x_to.host_and_port();
        auto refused = co_await open_tunnel(plain, std::move(proxy), std::move(destination));
        if (refused) co_return unreachable(x_to, refused->detail);
    }
    if (!x_to.tls) co_return std::make_unique<connection>(connection{nullptr, std::move(plain)});
    tls_stream tls(metered_stream(std::move(plain)), *context);
    const auto expected = expect_host(tls.native_handle(), x_to.host, x_options.tls.verify);
    if (!expected) co_return unreachable(x_to, expected.error().detail);
    auto [failed] = co_await tls.async_handshake(asio::ssl::stream_base::client, awaiting);
    if (failed == beast::error::timeout)
        co_return unreachable(x_to,
                              "the TLS handshake did not end within " + text_of(x_options.connect_timeout));
    if (failed)
        co_return unreachable(x_to, describe_handshake_failure(tls.native_handle(), failed, x_options.tls));
    co_return std::make_unique<connection>(connection{context, std::move(tls)});
}

} // namespace tokenward::iam
