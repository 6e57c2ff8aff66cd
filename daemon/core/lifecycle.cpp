// See lifecycle.hpp.
