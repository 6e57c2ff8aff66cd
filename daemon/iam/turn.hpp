// A queue for coroutines of one thread: one has the turn, the others wait until it is given back.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace tokenward::iam {

/// Not thread-safe. Must outlive the coroutines that wait for it.
class turn_queue {
  public:
    explicit turn_queue(const boost::asio::any_io_executor& executor)
        : x_given_back(executor, boost::asio::steady_timer::time_point::max()) {}

    /// The turn, given back at the end of its life.
    class turn {
      public:
        explicit turn(turn_queue& of) : x_of(&of) { of.x_taken = true; }
        turn(turn&& other) noexcept : x_of(std::exchange(other.x_of, nullptr)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (x_of == nullptr) return;
            x_of->x_taken = false;
            x_of->x_given_back.cancel();
        }

      private:
        turn_queue* x_of;
    };

    /// Cancellation: terminal.
    boost::asio::awaitable<turn> take() {
        while (x_taken) co_await x_given_back.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        co_return turn(*this);
    }

  private:
    boost::asio::steady_timer x_given_back; // never expires; cancelled when the turn is free
    bool x_taken = false;
};

} // namespace tokenward::iam
