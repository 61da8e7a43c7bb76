#pragma once
// The daemon as a whole: what it is made of, in which order it comes up and goes down, and what a reload does.
// Thread: main, but for the hooks that it hands to the API server.

#include "configs/config.hpp"

#include <memory>
#include <optional>
#include <string>

namespace bellman {

class daemon {
public:
  daemon(configs::daemon config, std::string file);
  ~daemon(); ///< Everything ends: the API first, then sessions, then the store.
  daemon(const daemon&) = delete;
  daemon& operator=(const daemon&) = delete;

  /// Brings everything up: injected routes are back in the table before the first session opens. Answers why not, for
  /// people.
  std::optional<std::string> start();

  /// Serves until SIGTERM, SIGINT or a shutdown over the API; SIGHUP reloads. Sessions end with Cease, or, where the
  /// API said that we come back, without a word to those who keep our routes (RFC 4724 §4.1). @returns the exit code: 1
  /// if the supervision tree gave up.
  int run();

private:
  struct running;

  configs::daemon config_;
  std::string file_;
  std::unique_ptr<running> running_;
};

} // namespace bellman
