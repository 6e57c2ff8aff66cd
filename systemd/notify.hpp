// What a service tells the manager that started it (sd_notify(3)).
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <chrono>
#include <optional>
#include <string>

/// For systemd 252 or later. Without a manager ($NOTIFY_SOCKET is not set) notifications do nothing, and
/// requests fail. Each message is one datagram and is sent without waiting; if the manager does not read, it
/// is not sent. From one thread.
namespace tokenward::systemd {

/// Whether a manager listens to us.
bool is_managed() noexcept;

/// The service serves: at the start, and after a reload. `status` is a line for people, shown by `systemctl
/// status`. False: it could not be told, and should be told again later.
bool notify_ready(const std::string& status);
bool notify_status(const std::string& status);
/// A reload begins; notify_ready() ends it.
void notify_reloading();
void notify_stopping();

/// Within this time the manager wants to hear notify_alive(), or it kills and restarts us; none: it does not
/// watch.
std::optional<std::chrono::microseconds> watchdog_period() noexcept;
void notify_alive();

/// Whether the manager keeps descriptors for us. 252 does not say: it does so if it listens, and if the unit
/// has a FileDescriptorStoreMax, which later versions tell in $FDSTORE.
bool has_store() noexcept;
/// Gives the manager a second owner of `fd`; it comes back under `name` (inherited_fd) at the next start.
/// `name`: 1 to 255 printable ASCII characters but `:`. Errors: internal, the message could not be sent.
result<void> store(const std::string& name, int fd);
/// The manager closes all that it keeps under `name`. Errors: as store().
result<void> forget(const std::string& name);
/// A descriptor that hangs up (POLLHUP) once the manager has taken in all that was told before. Errors: as
/// store().
result<unique_fd> barrier();

} // namespace tokenward::systemd
