// See token_cache.hpp.
