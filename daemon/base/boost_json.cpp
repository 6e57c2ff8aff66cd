// JSON, compiled here once, for the core too.
#include <boost/json/src.hpp>
