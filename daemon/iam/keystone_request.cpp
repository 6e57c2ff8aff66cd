// The JSON of a login, or of a request that opens a scope from a token.
#include "daemon/iam/keystone_codec.hpp"

#include <boost/json.hpp>

#include <array>

namespace tokenward::iam {
namespace {

namespace json = boost::json;

// The password passes through the JSON value's memory too.
class wiping_resource final : public json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t /*at most secret_memory's*/) override {
        return secret_memory::allocate(size);
    }
    void do_deallocate(void* bytes, std::size_t size, std::size_t /*alignment*/) override {
        secret_memory::deallocate(bytes, size);
    }
    bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

// The library's own serialize() makes a std::string, which nobody wipes.
wiped_string to_text(const json::value& value) {
    wiped_string text;
    std::array<char, 4096> buffer{};
    json::serializer writer;
    writer.reset(&value);
    while (!writer.done()) {
        auto piece = writer.read(buffer.data(), buffer.size());
        text.append(piece.data(), piece.size());
    }
    wipe(buffer.data(), buffer.size());
    return text;
}

// By id or by name, whichever is given.
json::object domain_object(const domain_ref& domain, json::storage_ptr memory) {
    json::object object(std::move(memory));
    object.emplace(domain.id.empty() ? "name" : "id", domain.id.empty() ? domain.name : domain.id);
    return object;
}

// The user by id, which needs no domain, or by name and domain.
json::object user_object(const auth_config& who, const json::storage_ptr& memory) {
    json::object user(memory);
    if (!who.user_id.empty()) {
        user.emplace("id", who.user_id);
        return user;
    }
    user.emplace("name", who.username);
    if (!who.user_domain.empty()) user.emplace("domain", domain_object(who.user_domain, memory));
    return user;
}

json::string_view text_of(const secret& of) {
    return {of.reveal().data(), of.size()};
}

// {"user":{…,"password":…}}; the passcode of `totp` has the same place.
json::object by_user(const auth_config& who, std::string_view name, const secret& value,
                     const json::storage_ptr& memory) {
    json::object user = user_object(who, memory);
    user.emplace(name, text_of(value));
    json::object outer(memory);
    outer.emplace("user", std::move(user));
    return outer;
}

json::object by_application_credential(const auth_config& who, const secret& value,
                                       const json::storage_ptr& memory) {
    json::object credential(memory);
    if (who.application_credential_id.empty()) {
        credential.emplace("name", who.application_credential_name);
        credential.emplace("user", user_object(who, memory));
    } else {
        credential.emplace("id", who.application_credential_id);
    }
    credential.emplace("secret", text_of(value));
    return credential;
}

void add_method(json::object& identity, std::string_view name, json::object&& with) {
    identity.at("methods").as_array().emplace_back(name);
    identity.emplace(name, std::move(with));
}

json::object scope_object(const scope& target, const json::storage_ptr& memory) {
    json::object inner(memory);
    if (target.kind == scope_kind::unscoped) {
        json::object none(memory);
        none.emplace("unscoped", std::move(inner));
        return none;
    }
    const bool by_id = target.kind == scope_kind::project_id || target.kind == scope_kind::domain_id;
    inner.emplace(by_id ? "id" : "name", target.value);
    if (target.kind == scope_kind::project_name && !target.domain.empty())
        inner.emplace("domain", domain_object(target.domain, memory));
    const bool project = target.kind == scope_kind::project_id || target.kind == scope_kind::project_name;
    json::object outer(memory);
    outer.emplace(project ? "project" : "domain", std::move(inner));
    return outer;
}

// An application credential brings its own scope. Without any, Keystone gives the user's default project.
bool names_scope(const login_proof& proof, const scope& target) {
    if (target.kind != scope_kind::unscoped) return true;
    return proof.method != login_method::application_credential && !proof.omit_unscoped;
}

} // namespace

wiped_string format_login(const auth_config& who, const login_proof& proof, const scope& target) {
    const json::storage_ptr memory = json::make_shared_resource<wiping_resource>();
    json::object identity(memory);
    identity.emplace("methods", json::array(memory));
    const login_method method = proof.method;
    if (method == login_method::password || method == login_method::password_and_totp)
        add_method(identity, "password", by_user(who, "password", *proof.value, memory));
    if (method == login_method::totp || method == login_method::password_and_totp)
        add_method(identity, "totp", by_user(who, "passcode", *proof.passcode, memory));
    if (method == login_method::application_credential)
        add_method(identity, "application_credential", by_application_credential(who, *proof.value, memory));
    if (method == login_method::token) {
        json::object token(memory);
        token.emplace("id", text_of(*proof.value));
        add_method(identity, "token", std::move(token));
    }
    json::object auth(memory);
    auth.emplace("identity", std::move(identity));
    if (names_scope(proof, target)) auth.emplace("scope", scope_object(target, memory));
    json::value root(json::object(memory), memory);
    root.get_object().emplace("auth", std::move(auth));
    return to_text(root);
}

std::string user_text(const auth_config& who) {
    if (!who.application_credential_id.empty())
        return "application credential " + who.application_credential_id;
    if (who.type == auth_type::token) return "of the given token";
    if (!who.user_id.empty()) return who.user_id;
    const std::string& domain = who.user_domain.name.empty() ? who.user_domain.id : who.user_domain.name;
    return domain.empty() ? who.username : who.username + "@" + domain;
}

} // namespace tokenward::iam
