#pragma once
// CPU time and memory of the process under test, from /proc.

#include <chrono>
#include <cstdint>

namespace bellman::bench {

using clock = std::chrono::steady_clock;

inline double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

class probe {
public:
  /// 0: measures nothing, and answers 0.
  explicit probe(std::uint32_t pid) : pid_{pid} {}

  bool is_on() const { return pid_ != 0; }
  double cpu_seconds() const; ///< user and system, of all its threads
  double resident_mb() const; ///< now
  double peak_mb() const;

private:
  double status_mb(const char* field) const;
  std::uint32_t pid_;
};

double own_cpu_seconds();

} // namespace bellman::bench
