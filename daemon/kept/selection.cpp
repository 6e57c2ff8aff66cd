// Decides for each part of a kept state whether it may be used, and makes the digests that this takes.
#include "daemon/kept/selection.hpp"
#include "daemon/core/renewal.hpp"
#include "daemon/core/resolve.hpp"
#include "daemon/kept/bytes.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tokenward {
namespace {

/// Why no part of the state may be used; empty: parts may be.
std::string fault_of_times(const kept_state& kept, std::string_view boot_id, instant now) {
    if (!kept.boot_id.empty() && !boot_id.empty() && kept.boot_id != boot_id)
        return "it is from before the machine was booted";
    if (kept.written > now) return "it is from another boot: its time has not come yet";
    return {};
}

const identity_config* find_identity(const config& in, const std::string& name) {
    auto found = std::find_if(in.identities.begin(), in.identities.end(),
                              [&](const identity_config& i) { return i.name == name; });
    return found == in.identities.end() ? nullptr : &*found;
}

class selection {
  public:
    selection(const config& now_is, const std::map<std::string, login_digest>& logins, instant now)
        : x_config(now_is), x_logins(logins), x_now(now) {}

    /// Why a part of the state may not be used; empty: it may be.
    std::string fault_of(const kept_owner& of) const {
        if (find_identity(x_config, of.identity) == nullptr) return "there is no such identity any more";
        auto login = x_logins.find(of.identity);
        if (login == x_logins.end() || login->second != of.login)
            return "the identity logs in by another configuration now";
        return {};
    }

    std::string fault_of(const kept_entry& kept) const {
        if (std::string fault = fault_of(kept.of); !fault.empty()) return fault;
        auto meant = resolve_scope(*find_identity(x_config, kept.of.identity), kept.scope_name);
        if (!meant || meant->name != kept.scope_name || meant->target != kept.target)
            return "the scope is another now, or none";
        if (!kept.life.held) return {};
        if (kept.life.held->minted > x_now) return "its token is from the future";
        if (kept.life.held->fingerprint == kept.life.refused) return "a service has refused its token";
        return {};
    }

    /// Drops an expired token: that is no fault.
    void drop_ended(kept_life& life) const {
        if (life.held && std::min(life.expires, life.held->expires()) - x_now < expiry_margin)
            life.held.reset();
    }
    void drop_ended(kept_source& source) const {
        const bool ended = source.parent && (source.parent->minted > x_now ||
                                             source.parent->expires() - x_now < expiry_margin);
        if (ended) source.parent.reset();
    }

  private:
    const config& x_config;
    const std::map<std::string, login_digest>& x_logins;
    instant x_now;
};

// How each kind of value in login_fields() is written.
void put(byte_writer& to, const std::string& text) {
    to.text(text);
}
void put(byte_writer& to, bool value) {
    to.flag(value);
}
void put(byte_writer& to, std::chrono::seconds span) {
    to.span(span);
}
void put(byte_writer& to, auth_type type) {
    to.number(static_cast<std::uint64_t>(type), 1);
}
void put(byte_writer& to, rescope_mode mode) {
    to.number(static_cast<std::uint64_t>(mode), 1);
}
void put(byte_writer& to, const domain_ref& domain) {
    to.text(domain.id);
    to.text(domain.name);
}
void put(byte_writer& to, const secret_ref& ref) {
    to.number(static_cast<std::uint64_t>(ref.from), 1);
    to.text(ref.name);
}
void put(byte_writer& to, const std::optional<totp_config>& totp) {
    to.optional(totp, [&](const totp_config& is) {
        put(to, is.secret);
        to.number(is.digits);
        to.span(is.period);
    });
}
void put(byte_writer& to, const http_proxy& proxy) {
    to.text(proxy.host);
    to.text(proxy.port);
    to.text(proxy.credentials ? proxy.credentials->reveal() : std::string_view());
}
void put(byte_writer& to, const auth_config& auth) {
    std::apply([&](const auto&... each) { (put(to, each), ...); }, login_fields(auth));
}

} // namespace

kept_selection select_kept(kept_state kept, const config& now_is,
                           const std::map<std::string, login_digest>& logins, std::string_view boot_id,
                           instant now) {
    kept_selection made;
    if (std::string fault = fault_of_times(kept, boot_id, now); !fault.empty()) {
        made.unrestored.push_back({.why = std::move(fault)});
        return made;
    }
    const selection judge(now_is, logins, now);
    made.good = {.boot_id = kept.boot_id,
                 .written = kept.written,
                 .wall_offset = kept.wall_offset,
                 .guard = std::move(kept.guard)};
    for (kept_source& source : kept.sources) {
        judge.drop_ended(source);
        if (std::string fault = judge.fault_of(source.of); !fault.empty())
            made.unrestored.push_back({source.of.identity, {}, std::move(fault)});
        else
            made.good.sources.push_back(std::move(source));
    }
    for (kept_entry& entry : kept.entries) {
        judge.drop_ended(entry.life);
        if (std::string fault = judge.fault_of(entry); !fault.empty())
            made.unrestored.push_back({entry.of.identity, entry.scope_name, std::move(fault)});
        else
            made.good.entries.push_back(std::move(entry));
    }
    return made;
}

wiped_string login_text(const identity_config& identity) {
    wiped_string text;
    text.reserve(1024);
    byte_writer to(text);
    std::apply([&](const auto&... each) { (put(to, each), ...); }, login_fields(identity));
    return text;
}

std::map<std::string, login_digest> login_digests(const config& c) {
    std::map<std::string, login_digest> digests;
    for (const identity_config& identity : c.identities) {
        const wiped_string text = login_text(identity);
        login_digest& digest = digests[identity.name];
        // Without a digest all logins would look the same, and one's tokens would be used for another.
        if (SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data()) ==
            nullptr)
            throw std::runtime_error("OpenSSL makes no SHA-256 digest");
    }
    return digests;
}

} // namespace tokenward
