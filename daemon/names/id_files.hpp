// The files that give users numbers for their user namespaces, as they were read last.
#pragma once

#include "daemon/base/file_stamp.hpp"
#include "daemon/names/subordinate_ids.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

struct id_file {
    file_stamp stamp{};
    subordinate_ids ids{};
    std::string fault{}; ///< why it can't be read; a file that isn't there gives nobody numbers
};

struct id_files {
    id_file uids;
    id_file gids;

    bool known() const noexcept { return uids.fault.empty() && gids.fault.empty(); }
    bool is_as(const id_files& other) const noexcept;
    /// Whether one of a caller's numbers is a subordinate one.
    bool has(unsigned uid, std::span<const unsigned> of_groups) const noexcept;
    /// The owners of a caller's numbers, as written; each once.
    std::vector<std::string_view> owners_of(unsigned uid, std::span<const unsigned> of_groups) const;
};

/// Reads both files; `before` if they have not changed since. Not for the event loop.
std::shared_ptr<const id_files> read_id_files(const std::string& subuid, const std::string& subgid,
                                              const std::shared_ptr<const id_files>& before);

} // namespace tokenward
