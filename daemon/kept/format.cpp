// Writes the kept state as bytes, and reads it.
//
// The format: a line that names it, the version (4 bytes), then records. A record has a kind (4), a length
// (4), that many bytes, and the CRC-32 of all these (4). The last record is empty and has the kind `end`. A
// record names its identity and has the digest of the identity's login, so that each can be judged alone.
#include "daemon/kept/format.hpp"
#include "daemon/kept/bytes.hpp"

#include <boost/crc.hpp>

#include <algorithm>

namespace tokenward {
namespace {

constexpr std::string_view magic = "tokenward-state\n";
constexpr std::uint32_t oldest_version = kept_version - 1;

enum class record_kind : std::uint32_t { machine = 1, guard = 2, source = 3, entry = 4, end = 5 };

std::uint32_t checksum(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

// --- writing

template <class Fill>
void append_record(wiped_string& out, record_kind kind, Fill fill) {
    const std::size_t start = out.size();
    byte_writer to(out);
    to.number(static_cast<std::uint32_t>(kind), 4);
    to.number(0, 4);
    fill(to);
    const std::size_t length = out.size() - start - 8;
    for (unsigned i = 0; i < 4; ++i) out[start + 4 + i] = static_cast<char>((length >> (8 * i)) & 0xff);
    to.number(checksum(std::string_view(out).substr(start)), 4);
}

void put_owner(byte_writer& to, const kept_owner& of) {
    to.text(of.identity);
    for (std::uint8_t byte : of.login) to.number(byte, 1);
}

void put_held(byte_writer& to, const credential* held) {
    const token* known = as_token(held);
    to.flag(known != nullptr);
    if (known != nullptr) to.whole_token(*known);
}

void put_source(byte_writer& to, const kept_source& from) {
    put_owner(to, from.of);
    to.bounded_span(from.clock_offset);
    put_held(to, from.parent.get());
    to.span(from.parent_opens_for);
    to.flag(from.rescoped);
    to.flag(from.never_rescopes);
    to.flag(from.wants_scope);
    to.flag(from.receipt_seen);
}

void put_entry(byte_writer& to, const kept_entry& from, std::uint32_t version) {
    put_owner(to, from.of);
    to.text(from.scope_name);
    to.number(static_cast<std::uint64_t>(from.target.kind), 1);
    to.text(from.target.value);
    to.text(from.target.domain.id);
    to.text(from.target.domain.name);
    put_held(to, from.life.held.get());
    to.at(from.life.expires);
    to.at(from.life.renew_at);
    to.text(from.life.refused);
    if (version < 2) return;
    to.number(from.life.refused_in_row, 4);
    to.at(from.life.last_refusal);
    to.optional(from.opener, [&](unsigned uid) { to.number(uid, 4); });
}

// --- reading

kept_owner get_owner(byte_reader& from) {
    kept_owner of;
    of.identity = from.string();
    if (!is_name(of.identity)) throw bad_bytes{"its identity has no name"};
    for (std::uint8_t& byte : of.login) byte = static_cast<std::uint8_t>(from.number(1));
    return of;
}

token_ptr get_held(byte_reader& from) {
    if (!from.flag()) return nullptr;
    return from.whole_token();
}

kept_source get_source(byte_reader& from) {
    kept_source made;
    made.of = get_owner(from);
    made.clock_offset = from.optional([&] { return from.bounded_span(); });
    made.parent = get_held(from);
    made.parent_opens_for = from.bounded_span();
    made.rescoped = from.flag();
    made.never_rescopes = from.flag();
    made.wants_scope = from.flag();
    made.receipt_seen = from.flag();
    return made;
}

kept_entry get_entry(byte_reader& from, std::uint32_t version) {
    kept_entry made;
    made.of = get_owner(from);
    made.scope_name = from.string();
    const std::uint64_t kind = from.number(1);
    if (kind > static_cast<std::uint64_t>(scope_kind::domain_name))
        throw bad_bytes{"its scope is of no kind"};
    made.target.kind = static_cast<scope_kind>(kind);
    made.target.value = from.string();
    made.target.domain.id = from.string();
    made.target.domain.name = from.string();
    made.life.held = get_held(from);
    made.life.expires = from.bounded_at();
    made.life.renew_at = from.renewal();
    made.life.refused = from.string();
    if (version < 2) return made;
    made.life.refused_in_row = static_cast<unsigned>(std::min<std::uint64_t>(from.number(4), 1000));
    made.life.last_refusal = from.bounded_at();
    made.opener = from.optional([&] { return static_cast<unsigned>(from.number(4)); });
    return made;
}

/// Adds the content of each record to `to`.
class state_reader {
  public:
    state_reader(std::uint32_t version, kept_state& to) : x_version(version), x_to(to) {}

    void record(record_kind kind, byte_reader from) {
        switch (kind) {
        case record_kind::machine:
            x_to.boot_id = from.string();
            x_to.written = from.bounded_at();
            x_to.wall_offset = from.optional([&] { return from.bounded_span(); });
            x_knows_boot = true;
            break;
        case record_kind::guard: x_to.guard = from.string(); break;
        case record_kind::source: keep(x_to.sources, get_source(from), from); return;
        case record_kind::entry: keep(x_to.entries, get_entry(from, x_version), from); return;
        case record_kind::end: break;
        default: throw bad_bytes{"it is of no known kind"};
        }
    }

    /// Whether it is known which boot the times belong to.
    bool knows_boot() const noexcept { return x_knows_boot; }

  private:
    template <class T>
    static void keep(std::vector<T>& to, T made, const byte_reader& from) {
        if (!from.at_end()) throw bad_bytes{"it is too long"};
        to.push_back(std::move(made));
    }

    std::uint32_t x_version;
    kept_state& x_to;
    bool x_knows_boot = false;
};

// Returns whether it was the end.
bool read_record(byte_reader& from, std::size_t number, state_reader& to, std::vector<std::string>& faults) {
    const std::string_view head = from.take(8);
    byte_reader parts(head);
    const auto kind = static_cast<record_kind>(parts.number(4));
    const std::string_view body = from.take(parts.number(4));
    const std::uint64_t sum = from.number(4);
    const std::string_view summed(head.data(), head.size() + body.size());
    try {
        if (checksum(summed) != sum) throw bad_bytes{"it is damaged"};
        to.record(kind, byte_reader(body));
    } catch (const bad_bytes& fault) {
        faults.push_back("record " + std::to_string(number) + " is left out: " + fault.what);
        return false;
    }
    return kind == record_kind::end;
}

} // namespace

wiped_string format_kept_state(const kept_state& state, std::uint32_t version) {
    wiped_string out;
    out.reserve(4096);
    out += magic;
    byte_writer(out).number(version, 4);
    append_record(out, record_kind::machine, [&](byte_writer& to) {
        to.text(state.boot_id);
        to.at(state.written);
        to.bounded_span(state.wall_offset);
    });
    append_record(out, record_kind::guard, [&](byte_writer& to) { to.text(state.guard); });
    for (const kept_source& each : state.sources)
        append_record(out, record_kind::source, [&](byte_writer& to) { put_source(to, each); });
    for (const kept_entry& each : state.entries)
        append_record(out, record_kind::entry, [&](byte_writer& to) { put_entry(to, each, version); });
    append_record(out, record_kind::end, [](byte_writer&) {});
    return out;
}

parsed_kept_state parse_kept_state(std::string_view bytes) {
    parsed_kept_state parsed;
    if (!bytes.starts_with(magic)) {
        parsed.faults.emplace_back("it is not a state of tokenwardd");
        return parsed;
    }
    byte_reader from(bytes.substr(magic.size()));
    bool knows_boot = false;
    try {
        const std::uint64_t version = from.number(4);
        if (version < oldest_version || version > kept_version) {
            parsed.faults.push_back("its version is " + std::to_string(version) + ", and known are " +
                                    std::to_string(oldest_version) + " and " + std::to_string(kept_version));
            return parsed;
        }
        state_reader to(static_cast<std::uint32_t>(version), parsed.value);
        for (std::size_t number = 1;; ++number) {
            const bool last = read_record(from, number, to, parsed.faults);
            knows_boot = to.knows_boot();
            if (last) break;
        }
    } catch (const bad_bytes&) {
        parsed.faults.emplace_back("it ends too early: what follows is lost");
    }
    if (!knows_boot) {
        parsed.value = {};
        parsed.faults.emplace_back("it does not say which boot it is from: nothing of it is used");
    }
    return parsed;
}

} // namespace tokenward
