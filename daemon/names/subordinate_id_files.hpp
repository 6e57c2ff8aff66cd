// The contents of /etc/subuid and /etc/subgid, which give users ids for their user namespaces.
#pragma once

#include "daemon/base/file_stamp.hpp"
#include "daemon/names/subordinate_ids.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

struct subordinate_id_file {
    file_stamp stamp{};
    subordinate_ids ids{};
    std::string fault{}; ///< why it can't be read; empty for a missing file, which gives nobody ids
};

struct subordinate_id_files {
    subordinate_id_file uids;
    subordinate_id_file gids;

    bool known() const noexcept { return uids.fault.empty() && gids.fault.empty(); }
    bool equals(const subordinate_id_files& other) const noexcept;
    /// Whether one of a caller's ids is a subordinate one.
    bool has(unsigned uid, std::span<const unsigned> of_groups) const noexcept;
    /// The owners of a caller's ids as the files write them, each once.
    std::vector<std::string_view> owners_of(unsigned uid, std::span<const unsigned> of_groups) const;
};

/// Reads both files; returns `before` if they have not changed since. Blocks: not for the event loop.
std::shared_ptr<const subordinate_id_files>
read_subordinate_id_files(const std::string& subuid, const std::string& subgid,
                          const std::shared_ptr<const subordinate_id_files>& before);

} // namespace tokenward
