// GET a token, POST for a new one.
#include "daemon/local/api/admission.hpp"
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/api/token_answer.hpp"
#include "daemon/local/api/with_token.hpp"
#include "daemon/local/http/conditional.hpp"
#include "daemon/local/http/media.hpp"
#include "daemon/local/http/prefer.hpp"

#include <algorithm>
#include <array>

namespace tokenward::local {
namespace {

// What the request says about the answer: the token and its form, conditions, a wait.
struct get_options {
    get_request wanted{};
    media form = media::json;
    bool head = false;
    bool with_body = false;
    conditions only_if{};
    std::optional<std::chrono::seconds> watch{}; // wait so long for another token than those of If-None-Match
};

result<media> choose_form(const call& c, bool with_body) {
    auto form = choose_media(c.asked, true);
    if (!form) return problem{errc::not_acceptable, "a token comes as application/json or text/plain"};
    if (*form == media::text && with_body)
        return problem{errc::not_acceptable, "include=body comes as application/json alone"};
    return *form;
}

result<get_options> read_query(const call& c, get_options w) {
    constexpr std::array<std::string_view, 3> known{"min_ttl", "max_wait", "include"};
    if (auto good = c.path.allow_only(known); !good) return good.error();
    auto min_ttl = c.path.number("min_ttl", 0);
    if (!min_ttl) return min_ttl.error();
    auto max_wait = c.path.number("max_wait", static_cast<std::uint64_t>(w.wanted.max_wait.count()));
    if (!max_wait) return max_wait.error();
    w.wanted = {std::chrono::seconds(*min_ttl), std::chrono::seconds(*max_wait)};
    if (auto include = c.path.parameter_named("include")) {
        if (*include != "body") return problem{errc::bad_request, "include can only be body"};
        w.with_body = true;
    }
    return w;
}

result<get_options> read_options(const call& c) {
    get_options w;
    w.head = c.head();
    if (!c.path.parameters().empty()) {
        auto asked = read_query(c, std::move(w));
        if (!asked) return asked.error();
        w = std::move(*asked);
    }
    auto form = choose_form(c, w.with_body);
    if (!form) return form.error();
    w.form = *form;
    auto only_if = conditions::of(c.asked);
    if (!only_if) return only_if.error();
    w.only_if = std::move(*only_if);
    if (w.only_if.has_if_none_match()) w.watch = wait_preference(c.asked);
    return w;
}

// What the identity's callers get of the IAM's own answer.
std::string_view body_of(const environment& around, const token_to_give& t, std::string& cut) {
    const identity_config* identity = around.service.identity(t.identity);
    if (identity == nullptr || identity->catalog) return token_of(*t.value).body;
    return cut = without_catalog(token_of(*t.value).body);
}

// The document with the IAM's own answer as its last member.
response answer_with_body(const environment& around, const token_to_give& t, bool head) {
    std::string_view document = answers_of(around, t)->document(t.now, t.expires);
    std::string cut;
    const std::string_view own = body_of(around, t, cut);
    wiped_string body;
    body.reserve(document.size() + own.size() + 16);
    body += document.substr(0, document.size() - 1);
    body += ",\"body\":";
    body += own;
    body += '}';
    wiped_string fields;
    fields.reserve(std::min(t.value->value.size(), longest_token_in_header) +
                   256); // wiped once, not per growth
    fields += token_fields(t.value->fingerprint);
    append_subject_token(fields, *t.value);
    return build_response({.content_type = "application/json", .body = body, .fields = fields, .head = head},
                          t.now.wall);
}

// What was preferred and honoured (RFC 7240, section 3).
response with_applied_wait(response r, const get_options& w) {
    if (!w.watch) return r;
    return std::move(r).with_field(applied_wait(*w.watch));
}

void count(const environment& around, std::string_view identity, get_outcome how) noexcept {
    around.service.counts().of(identity).gets.add(how);
}

void fail_get(const call& c, const problem& error) {
    count(c.around, c.path.segments()[2], outcome_of(error.code));
    c.fail(error);
}

void audit(const environment& around, const caller& who, const token_to_give& t) {
    if (auto gets = around.audit->given(who, t.scope_in_use, t.now.boot))
        log_token_given(who, t.identity, t.scope, t.value->fingerprint, *gets);
}

// What became of it is for the caller to count, or not.
get_outcome answer_token(const environment& around, exchange& connection, const token_to_give& t,
                         const get_options& w) {
    switch (w.only_if.judge(t.value->fingerprint)) {
    case conditions::verdict::failed:
        connection.answer(build_problem(
            {errc::precondition_failed, "the token is not the one that If-Match names"}, t.now.wall, w.head));
        return get_outcome::request_error;
    case conditions::verdict::not_modified: {
        std::string fields = token_fields(t.value->fingerprint);
        connection.answer(
            with_applied_wait(build_response({.status = 304, .fields = fields}, t.now.wall), w));
        return get_outcome::unchanged;
    }
    case conditions::verdict::proceed: break;
    }
    audit(around, connection.who(), t);
    if (w.with_body)
        connection.answer(with_applied_wait(answer_with_body(around, t, w.head), w));
    else
        connection.answer(with_applied_wait(
            token_answer::answer(answers_of(around, t), *t.value, w.form, w.head, t.now, t.expires), w));
    return t.at_once ? get_outcome::hit : get_outcome::waited;
}

void answer_get(const environment& around, exchange& connection, const token_to_give& t,
                const get_options& w) {
    count(around, t.identity, answer_token(around, connection, t, w));
}

// Holds the answer until there is another token than the one that the caller has.
void watch_token(const call& c, open_scope& scope, get_options w) {
    const std::string known = scope.is_served ? scope.held.value->fingerprint : std::string();
    if (scope.is_served && w.only_if.judge(known) != conditions::verdict::not_modified)
        return answer_get(c.around, c.connection, take_held(c, scope), w);
    const std::chrono::seconds wait = *w.watch;
    auto done = [who = waiting_caller(c, scope, can_get), known,
                 w = std::move(w)](const result<served_token>& got) {
        who.guarded([&] {
            const moment now = who.around.service.now();
            auto connection = who.check_again(now, got ? got->value.get() : nullptr);
            if (!connection) return;
            if (got && got->value) return answer_get(who.around, *connection, who.with(*got, now), w);
            count(who.around, who.identity(), got ? get_outcome::unchanged : outcome_of(got.error().code));
            if (!got) return connection->answer(build_problem(got.error(), now.wall, who.head));
            const std::string fields = token_fields(known);
            connection->answer(
                with_applied_wait(build_response({.status = 304, .fields = fields}, now.wall), w));
        });
    };
    c.connection.awaits(c.around.service.watch(scope.id, wait, std::move(done), c.by()));
}

} // namespace

void get_token(const call& c) {
    auto w = read_options(c);
    if (!w) return fail_get(c, w.error());
    auto scope = use_scope(c, can_get);
    if (!scope) return fail_get(c, scope.error());
    if (w->watch) return watch_token(c, *scope, std::move(*w));
    const get_request wanted = w->wanted;
    if (is_served(*scope, wanted, c.now.boot)) // the hit: the options are not moved anywhere
        return answer_get(c.around, c.connection, take_held(c, *scope), *w);
    auto then = [w = std::move(*w), &around = c.around](exchange& connection, const token_to_give& t) {
        answer_get(around, connection, t, w);
    };
    auto failed = [](const waiting_caller& who, const problem& error) {
        count(who.around, who.identity(), outcome_of(error.code));
    };
    auto done = on_token(c, *scope, can_get, std::move(then), failed);
    c.connection.awaits(c.around.service.get(scope->id, wanted, std::move(done), c.by()));
}

void renew_token(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    auto form = choose_form(c, false);
    if (!form) return c.fail(form.error());
    auto scope = use_scope(c, can_get); // the answer is a token
    if (scope) scope = use_scope(c, can_manage);
    if (!scope) return c.fail(scope.error());
    get_options w{.form = *form};
    auto then = [w = std::move(w), &around = c.around](exchange& connection, const token_to_give& t) {
        answer_token(around, connection, t, w);
    };
    auto done = on_token(c, *scope, can_get | can_manage, std::move(then));
    c.connection.awaits(c.around.service.renew(scope->id, std::move(done), c.by()));
}

} // namespace tokenward::local
