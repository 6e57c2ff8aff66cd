// See output_audit.hpp.
#include "tests/support/output_audit.hpp"

#include <openssl/evp.h>

#include <cctype>

namespace tokenward::support {

namespace {

std::string base64(std::string_view text) {
    std::string result(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    result.resize(static_cast<std::size_t>(size));
    while (result.ends_with('=')) result.pop_back(); // padding is optional in practice
    return result;
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos)
            result += c;
        else
            ((result += '%') += digits[byte >> 4U]) += digits[byte & 15U];
    }
    return result;
}

} // namespace

std::string find_secrets(std::string_view output, const std::vector<forbidden_text>& secrets) {
    std::string result;
    const auto look_for = [&](const forbidden_text& secret, std::string_view form, const std::string& text) {
        const auto at = output.find(text);
        if (at != std::string_view::npos)
            result += secret.name + " at byte " + std::to_string(at) + std::string(form) + "\n";
    };
    for (const auto& secret : secrets) {
        if (secret.text.empty()) continue;
        look_for(secret, "", secret.text);
        look_for(secret, " in base64", base64(secret.text));
        const auto encoded = percent_encoded(secret.text);
        if (encoded != secret.text) look_for(secret, " percent-encoded", encoded);
    }
    return result;
}

output_audit& output_audit::instance() {
    static output_audit the_one;
    return the_one;
}

void output_audit::add(std::string source, std::string text) {
    const std::lock_guard lock(x_mutex);
    x_outputs.push_back({std::move(source), std::move(text)});
}

void output_audit::forbid(std::string name, std::string text) {
    const std::lock_guard lock(x_mutex);
    x_secrets.push_back({std::move(name), std::move(text)});
}

std::string output_audit::leaks() const {
    const std::lock_guard lock(x_mutex);
    std::string result;
    for (const auto& [source, text] : x_outputs) {
        const auto found = find_secrets(text, x_secrets);
        if (!found.empty()) result.append("in ").append(source).append(":\n").append(found);
    }
    return result;
}

std::size_t output_audit::collected() const {
    const std::lock_guard lock(x_mutex);
    std::size_t total = 0;
    for (const auto& output : x_outputs) total += output.text.size();
    return total;
}

} // namespace tokenward::support
