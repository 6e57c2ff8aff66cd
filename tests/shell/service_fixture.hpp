// The service with a fake clock and a fake source, and callers of it.
#pragma once

#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"
#include "tests/shell/fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace tokenward::testing {

using strings = std::vector<std::string>;

/// Identity `ci` with the scopes `eu-de` and `global`, both configured.
class Service : public ::testing::Test {
  protected:
    Service() {
        log::set_level(log::level::error);
        service.configure(two_scopes());
        run();
    }

    static config two_scopes() {
        config c;
        identity_config& i = c.identities.emplace_back();
        i.name = "ci";
        i.auth.auth_url = "http://127.0.0.1/v3";
        i.scopes = {{"eu-de", {scope_kind::project_name, "eu-de", {}}},
                    {"global", {scope_kind::domain_name, "A", {}}}};
        return c;
    }

    /// Whatever is ready to run, and no waiting.
    void run() {
        io.restart();
        while (io.poll() != 0) {
        }
    }
    void step(duration by) {
        time.step(by);
        service.tick();
        run();
    }
    bool in_use(const std::string& name) { return service.find("ci", name, time.now().boot).has_value(); }
    /// REQUIRES: it is in use.
    entry_id entry(const std::string& name = "eu-de", const char* identity = "ci") {
        return service.find(identity, name, time.now().boot)->id;
    }
    /// Whether a caller would be served at once; counts as use.
    bool serveable(const std::string& name = "eu-de") {
        const auto scope = service.find("ci", name, time.now().boot);
        if (scope && scope->is_served) service.used(scope->id, time.now().boot);
        return scope && scope->is_served;
    }

    /// What a caller is told goes to `answers`: a fingerprint, "unchanged" or an error's name.
    void note(const result<served_token>& r) {
        if (!r) {
            answers.emplace_back(describe(r.error().code).name);
            last_error = r.error();
        } else
            answers.push_back(r->value ? r->value->fingerprint : "unchanged");
    }
    token_service::token_handler noting() {
        return [this](const result<served_token>& r) { note(r); };
    }
    wait_id get(get_request wanted = {}, const char* name = "eu-de") {
        return service.get(entry(name), wanted, noting());
    }
    wait_id get_on_demand(const std::string& scope, const requester& by, const get_request& wanted = {}) {
        const identity_config& ci = *service.identity("ci");
        auto opened = service.open(ci, *resolve_scope(ci, scope), by);
        if (opened) return service.get(opened->id, wanted, noting(), by);
        note(opened.error());
        return 0;
    }
    void report(const std::string& fingerprint) {
        service.report(entry(), fingerprint, [this](refusal_outcome o) { refusals.push_back(o); });
        run();
    }
    void warm() {
        source->answer("a");
        source->answer("g");
        run();
    }

    boost::asio::io_context io{1};
    fake_clock time;
    std::shared_ptr<fake_source> source;
    std::vector<std::string> answers;
    problem last_error{}; ///< of those
    std::vector<refusal_outcome> refusals;
    int sources_made = 0;
    token_service service{{
        .executor = io.get_executor(),
        .time = time,
        .jitter = [] { return 0.0; },
        .make_source =
            [this](const identity_config&) {
                ++sources_made;
                return source = std::make_shared<fake_source>(io.get_executor(), time);
            },
    }};
};

} // namespace tokenward::testing
