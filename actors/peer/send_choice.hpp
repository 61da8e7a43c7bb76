#pragma once
// Which of several paths a neighbour with Add-Path is sent (RFC 7911 leaves the choice to us).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::peer {

struct send_choice {
  enum class kind : std::uint8_t {
    off,    ///< Add-Path is not offered in this direction.
    all,    ///< Every path that policy lets through.
    best,   ///< Of those the best `most`.
    per_as, ///< Of those the best of each neighbouring AS.
  };
  send_choice::kind what = kind::off;
  std::uint8_t most = 0; ///< best: 1..255

  bool is_off() const noexcept { return what == kind::off; }
  bool operator==(const send_choice&) const = default;
};

inline constexpr std::string_view send_choice_words = R"("off", "all", "best-1" to "best-255" or "per-as")";

/// "off", "all", "best-3", "per-as"; and back.
std::string to_text(const send_choice& c);
std::optional<send_choice> parse_send_choice(std::string_view text);

} // namespace bellman::peer
