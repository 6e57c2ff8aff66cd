// See refusal.hpp.
