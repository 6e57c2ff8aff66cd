// See config.hpp.
