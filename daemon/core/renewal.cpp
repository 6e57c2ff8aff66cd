// See renewal.hpp.
