#pragma once
// What outlives a peer actor: its settings, its session numbers, and what was last known of it. The next life of the
// actor goes on from here, and the neighbors actor answers listings from here without asking hundreds of actors.

#include "actors/interfaces.hpp"
#include "actors/peer/peer_log_actor.hpp"
#include "actors/peer/restart.hpp"

#include <caf/actor.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace bellman::peer {

/// Thread-safe; every function copies, but for the log.
class peer_cell {
public:
  peer_cell(rib::peer_id id, neighbor_settings settings, msg::origin_of_setting origin, rib::epoch_type epoch)
      : id_{id}, log_{settings.options.log_level}, epoch_{epoch} {
    status_.settings = std::move(settings);
    status_.origin = origin;
    status_.id = id;
    status_.state = "Idle";
    status_.admin_down = !status_.settings.enabled;
    status_.since = std::chrono::system_clock::now();
  }

  rib::peer_id id() const noexcept { return id_; }
  const peer_log& log() const noexcept { return log_; }

  neighbor_settings settings() const {
    const std::lock_guard guard{mutex_};
    return status_.settings;
  }
  void configure(neighbor_settings settings, msg::origin_of_setting origin) {
    const std::lock_guard guard{mutex_};
    log_.level(settings.options.log_level);
    status_.settings = std::move(settings);
    status_.origin = origin;
  }

  /// The session's last number, and a new one.
  rib::epoch_type epoch() const {
    const std::lock_guard guard{mutex_};
    return epoch_;
  }
  rib::epoch_type next_epoch() {
    const std::lock_guard guard{mutex_};
    ++status_.sessions;
    return ++epoch_;
  }

  /// The running actor; null before the first and after a crash that nobody has mended yet.
  caf::actor actor() const {
    const std::lock_guard guard{mutex_};
    return actor_;
  }
  void actor(caf::actor now) {
    const std::lock_guard guard{mutex_};
    actor_ = std::move(now);
  }

  /// Down for too many prefixes, until somebody says otherwise. @returns what it was
  bool hold(bool down) {
    const std::lock_guard guard{mutex_};
    return std::exchange(held_, down);
  }
  bool is_held() const {
    const std::lock_guard guard{mutex_};
    return held_;
  }
  /// The neighbour has turned out not to bear the marks of RFC 7313.
  void withhold_marks() {
    const std::lock_guard guard{mutex_};
    marks_withheld_ = true;
  }
  bool withholds_marks() const {
    const std::lock_guard guard{mutex_};
    return marks_withheld_;
  }

  /// What was last known of routes that wait for the neighbour (RFC 4724).
  void remember(restart now) {
    const std::lock_guard guard{mutex_};
    restart_ = std::move(now);
  }
  restart remembered() const {
    const std::lock_guard guard{mutex_};
    return restart_;
  }

  /// The status is of no session any more, but keeps what was counted and what was said last. @returns whether there
  /// was one
  bool forget_session() {
    const std::lock_guard guard{mutex_};
    status_.families.clear();
    status_.add_paths.clear();
    status_.end_of_rib_received.clear();
    status_.hold_time = status_.keepalive = std::chrono::seconds{0};
    status_.restart = {};
    return status_.state == "Established";
  }

  /// Runs `change(msg::neighbor_status&)` under the lock. Settings, origin, id and sessions are not to be touched.
  template <class Change>
  void update(Change&& change) {
    const std::lock_guard guard{mutex_};
    change(status_);
  }
  /// The connection whose counters the status shows.
  void link(std::weak_ptr<net::connection> now) {
    const std::lock_guard guard{mutex_};
    link_ = std::move(now);
  }
  msg::neighbor_status status() const {
    std::unique_lock lock{mutex_};
    auto copy = status_;
    const auto link = link_.lock();
    lock.unlock(); // Letting go of the last reference must not happen under the lock.
    if (link)
      copy.traffic = link->counters();
    return copy;
  }

private:
  const rib::peer_id id_;
  peer_log log_;
  mutable std::mutex mutex_;
  rib::epoch_type epoch_;
  msg::neighbor_status status_;
  std::weak_ptr<net::connection> link_;
  caf::actor actor_;
  restart restart_;
  bool held_ = false, marks_withheld_ = false;
};

} // namespace bellman::peer
