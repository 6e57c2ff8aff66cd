// Writes numbers, texts and tokens as bytes; reads and checks them.
#include "daemon/kept/bytes.hpp"

namespace tokenward {
namespace {

constexpr std::size_t most_methods = 64;
constexpr duration longest_life = std::chrono::hours(24 * 366 * 10);
constexpr duration longest_span = std::chrono::hours(24 * 366 * 200);

bool is_bounded(duration span) noexcept {
    return span >= duration::zero() && span <= longest_span;
}

} // namespace

void byte_writer::number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) x_out += static_cast<char>((value >> (8 * i)) & 0xff);
}

void byte_writer::text(std::string_view value) {
    number(value.size(), 4);
    x_out += value;
}

void byte_writer::bounded_span(const std::optional<std::chrono::nanoseconds>& value) {
    flag(value && is_bounded(*value));
    if (value && is_bounded(*value)) span(*value);
}

void byte_writer::ref(const named_ref& value) {
    text(value.id);
    text(value.name);
}

void byte_writer::whole_token(const token& t) {
    const auto put_ref = [&](const named_ref& r) { ref(r); };
    text(t.value.reveal());
    text(t.fingerprint);
    date(t.issued_at);
    date(t.expires_at);
    span(t.lifetime);
    at(t.minted);
    optional(t.iam_date, [&](wall_time w) { date(w); });
    ref(t.user);
    ref(t.user_domain);
    optional(t.project, put_ref);
    optional(t.project_domain, put_ref);
    optional(t.domain, put_ref);
    number(t.methods.size(), 4);
    for (const std::string& method : t.methods) text(method);
    optional(t.password_expires_at, [&](wall_time w) { date(w); });
    text(t.mfa_authn_at);
    span(t.granted);
    optional(t.renew_ahead, [&](duration d) { span(d); });
    flag(t.renewable);
    text(t.body);
}

std::string_view byte_reader::take(std::size_t size) {
    if (size > x_rest.size()) throw bad_bytes{"it is too short"};
    const std::string_view taken = x_rest.substr(0, size);
    x_rest.remove_prefix(size);
    return taken;
}

std::uint64_t byte_reader::number(unsigned bytes) {
    std::uint64_t value = 0;
    const std::string_view taken = take(bytes);
    for (unsigned i = 0; i < bytes; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    return value;
}

bool byte_reader::flag() {
    const std::uint64_t value = number(1);
    if (value > 1) throw bad_bytes{"a flag is neither 0 nor 1"};
    return value == 1;
}

std::chrono::nanoseconds byte_reader::bounded_span() {
    const std::chrono::nanoseconds value = span();
    if (!is_bounded(value)) throw bad_bytes{"a time is out of range"};
    return value;
}

// May be negative: a token that was issued before the boot may have been due before it.
instant byte_reader::renewal() {
    const instant value = at();
    if (value != never && (value < instant(-longest_life) || value > instant(longest_span)))
        throw bad_bytes{"a time is out of range"};
    return value;
}

std::string_view byte_reader::text() {
    return take(number(4));
}

wall_time byte_reader::date() {
    constexpr wall_time last = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
    const wall_time value(std::chrono::microseconds(static_cast<std::int64_t>(number())));
    if (value < wall_time{} || value > last) throw bad_bytes{"a date is out of range"};
    return value;
}

named_ref byte_reader::ref() {
    named_ref value;
    value.id = string();
    value.name = string();
    return value;
}

std::shared_ptr<token> byte_reader::whole_token() {
    const auto get_ref = [&] { return ref(); };
    auto t = std::make_shared<token>();
    t->value = secret(text());
    t->fingerprint = string();
    t->issued_at = date();
    t->expires_at = date();
    t->lifetime = span();
    t->minted = at();
    t->iam_date = optional([&] { return date(); });
    t->user = ref();
    t->user_domain = ref();
    t->project = optional(get_ref);
    t->project_domain = optional(get_ref);
    t->domain = optional(get_ref);
    const std::uint64_t methods = number(4);
    if (methods > most_methods) throw bad_bytes{"it has too many methods"};
    for (std::uint64_t i = 0; i < methods; ++i) t->methods.push_back(string());
    t->password_expires_at = optional([&] { return date(); });
    t->mfa_authn_at = string();
    t->granted = span();
    t->renew_ahead = optional([&] { return span(); });
    t->renewable = flag();
    t->body = string();
    if (t->value.empty() || t->fingerprint.empty()) throw bad_bytes{"its token is empty"};
    // `minted` may be negative: a configured token (auth_type v3token) may have been issued before the boot.
    const bool sound = t->lifetime > duration(0) && t->lifetime < longest_life &&
                       t->minted > instant(-longest_life) && t->minted < instant(longest_life) &&
                       t->granted >= duration(0) && t->granted < longest_life;
    if (!sound) throw bad_bytes{"its token's times are out of range"};
    return t;
}

} // namespace tokenward
