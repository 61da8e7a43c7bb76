#pragma once
// What lines of the log have in common: values of others in quotes, and events that come no oftener than they are
// worth.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bellman {

/// The inside of a value that stands in quotes: a quote in it does not end it, and a line end is none.
inline std::string quotable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += '?';
    else
      out += c;
  }
  return out;
}

/// An event that somebody else can make happen as often as he likes.
class log_gate {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit log_gate(std::chrono::seconds between = std::chrono::seconds{10}) : between_{between} {}

  /// How often it happened since it was logged last, this time included; nothing: it is not time yet.
  std::optional<std::uint64_t> pass(time_point now) {
    ++count_;
    if (last_ && now - *last_ < between_)
      return std::nullopt;
    last_ = now;
    return std::exchange(count_, 0);
  }

private:
  std::chrono::seconds between_;
  std::optional<time_point> last_;
  std::uint64_t count_ = 0;
};

} // namespace bellman
