#pragma once
// A neighbour that takes routes from the target and checks each: announced by somebody, AS path and attributes as they
// must be. It knows at any time how many prefixes are as they should be in the end.

#include "tests/bench/probe.hpp"
#include "tests/bench/table.hpp"
#include "wire/bytes.hpp"

#include <string>
#include <vector>

namespace bellman::bench {

struct receiver_settings {
  std::uint32_t target_asn = 0;
  std::uint32_t base_asn = 0;
  std::uint32_t senders = 0;
  bool route_server = false;   ///< The path has to be unchanged.
  sender_number self = nobody; ///< Also a sender: nothing of its own is owed to it.
};

class receiver {
public:
  /// `wanted` says for each prefix whose path it should have in the end. Both outlive the receiver.
  receiver(const table& routes, const std::vector<sender_number>& wanted, receiver_settings settings);

  /// Takes the body of an UPDATE. After a fault nothing more is looked at.
  void on_update(wire::bytes_view body);

  /// Tells that `wanted[n]` was `before` until now.
  void on_wanted_changed(prefix_number n, sender_number before);
  /// The session ended: the target's routes are gone.
  void forget();

  bool is_complete() const { return right_ == held_.size(); }
  std::size_t missing() const { return held_.size() - right_; }
  /// What was wrong first; empty if nothing was.
  const std::string& fault() const { return fault_; }
  std::uint64_t updates() const { return updates_; }
  std::uint64_t announced() const { return announced_; } ///< prefixes, repetitions counted
  std::uint64_t withdrawn() const { return withdrawn_; }
  std::uint64_t echoes() const { return echoes_; } ///< Own routes that came back.

  /// From now on, whenever a prefix becomes right, the seconds since `start` are appended to `out`; null: no more.
  void time_changes(std::vector<double>* out, clock::time_point start) { latencies_ = out, started_ = start; }

private:
  struct seen;
  template <class Prefix>
  void announce(wire::bytes_view nlri, const seen& attributes);
  template <class Prefix>
  void withdraw(wire::bytes_view nlri);
  /// The sender whose announcement of the group these attributes are; nobody, with `fault_` set, if of none.
  sender_number identify(const seen& attributes, group_number g);
  bool wants(prefix_number n, sender_number held) const;
  void hold(prefix_number n, sender_number now);

  const table& routes_;
  const std::vector<sender_number>& wanted_;
  receiver_settings settings_;
  std::vector<sender_number> held_;
  std::size_t right_ = 0;
  std::string fault_;
  std::uint64_t updates_ = 0, announced_ = 0, withdrawn_ = 0, echoes_ = 0;
  std::vector<double>* latencies_ = nullptr;
  clock::time_point started_;
};

} // namespace bellman::bench
