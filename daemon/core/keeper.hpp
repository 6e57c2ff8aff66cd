// Where the token service puts what must outlive a restart, seen from the service.
#pragma once

#include <functional>

namespace tokenward {

/// The service says when something has changed; the keeper then asks it for all (token_service::keep). One
/// thread.
struct keeper {
    virtual ~keeper() = default;

    /// Something has changed that had better outlive a restart. It is kept soon: changes are gathered.
    virtual void changed() = 0;

    /// Something has changed that must: all is kept at once, and `kept` is called when it cannot get lost any
    /// more, or when that can't be had (the keeper says so in the log). `kept` may be called from within this
    /// call.
    virtual void keep_now(std::function<void()> kept) = 0;
};

} // namespace tokenward
