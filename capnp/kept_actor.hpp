#pragma once
// An actor that works for one object of the RPC thread: started, and started again after a failure, by the api
// supervisor where there is one.

#include "capnp/context.hpp"

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace bellman::api {

class kept_actor {
public:
  using maker = std::function<caf::actor(caf::actor_system&)>;

  /// `make` runs for each life, on whatever thread; `kind` is the first word of its name in the supervision tree.
  kept_actor(server_context& server, const char* kind, maker make);
  ~kept_actor() noexcept; ///< The actor ends.
  kept_actor(const kept_actor&) = delete;
  kept_actor& operator=(const kept_actor&) = delete;

  /// Thread-safe and lasting longer than this; null between two lives.
  std::function<caf::actor()> current() const {
    return [now = now_] { return now->load(); };
  }

private:
  struct slot {
    std::mutex mutex;
    caf::actor actor;
    bool over = false;

    caf::actor load() {
      const std::lock_guard guard{mutex};
      return actor;
    }
    void store(caf::actor next);
    caf::actor close();
  };

  server_context& server_;
  std::string name_;
  std::shared_ptr<slot> now_ = std::make_shared<slot>();
};

} // namespace bellman::api
