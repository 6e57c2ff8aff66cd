// Asio and Beast, compiled here once: a file of ours then takes seconds instead of a quarter of a
// minute.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
