#pragma once
// A benchmark from beginning to end: sessions up, table out, churn or flap, and what was measured on the way.

#include "tests/bench/options.hpp"
#include "tests/bench/probe.hpp"
#include "tests/bench/receiver.hpp"
#include "tests/bench/session.hpp"
#include "tests/bench/table.hpp"
#include "tests/bench/updates.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bellman::bench {

/// The target did something wrong, or not in time; what() is for people.
struct broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class campaign {
public:
  explicit campaign(options o);
  ~campaign();

  /// Runs all phases. Throws `broken`; what was measured until then is in `results`.
  void run();
  /// Keeps the sessions up until standard input ends. Throws `broken` if one is lost.
  void stay();

  /// Name -> value, in the units that the names say.
  std::map<std::string, double> results;

private:
  struct peer;

  void connect_all();
  void load();
  void settle();
  void churn();
  void flap();

  bool all_right() const;
  void until(const char* what, const std::function<bool()>& reached);
  void until_target_is_quiet();
  void turn(int milliseconds);
  void open(peer& p);
  void call_again(peer& p);
  void watch(peer& p);
  void check(const peer& p) const;
  void change_wanted(prefix_number n, sender_number now);
  std::size_t missing() const;

  options options_;
  table routes_;
  std::vector<sender_number> wanted_;
  std::deque<peer> peers_; ///< senders first
  probe target_;
  int epoll_;
  clock::time_point last_keepalive_;
};

} // namespace bellman::bench
