// A client of an IAM with an event loop of its own, asked for one answer after the other.
#pragma once

#include "daemon/iam/net/https_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tokenward::iam {

class one_client {
  public:
    one_client(std::string_view auth_url, const https_options& options)
        : x_client(x_io.get_executor(), parse_auth_url(auth_url)->where, options) {}

    /// GET /v3, so many at once, until all have ended.
    std::vector<http_result> ask(std::size_t count) {
        std::vector<http_result> answers;
        auto keep = [&](std::exception_ptr failed, http_result answer) {
            if (failed) std::rethrow_exception(failed);
            answers.push_back(std::move(answer));
        };
        for (std::size_t i = 0; i < count; ++i) {
            http_request get{.method = "GET", .target = "/v3"};
            boost::asio::co_spawn(x_io, x_client.request(std::move(get)), keep);
        }
        const auto begun = std::chrono::steady_clock::now();
        x_io.restart();
        x_io.run();
        x_took = std::chrono::steady_clock::now() - begun;
        return answers;
    }

    /// What comes of one request.
    http_result ask(http_request what) {
        std::optional<http_result> answer;
        auto keep = [&](std::exception_ptr failed, http_result got) {
            if (failed) std::rethrow_exception(failed);
            answer.emplace(std::move(got));
        };
        boost::asio::co_spawn(x_io, x_client.request(std::move(what)), keep);
        x_io.restart();
        x_io.run();
        return std::move(answer).value();
    }

    /// The status of one answer, 0 if there is none.
    unsigned status() {
        auto answers = ask(1);
        x_problem = answers.at(0) ? problem{} : answers[0].error().error;
        return answers[0] ? answers[0]->status : 0;
    }

    /// Why the last status() was 0.
    const problem& failure() const { return x_problem; }
    std::chrono::steady_clock::duration took() const { return x_took; }

  private:
    boost::asio::io_context x_io{1};
    https_client x_client;
    problem x_problem{};
    std::chrono::steady_clock::duration x_took{};
};

} // namespace tokenward::iam
