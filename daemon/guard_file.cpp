// See guard_file.hpp.
#include "daemon/guard_file.hpp"

#include "daemon/log.hpp"

#include <boost/json.hpp>
#include <openssl/rand.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tokenward {
namespace {

namespace json = boost::json;
constexpr std::size_t largest = 1 << 20;
constexpr int format_version = 1;

std::string hex(const digest_salt& salt) {
    std::string text;
    for (unsigned char byte : salt) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", byte);
        text += digits;
    }
    return text;
}

bool unhex(std::string_view text, digest_salt& salt) {
    if (text.size() != 2 * salt.size()) return false;
    for (std::size_t i = 0; i < salt.size(); ++i) {
        char digits[3] = {text[2 * i], text[2 * i + 1], 0};
        char* end = nullptr;
        salt[i] = static_cast<unsigned char>(std::strtoul(digits, &end, 16));
        if (end != digits + 2) return false;
    }
    return true;
}

std::optional<std::string> read_own(const std::filesystem::path& path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return std::nullopt;
    std::string text(largest, '\0');
    struct stat about {};
    bool ours = fstat(fd, &about) == 0 && about.st_uid == geteuid() && S_ISREG(about.st_mode);
    ssize_t size = ours ? read(fd, text.data(), text.size()) : -1;
    close(fd);
    if (size < 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(size));
    return text;
}

login_record parse_record(const json::object& o) {
    login_record r;
    r.digest = std::strtoull(o.at("digest").as_string().c_str(), nullptr, 16);
    r.refused = o.at("refused").to_number<unsigned>();
    r.pending = o.at("pending").as_bool();
    for (const auto& t : o.at("attempts").as_array())
        r.attempts.push_back(wall_time(std::chrono::seconds(t.to_number<std::int32_t>())));
    return r;
}

json::object to_json(const login_record& r) {
    char digest[17];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(r.digest));
    json::array attempts;
    for (wall_time t : r.attempts) attempts.push_back(std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count());
    return {{"digest", digest}, {"refused", r.refused}, {"pending", r.pending}, {"attempts", std::move(attempts)}};
}

// All of `text`, on the disk, before it gets the name.
bool write_whole(const std::filesystem::path& path, const std::string& text) {
    int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    bool good = fchmod(fd, 0600) == 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
    return close(fd) == 0 && good;
}

} // namespace

std::filesystem::path state_directory() {
    auto variable = [](const char* name) { return std::string(std::getenv(name) != nullptr ? std::getenv(name) : ""); };
    if (auto given = variable("STATE_DIRECTORY"); !given.empty()) return given.substr(0, given.find(':'));
    if (geteuid() == 0) return "/var/lib/tokenward";
    if (auto state = variable("XDG_STATE_HOME"); !state.empty()) return state + "/tokenward";
    return variable("HOME") + "/.local/state/tokenward";
}

guard_file::guard_file(const std::filesystem::path& directory) : x_path(directory / "guard.json") {
    RAND_bytes(x_salt.data(), static_cast<int>(x_salt.size()));
}

std::map<std::string, login_record> guard_file::load() {
    std::map<std::string, login_record> records;
    auto text = read_own(x_path);
    if (!text) return records;
    try {
        const json::value document = json::parse(*text);
        digest_salt salt{};
        if (document.at("version").as_int64() != format_version || !unhex(document.at("salt").as_string(), salt))
            throw std::invalid_argument("another version or no salt");
        for (const auto& [user, record] : document.at("users").as_object()) records.emplace(user, parse_record(record.as_object()));
        x_salt = salt;
    } catch (const std::exception&) {
        log::warning("guard_file_damaged", {}, "{} is damaged: its counts of refused logins are forgotten", x_path.string());
        records.clear();
    }
    return records;
}

void guard_file::save(const std::map<std::string, login_record>& records) {
    json::object users;
    for (const auto& [user, record] : records) users.emplace(user, to_json(record));
    std::string text = json::serialize(json::object{{"version", format_version}, {"salt", hex(x_salt)}, {"users", std::move(users)}}) + "\n";
    std::error_code failed;
    std::filesystem::create_directories(x_path.parent_path(), failed);
    std::filesystem::path fresh = x_path.string() + ".new";
    if (!write_whole(fresh, text) || std::rename(fresh.c_str(), x_path.c_str()) != 0) complain(std::strerror(errno));
}

void guard_file::complain(const std::string& what) {
    if (std::exchange(x_complained, true)) return;
    log::warning("guard_file_not_written", {},
                 "can't write {}: {}: refused logins are counted in memory only and forgotten at a restart", x_path.string(), what);
}

} // namespace tokenward
