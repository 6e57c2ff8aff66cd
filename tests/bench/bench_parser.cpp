// Why request_parser is hand-written. The same requests go through it and through a parser on Beast's
// basic_parser that gathers the same fields under the same limits: neither allocates, and their costs are
// alike. But Beast accepts 12 of the 73 in malformed_requests.hpp (`accepted`), folded fields and
// Transfer-Encodings without a last `chunked` among them, by which one request can be hidden in another.
//
// usage: bench_parser [Google Benchmark's options]
#include "daemon/local/http/request_parser.hpp"
#include "tests/unit/local/http/malformed_requests.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

namespace {

std::size_t allocations = 0;

} // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* made = std::malloc(size)) return made;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace {

using namespace tokenward::local;
namespace http = boost::beast::http;
using error_code = boost::beast::error_code;
using view = boost::beast::string_view;

/// What Beast leaves to its user: to pick the fields, to bound the request line and the number of fields, and
/// to check Host and Content-Type. Knows targets that are paths, and bodies that arrive with their header.
class beast_parser final : public http::basic_parser<true> {
  public:
    explicit beast_parser(request& out) : x_out(out) {
        x_out = {};
        header_limit(max_header);
        body_limit(max_body);
        eager(true);
    }

  private:
    static method method_of(http::verb verb) noexcept {
        switch (verb) {
        case http::verb::get: return method::get;
        case http::verb::head: return method::head;
        case http::verb::post: return method::post;
        case http::verb::delete_: return method::remove;
        case http::verb::options: return method::options;
        default: return method::other;
        }
    }

    static field field_of(http::field name) noexcept {
        switch (name) {
        case http::field::accept: return field::accept;
        case http::field::connection: return field::connection;
        case http::field::content_length: return field::content_length;
        case http::field::content_type: return field::content_type;
        case http::field::expect: return field::expect;
        case http::field::host: return field::host;
        case http::field::if_match: return field::if_match;
        case http::field::if_none_match: return field::if_none_match;
        case http::field::origin: return field::origin;
        case http::field::prefer: return field::prefer;
        case http::field::referer: return field::referer;
        case http::field::transfer_encoding: return field::transfer_encoding;
        default: return field::other;
        }
    }

    static void fail(error_code& error) { error = http::error::bad_field; }

    void on_request_impl(http::verb verb, view name, view target, int version, error_code& error) override {
        x_out.verb = method_of(verb);
        x_out.target = {target.data(), target.size()};
        x_out.http_1_0 = version == 10;
        const bool line_fits = name.size() + target.size() + sizeof " HTTP/1.1\r" <= max_request_line;
        if (!line_fits || x_out.target.front() != '/') fail(error);
    }

    void on_response_impl(int /*status*/, view /*reason*/, int /*version*/, error_code& /*error*/) override {}

    void on_field_impl(http::field name, view /*text*/, view value, error_code& error) override {
        if (++x_fields > max_fields) return fail(error);
        const field known = field_of(name);
        if (known == field::other) return;
        if (x_out.line_count == x_out.lines.size()) return fail(error);
        x_out.lines[x_out.line_count++] = {known, {value.data(), value.size()}};
    }

    void on_header_impl(error_code& error) override {
        const std::size_t hosts = x_out.count(field::host);
        if (hosts > 1 || (hosts == 0 && !x_out.http_1_0)) return fail(error);
        if (x_out.count(field::content_type) > 1) return fail(error);
        x_out.host = x_out.first(field::host);
        x_out.keep_alive = keep_alive();
        if (chunked()) x_out.body_framing = framing::chunked;
        if (const auto length = content_length()) {
            x_out.body_framing = framing::length;
            x_out.content_length = *length;
        }
        x_out.expects_continue = x_out.has(field::expect) && x_out.body_framing != framing::none;
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& /*size*/, error_code& /*error*/) override {}

    std::size_t on_body_impl(view body, error_code& /*error*/) override {
        x_out.body = {body.data(), body.size()};
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t /*size*/, view /*extensions*/, error_code& /*error*/) override {}
    std::size_t on_chunk_body_impl(std::uint64_t /*left*/, view chunk, error_code& /*error*/) override {
        return chunk.size(); // not gathered: no measured request has chunks
    }
    void on_finish_impl(error_code& /*error*/) override {}

    request& x_out;
    std::size_t x_fields = 0;
};

/// Both return the size of the request at the front of `bytes`; 0 = it can't be parsed.
std::size_t parse_by_hand(std::span<char> bytes, request& out) {
    request_parser parser;
    return parser.parse(bytes, out) == request_parser::outcome::complete ? parser.size() : 0;
}

std::size_t parse_by_beast(std::span<char> bytes, request& out) {
    beast_parser parser(out);
    std::size_t used = 0;
    while (!parser.is_done() && used < bytes.size()) {
        error_code error;
        used += parser.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
        if (error) return 0;
    }
    return parser.is_done() ? used : 0;
}

const std::string by_client =
    "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: tokenward\r\nAccept: application/json\r\n\r\n";
const std::string by_curl =
    "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
const std::string by_python =
    "GET /v1/tokens/ci/eu-de?min_ttl=300 HTTP/1.1\r\nHost: localhost\r\n"
    "User-Agent: python-requests/2.28.1\r\nAccept-Encoding: gzip, deflate\r\nAccept: application/json\r\n"
    "Connection: keep-alive\r\nIf-None-Match: \"sha256:0123456789abcdef\"\r\n\r\n";
const std::string a_report =
    "POST /v1/tokens/ci/eu-de/report HTTP/1.1\r\nHost: tokenward\r\nAccept: application/json\r\n"
    "Content-Type: application/json\r\nContent-Length: 157\r\n\r\n"
    "{\"fingerprint\":\"sha256:0123456789abcdef\",\"status\":401,\"body\":\"{\\\"error\\\":{\\\"code\\\":401,"
    "\\\"message\\\":\\\"The request you have made requires authentication.\\\"}}\"}";

std::string pipelined() {
    std::string all;
    for (int i = 0; i < 16; ++i) all += by_client;
    return all;
}

bool same(const request& a, const request& b) {
    bool lines = a.line_count == b.line_count;
    for (std::size_t i = 0; lines && i < a.line_count; ++i)
        lines = a.lines[i].name == b.lines[i].name && a.lines[i].value == b.lines[i].value;
    return lines && a.verb == b.verb && a.target == b.target && a.host == b.host && a.body == b.body &&
           a.keep_alive == b.keep_alive && a.body_framing == b.body_framing;
}

/// Parses every request of `text`, again and again; first that both parsers understand the same is seen to.
template <class Parse>
void measure(benchmark::State& state, Parse parse, std::string text) {
    request asked;
    request other;
    const std::size_t size = parse_by_hand(text, asked);
    if (size == 0 || parse_by_beast(text, other) != size || !same(asked, other))
        throw std::runtime_error("the parsers differ");
    std::size_t requests = 0;
    std::size_t before = 0;
    for (auto _ : state) {
        if (requests == 0) before = allocations; // the benchmark's own are made before
        for (std::span<char> rest(text); !rest.empty(); ++requests) {
            const std::size_t used = parse(rest, asked);
            if (used == 0) throw std::runtime_error("a request can't be parsed");
            benchmark::DoNotOptimize(asked);
            rest = rest.subspan(used);
        }
    }
    const std::size_t made = allocations - before;
    state.SetItemsProcessed(static_cast<std::int64_t>(requests));
    state.counters["allocations"] = static_cast<double>(made);
}

/// Counts the malformed requests that a parser takes for whole ones.
template <class Parse>
void malformed(benchmark::State& state, Parse parse) {
    std::size_t accepted = 0;
    for (auto _ : state) {
        accepted = 0;
        for (const malformed_request& r : malformed_requests()) {
            std::string bytes = r.text;
            request asked;
            accepted += parse(bytes, asked) != 0 ? 1U : 0U;
        }
    }
    state.counters["accepted"] = static_cast<double>(accepted);
}

BENCHMARK_CAPTURE(malformed, hand, parse_by_hand);
BENCHMARK_CAPTURE(malformed, beast, parse_by_beast);
BENCHMARK_CAPTURE(measure, hand_client, parse_by_hand, by_client);
BENCHMARK_CAPTURE(measure, beast_client, parse_by_beast, by_client);
BENCHMARK_CAPTURE(measure, hand_curl, parse_by_hand, by_curl);
BENCHMARK_CAPTURE(measure, beast_curl, parse_by_beast, by_curl);
BENCHMARK_CAPTURE(measure, hand_python, parse_by_hand, by_python);
BENCHMARK_CAPTURE(measure, beast_python, parse_by_beast, by_python);
BENCHMARK_CAPTURE(measure, hand_report, parse_by_hand, a_report);
BENCHMARK_CAPTURE(measure, beast_report, parse_by_beast, a_report);
BENCHMARK_CAPTURE(measure, hand_pipelined, parse_by_hand, pipelined());
BENCHMARK_CAPTURE(measure, beast_pipelined, parse_by_beast, pipelined());

} // namespace

BENCHMARK_MAIN();
