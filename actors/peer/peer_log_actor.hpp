#pragma once
// What one neighbour's session says to the log, by a level of its own: one neighbour can be looked at closely, or kept
// quiet, while the others say what the process's level lets through.

#include "actors/peer/session_options.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

namespace bellman::peer {

/// Thread-safe. Writes where the process's log goes, in its form.
class peer_log {
public:
  explicit peer_log(log_level level) : level_{level}, out_{spdlog::default_logger()->clone("peer")} {
    out_->set_level(spdlog::level::trace); // what passes is decided here
  }

  void level(log_level l) noexcept { level_.store(l, std::memory_order_relaxed); }
  bool passes(spdlog::level::level_enum l) const noexcept {
    return l >= least(level_.load(std::memory_order_relaxed)) && l != spdlog::level::off;
  }

  template <class... Args>
  void trace(spdlog::format_string_t<Args...> text, Args&&... args) const {
    say(spdlog::level::trace, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void debug(spdlog::format_string_t<Args...> text, Args&&... args) const {
    say(spdlog::level::debug, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(spdlog::format_string_t<Args...> text, Args&&... args) const {
    say(spdlog::level::info, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(spdlog::format_string_t<Args...> text, Args&&... args) const {
    say(spdlog::level::warn, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(spdlog::format_string_t<Args...> text, Args&&... args) const {
    say(spdlog::level::err, text, std::forward<Args>(args)...);
  }

private:
  static spdlog::level::level_enum least(log_level l) noexcept {
    switch (l) {
    case log_level::inherit: break;
    case log_level::trace: return spdlog::level::trace;
    case log_level::debug: return spdlog::level::debug;
    case log_level::info: return spdlog::level::info;
    case log_level::warning: return spdlog::level::warn;
    case log_level::error: return spdlog::level::err;
    case log_level::off: return spdlog::level::off;
    }
    return spdlog::get_level();
  }

  template <class... Args>
  void say(spdlog::level::level_enum l, spdlog::format_string_t<Args...> text, Args&&... args) const {
    if (passes(l))
      out_->log(l, text, std::forward<Args>(args)...);
  }

  std::atomic<log_level> level_;
  const std::shared_ptr<spdlog::logger> out_;
};

} // namespace bellman::peer
