#pragma once
// Standard output that notices when nobody reads any more, and the one line of progress on a terminal.

#include <chrono>
#include <string>
#include <string_view>

namespace bellman::cli {

/// Buffered writes to a descriptor. SIGPIPE has to be ignored: a reader that went away (`| head`) is not an error, it
/// ends the command early.
class output {
public:
  explicit output(int fd) : fd_{fd} {}
  ~output() { flush(); }
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  output& operator<<(std::string_view text);
  void flush();
  /// The reader is gone, or the disk is full; what is written vanishes.
  bool is_closed() const noexcept { return closed_; }
  /// errno of the write that failed otherwise than by a reader that went away; 0 if none did.
  int trouble() const noexcept { return trouble_; }
  bool is_terminal() const noexcept;

private:
  int fd_;
  std::string buffer_;
  bool closed_ = false;
  int trouble_ = 0;
};

/// "\r1,234 routes" a few times a second, erased at the end. Does nothing where it is not wanted.
class progress {
public:
  progress(output& to, bool wanted, std::string unit) : to_{to}, wanted_{wanted}, unit_{std::move(unit)} {}
  ~progress();
  void show(std::uint64_t count);

private:
  output& to_;
  const bool wanted_;
  const std::string unit_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  bool shown_ = false;
};

} // namespace bellman::cli
