// Rescoping: one full login, and further scopes opened from its token; see keystone_source.hpp.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/renewal.hpp"

#include <algorithm>
#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// What an IAM says to a parent that is dead, and to a scope that is not to be had.
bool is_about_parent_or_scope(const login_answer& answer) {
    return answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.names_dead_token;
}

} // namespace

asio::awaitable<login_answer> keystone_source::rescope(std::shared_ptr<const token> parent, scope target) {
    login_proof proof{.method = login_method::token,
                      .value = &parent->value,
                      .holder = &parent->user,
                      .omit_unscoped = x_omit_unscoped};
    login_answer answer = co_await x_client.log_in(proof, target, nullptr);
    if (may_know_other_form(answer, target)) {
        proof.omit_unscoped = true;
        answer = co_await x_client.log_in(proof, target, nullptr);
        x_omit_unscoped = has_token(answer);
    }
    if (auto* opened = std::get_if<std::shared_ptr<token>>(&answer.result.outcome)) {
        x_rescoped = true;
        token& child = **opened;
        child.renewable = parent->renewable;
        child.granted = parent->lifetime;
        if (needs_person()) child.renew_ahead = passcode_notice(parent->lifetime);
    }
    co_return answer;
}

/// Whether the parent of an answer to rescoping lives.
asio::awaitable<validity> keystone_source::judge_parent(std::shared_ptr<const token> parent,
                                                        bool named_dead) {
    if (named_dead) co_return validity::dead;
    validation word = co_await x_client.validate(std::move(parent));
    co_return word.verdict;
}

void keystone_source::keep_parent(std::shared_ptr<const token> fresh) {
    duration opens_for = fresh->lifetime * 2 / 3;
    if (needs_person()) opens_for = fresh->lifetime - passcode_notice(fresh->lifetime);
    if (!fresh->renewable) opens_for = fresh->lifetime;
    x_parent.keep(std::move(fresh), opens_for);
}

duration keystone_source::passcode_notice(duration life) const noexcept {
    const duration said = x_identity.passcode_notice;
    return said > 0s ? std::min<duration>(said, life * 9 / 10) : life / 4;
}

asio::awaitable<fetch_result> keystone_source::fetch_by_rescoping(scope target, duration at_least) {
    for (bool again = true;; again = false) {
        parent_or from = co_await ensure_parent(target, at_least);
        if (!from.parent) co_return std::move(from.failure);
        login_answer answer = co_await rescope(from.parent, target);
        if (has_token(answer) || !is_about_parent_or_scope(answer)) co_return std::move(answer.result);
        const validity parent = co_await judge_parent(from.parent, answer.names_dead_token);
        if (parent == validity::unknown) co_return std::move(answer.result);
        if (parent == validity::dead) {
            if (x_parent.get() == from.parent) x_parent.drop();
            if (again) continue;
            co_return std::move(answer.result);
        }
        // The parent lives. An IAM that never rescopes says so at the first time; full logins then.
        const bool may_log_in = x_identity.auth.totp || !takes_passcode();
        if (x_rescoped || answer.status == 404 || !may_log_in)
            co_return wrong_scope(target, answer.result.iam_date);
        fetch_result full = co_await log_in_for(target);
        if (std::holds_alternative<std::shared_ptr<token>>(full.outcome)) forgo_rescoping();
        co_return full;
    }
}

void keystone_source::forgo_rescoping() {
    x_rescoping_refused = true;
    log::info("rescoping_refused", {.identity = x_identity.name},
              "the IAM does not rescope tokens: each scope has a login of its own from now on");
}

// For a scope that was refused although the password was right, from the login that proved it.
asio::awaitable<keystone_source::opening> keystone_source::open_refused(scope target) {
    doubt(target);
    opening made = co_await open_from_kept(target);
    co_return made;
}

// Whether what the IAM says against the scope is to be believed is another question as long as it has never
// rescoped anything: then a login may judge, but not oftener than once a minute.
asio::awaitable<keystone_source::opening> keystone_source::open_from_kept(scope target) {
    const std::string text = to_string(target);
    auto from = x_parent.get();
    opening made;
    login_answer answer = co_await rescope(from, target);
    if (has_token(answer)) x_doubtful.erase(text);
    if (!is_about_parent_or_scope(answer)) {
        made.result = std::move(answer.result);
        co_return made;
    }
    const validity parent = co_await judge_parent(from, answer.names_dead_token);
    if (parent == validity::dead) {
        if (x_parent.get() == from) x_parent.drop();
        x_doubtful.erase(text); // nothing is known: the next try is a login again
        made.is_final = false;
        made.result = {.outcome = fetch_failure{{errc::iam_unavailable,
                                                 "the login from which " + x_identity.name + " was to open " +
                                                     text + " ended meanwhile; it will be tried again"}},
                       .iam_date = answer.result.iam_date};
        co_return made;
    }
    const instant now = x_time.now().boot;
    const bool judged = x_scope_judged_at && now - *x_scope_judged_at < 60s;
    made.scope_refused = parent == validity::alive;
    made.is_final = x_rescoped || answer.status == 404 || judged || x_doubtful.contains(text);
    if (!made.is_final) x_scope_judged_at = now;
    made.result = wrong_scope(target, answer.result.iam_date);
    co_return made;
}

asio::awaitable<keystone_source::parent_or> keystone_source::ensure_parent(scope target, duration at_least) {
    turnstile::turn mine = co_await x_parent_turn.take();
    parent_or made;
    made.parent = x_parent.get();
    if (x_parent.is_fresh(at_least, x_time.now().boot)) co_return made;
    if (needs_person()) {
        made.parent.reset();
        made.failure = wants_person();
        co_return made;
    }
    co_return co_await log_in_for_parent(target);
}

// REQUIRES: the parent's turn.
asio::awaitable<keystone_source::parent_or> keystone_source::log_in_for_parent(scope target) {
    parent_or made;
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) {
        made.failure = unreadable(all.error());
        co_return made;
    }
    for (const credential& with : *all) {
        scope asked;
        if (x_unscoped_refused) asked = target;
        const login_manner how{.others_follow = &with != &all->back()};
        attempt tried = co_await log_in(with, asked, how);
        if (tried.answer.status == 400 && asked.kind == scope_kind::unscoped &&
            tried.answer.credential == credential_word::unsaid) {
            x_unscoped_refused = true; // Open Telekom Cloud's documents want a scope in every login
            tried = co_await log_in(with, target, how);
        }
        if (has_token(tried.answer)) {
            made.parent = std::get<std::shared_ptr<token>>(tried.answer.result.outcome);
            keep_parent(made.parent);
            co_return made;
        }
        made.failure = std::move(tried.answer.result);
        if (tried.answer.credential != credential_word::refused) break;
    }
    co_return made;
}

asio::awaitable<result<void>> keystone_source::give_passcode(std::shared_ptr<const secret> passcode) {
    if (!takes_passcode() || x_identity.auth.totp) {
        problem useless{errc::bad_request,
                        "identity " + x_identity.name +
                            (x_identity.auth.totp ? " makes its passcodes itself, from totp_secret"
                                                  : " takes no passcode: its auth_type is not "
                                                    "v3multifactor, and the IAM has asked for none")};
        co_return useless;
    }
    turnstile::turn mine = co_await x_parent_turn.take();
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) co_return all.error();
    const scope none;
    const login_manner how{.by_person = passcode.get()};
    attempt tried = co_await log_in(all->front(), none, how);
    if (!has_token(tried.answer)) co_return std::get<fetch_failure>(tried.answer.result.outcome).error;
    keep_parent(std::get<std::shared_ptr<token>>(tried.answer.result.outcome));
    result<void> accepted;
    co_return accepted;
}

fetch_result keystone_source::given_token_ended(unsigned status) const {
    problem ended{errc::credential_rejected, "the given token of " + x_identity.name +
                                                 " has ended or is no good (" + std::to_string(status) +
                                                 "): put a new one where the configuration reads it"};
    return {.outcome = fetch_failure{std::move(ended), retry_rule::rearm}};
}

// REQUIRES: auth_type token.
asio::awaitable<fetch_result> keystone_source::fetch_by_given_token(scope target) {
    auto all = co_await x_credentials.read(x_client.user());
    if (!all) co_return unreadable(all.error());
    std::shared_ptr<const secret> given = all->front().value;
    const bool known = x_parent.get() && x_parent.get()->value == *given;
    if (!known || !x_parent.is_fresh(0s, x_time.now().boot) || target.kind == scope_kind::unscoped) {
        login_answer described = co_await x_client.describe(given.get());
        if (!has_token(described)) {
            bool ended = is_about_parent_or_scope(described);
            if (described.status == 403 && !described.names_dead_token) { // that is no proof
                validation word = co_await x_client.judge(given.get());
                ended = word.verdict == validity::dead;
            }
            if (ended) co_return given_token_ended(described.status);
            co_return std::move(described.result);
        }
        auto whole = std::get<std::shared_ptr<token>>(described.result.outcome);
        if (whole->expires() - x_time.now().boot < expiry_margin)
            co_return given_token_ended(described.status);
        if (target.kind == scope_kind::unscoped) co_return std::move(described.result); // it is its own scope
        keep_parent(std::move(whole));
    }
    opening made = co_await open_from_kept(target);
    co_return std::move(made.result);
}

kept_source keystone_source::keep() const {
    return {.clock_offset = x_client.clock_offset(),
            .parent = x_parent.get(),
            .parent_opens_for = x_parent.opens_for(),
            .rescoped = x_rescoped,
            .rescoping_refused = x_rescoping_refused,
            .unscoped_refused = x_unscoped_refused,
            .receipt_seen = x_receipt_seen};
}

void keystone_source::restore(kept_source before) {
    if (before.clock_offset) x_client.restore_clock_offset(*before.clock_offset);
    if (before.parent) x_parent.keep(std::move(before.parent), before.parent_opens_for);
    x_rescoped = before.rescoped;
    x_rescoping_refused = before.rescoping_refused;
    x_unscoped_refused = before.unscoped_refused;
    x_receipt_seen = before.receipt_seen;
}

} // namespace tokenward::iam
