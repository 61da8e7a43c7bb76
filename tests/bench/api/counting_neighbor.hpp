#pragma once
// A neighbour that counts the routes it is told, on a thread of its own.

#include "tests/bench/probe.hpp"
#include "tests/bench/session.hpp"

#include <atomic>
#include <thread>

namespace bellman::bench {

class counting_neighbor {
public:
  /// Connects, and again until somebody lets it in.
  explicit counting_neighbor(session_settings settings);
  ~counting_neighbor();

  bool is_established() const noexcept { return established_; }
  std::uint64_t announced() const noexcept { return announced_; }
  /// Of the newest announcement.
  clock::time_point newest() const noexcept { return clock::time_point{clock::duration{newest_.load()}}; }

private:
  void run();
  void count(wire::bytes_view update);

  session session_;
  std::atomic<bool> established_ = false, stopping_ = false;
  std::atomic<std::uint64_t> announced_ = 0;
  std::atomic<clock::rep> newest_ = 0;
  std::thread thread_;
};

} // namespace bellman::bench
