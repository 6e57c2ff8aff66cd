// See lockout_guard.hpp.
