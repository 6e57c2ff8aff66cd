// The owner of a file descriptor, under the name that this room knows it by.
#pragma once

#include "common/unique_fd.hpp"

namespace tokenward::local {

using tokenward::unique_fd;

} // namespace tokenward::local
