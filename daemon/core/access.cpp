// See access.hpp.
