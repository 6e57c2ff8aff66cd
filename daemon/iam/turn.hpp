// A queue for coroutines of one thread: one has the turn, the others wait until it is given back.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace tokenward::iam {

/// Not thread-safe. Must outlive who waits for it.
class turnstile {
  public:
    explicit turnstile(const boost::asio::any_io_executor& executor)
        : x_bell(executor, boost::asio::steady_timer::time_point::max()) {}

    /// The turn, given back at the end of its life.
    class turn {
      public:
        explicit turn(turnstile& of) : x_of(&of) { of.x_taken = true; }
        turn(turn&& other) noexcept : x_of(std::exchange(other.x_of, nullptr)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (x_of == nullptr) return;
            x_of->x_taken = false;
            x_of->x_bell.cancel();
        }

      private:
        turnstile* x_of;
    };

    /// Cancellation: terminal.
    boost::asio::awaitable<turn> take() {
        while (x_taken) co_await x_bell.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        co_return turn(*this);
    }

  private:
    boost::asio::steady_timer x_bell; // never rings by itself
    bool x_taken = false;
};

} // namespace tokenward::iam
